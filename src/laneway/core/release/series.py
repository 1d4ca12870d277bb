"""What Istio's proxies counted, out of raw samples of a metrics system.

Comes in: series with their labels and samples. Goes out: totals by hop and lane that only grow.
Each sample is taken as it was scraped: one that is less than the one before it belongs to a proxy
that began anew, and all of it is new. The first look only says where counting sets out; a series
that comes later began since. https://istio.io/latest/docs/reference/config/metrics/
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from laneway.core.release.counts import ALL, Sample, Totals
from laneway.core.release.hops import Hops

REQUESTS = "istio_requests_total"
BUCKETS = "istio_request_duration_milliseconds_bucket"
_ERROR = re.compile(r"5\d\d")

Labels = tuple[tuple[str, str], ...]
Samples = Sequence[tuple[float, float]]


class GrownSeries(Struct, frozen=True):
    """A series as far as it was read: the last sample, and by how much it grew so far."""

    at: float
    last: float
    total: float = 0.0


GrownAll = Mapping[Labels, GrownSeries]


def told_by(tallies: GrownAll | None, series: Iterable[tuple[Labels, Samples]]) -> GrownAll:
    """Return tallies with later samples in them; without any before, they set out from here.

    >>> key = (("pod", "a"),)
    >>> first = told_by(None, [(key, [(1.0, 5.0), (2.0, 7.0)])])
    >>> told_by(first, [(key, [(2.0, 7.0), (3.0, 9.0), (4.0, 1.0)])])[key].total
    3.0
    """
    found = dict(tallies or {})
    for key, samples in series:
        if key not in found:
            if tallies is None:
                at, last = samples[-1]
                found[key] = GrownSeries(at, last)
                continue
            found[key] = GrownSeries(-math.inf, 0.0)
        found[key] = _later(found[key], samples)
    return found


def _later(tally: GrownSeries, samples: Samples) -> GrownSeries:
    for at, value in samples:
        if at > tally.at:
            grown = value - tally.last if value >= tally.last else value
            tally = GrownSeries(at, value, tally.total + grown)
    return tally


def selectors(workloads: Hops, namespaces: Iterable[str]) -> tuple[str, str]:
    """Return the selectors of requests and of their times, towards some workloads.

    Counted is by who sends: what a pod that is gone does not answer is an error, too.
    """
    names = "|".join(sorted({re.escape(name) for found in workloads.values() for name in found}))
    spaces = "|".join(sorted(map(re.escape, namespaces)))
    matchers = (
        'reporter=~"source|waypoint"',
        f'destination_workload=~"{_quoted(names)}"',
        f'destination_workload_namespace=~"{_quoted(spaces)}"',
    )
    inside = ", ".join(matchers)
    return f"{REQUESTS}{{{inside}}}", f"{BUCKETS}{{{inside}}}"


def _quoted(pattern: str) -> str:
    return pattern.replace("\\", "\\\\")


def sample_of(workloads: Hops, tallies: GrownAll) -> Sample:
    """Return totals by hop and lane: of a workload what was sent to it by the hop's service."""
    by_workload: dict[str, list[tuple[Mapping[str, str], float]]] = {}
    for key, tally in tallies.items():
        labels = dict(key)
        named = by_workload.setdefault(labels.get("destination_workload", ""), [])
        named.append((labels, tally.total))
    return {
        (hop, lane): {name: _totals(hop, by_workload.get(name, [])) for name in names}
        for (hop, lane), names in workloads.items()
    }


def _totals(hop: str, told: Iterable[tuple[Mapping[str, str], float]]) -> Totals:
    service = hop.rpartition("/")[2]
    answers = errors = 0.0
    within: dict[float, float] = {}
    for labels, total in told:
        if labels.get("destination_service_name", service) != service:
            continue
        if labels.get("__name__") == BUCKETS:
            edge = ALL if labels.get("le") == "+Inf" else float(labels.get("le", "inf"))
            within[edge] = within.get(edge, 0.0) + total
        else:
            answers += total
            errors += total if _ERROR.fullmatch(labels.get("response_code", "")) else 0.0
    whole = {edge: round(count) for edge, count in within.items()}
    return Totals(round(answers), round(errors), whole)
