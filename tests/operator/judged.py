"""What requests came to while acts were lived through: in their lanes, out of them, or failed.

Comes in: acts with their moments, and every request with its own. Goes out: figures by disturbance.
A request may meet what lanes say at any moment of its own; behind an act that is done nothing of
before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from statistics import median

from msgspec import Struct, field

from tests.live.loading import Met
from tests.operator.scene import Passed

HOPS = 3


class Figures(Struct):
    """What acts with one disturbance came to; `wrong` says which requests were not as they may."""

    acts: int = 0
    struck: int = 0
    requests: int = 0
    failed: int = 0
    strayed: int = 0
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        """Take further figures of the same disturbance."""
        self.acts += other.acts
        self.struck += other.struck
        self.requests += other.requests
        self.failed += other.failed
        self.strayed += other.strayed
        self.seconds += other.seconds
        self.wrong += other.wrong

    def __str__(self) -> str:
        """Say them in one line."""
        return (
            f"{self.acts} acts, struck {self.struck} times; settled after "
            f"{median(self.seconds):.1f} s, at most {max(self.seconds):.1f} s; "
            f"{self.requests} requests, {self.failed} failed, {self.strayed} out of lane"
        )


def judged(passed: Sequence[Passed], met: Iterable[Met]) -> dict[str, Figures]:
    """Return figures by disturbance, those of requests by the act in which they began."""
    found: dict[str, Figures] = {}
    for one in passed:
        figures = found.setdefault(one.disturbance, Figures())
        figures.acts += 1
        figures.struck += one.struck
        figures.seconds.append(one.done - one.begun)
    begins = [one.begun for one in passed]
    for begun, came, ended in met:
        first, last = bisect_right(begins, begun) - 1, bisect_right(begins, ended) - 1
        if first >= 0:
            concerned = passed[first : last + 1]
            _judge(found[passed[first].disturbance], concerned, (begun, came, ended))
    return found


def _judge(figures: Figures, concerned: Sequence[Passed], met: Met) -> None:
    begun, came, ended = met
    first = concerned[0]
    may = first.may if begun < first.done else first.then
    may = may.union(*(one.may for one in concerned[1:]))
    figures.requests += 1
    if came in may:
        return
    is_whole = came.startswith("v") and len(came.split()) == HOPS
    figures.strayed += is_whole
    figures.failed += not is_whole
    when = (
        f"{begun - first.begun:.2f} to {ended - first.begun:.2f} of {first.done - first.begun:.2f}"
    )
    figures.wrong.append(f"{first.act}, {first.disturbance}: {came!r} in seconds {when}")
