"""Metrics as the text that Prometheus reads.

Comes in: families of samples. Goes out: the exposition format, version 0.0.4. Written here because
it is forty lines, and the usual library keeps twice the memory of all that is counted.
https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct, field

Labels = tuple[tuple[str, str], ...]
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds."""


class Family(Struct, frozen=True):
    """Samples of one name, by their labels."""

    name: str
    kind: Literal["counter", "gauge"]
    says: str
    samples: Mapping[Labels, float]


class Histogram(Struct):
    """How long something took, in seconds."""

    name: str
    says: str
    _counts: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    _count: int = 0
    _sum: float = 0.0

    def observe(self, seconds: float) -> None:
        """Count one more."""
        self._count += 1
        self._sum += seconds
        for index, bound in enumerate(BUCKETS):
            self._counts[index] += seconds <= bound

    def lines(self) -> Iterator[str]:
        """Yield it as text."""
        yield from _head(self.name, "histogram", self.says)
        for bound, count in zip(BUCKETS, self._counts, strict=True):
            yield f'{self.name}_bucket{{le="{bound:g}"}} {count}'
        yield f'{self.name}_bucket{{le="+Inf"}} {self._count}'
        yield f"{self.name}_sum {self._sum:.6f}"
        yield f"{self.name}_count {self._count}"


def exposed(families: Iterable[Family], histograms: Iterable[Histogram]) -> str:
    r"""Return everything as text; a family without a sample is left out.

    >>> print(exposed([Family("a_total", "counter", "As.", {(("of", 'x"y'),): 2.0})], []), end="")
    # HELP a_total As.
    # TYPE a_total counter
    a_total{of="x\"y"} 2
    """
    lines: list[str] = []
    for family in families:
        if family.samples:
            lines += _head(family.name, family.kind, family.says)
            lines += [
                f"{family.name}{_labels(labels)} {value:.15g}"
                for labels, value in sorted(family.samples.items())
            ]
    for histogram in histograms:
        lines += histogram.lines()
    return "".join(f"{line}\n" for line in lines)


def _head(name: str, kind: str, says: str) -> list[str]:
    return [f"# HELP {name} {says}", f"# TYPE {name} {kind}"]


def _labels(labels: Labels) -> str:
    spelled = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels)
    return f"{{{spelled}}}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
