"""The operator's metrics, worked out when somebody asks.

Comes in: an operation and the requests that were sent. Goes out: the text that Prometheus reads.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from laneway.adapters.kube import Counted
from laneway.apps.operator.operation import Operation
from laneway.apps.operator.target import Undertaking
from laneway.core.keeping.exposition import Family, Histogram, Labels, exposed
from laneway.core.keeping.followed import GROUP, LANE
from laneway.core.keeping.held import Held
from laneway.core.keeping.names import LIVE, METRICS, READY, RECONCILING, STALLED
from laneway.core.keeping.told import condition_of
from laneway.core.keeping.undone import Drift

_QUEUE: Labels = (("name", "laneway"),)
_TYPES = (READY, RECONCILING, STALLED, LIVE)
_PAGE = resource.getpagesize()


class Counting:
    """What was counted since the process began."""

    def __init__(self, operation: Operation, requests: Mapping[Counted, int]) -> None:
        self.operation = operation
        self.requests = requests
        self.is_leading: Callable[[], bool] = lambda: True
        self.drifts: Counter[str] = Counter()
        self.durations = _histogram("laneway_reconcile_duration_seconds")
        self.live = _histogram("laneway_live_seconds")

    def drifted(self, drift: Drift) -> None:
        """Count an object that somebody changed."""
        self.drifts[drift.writer or "nobody known"] += 1

    def through(self, change: Undertaking) -> None:
        """Count a change that is through."""
        self.durations.observe(change.seconds)
        if change.live is not None and change.live.state == "live":
            self.live.observe(change.live.seconds)

    def text(self) -> str:
        """Return all metrics."""
        return exposed(self._families(), (self.durations, self.live))

    def _families(self) -> Iterator[Family]:
        yield from self._of_lanes()
        target, reporting = self.operation.target, self.operation.reporting
        yield _family("laneway_drift_total", "counter", _by("manager", self.drifts))
        yield _family("laneway_writes_total", "counter", _by("verb", target.writing.done))
        yield _family("laneway_status_patches_total", "counter", {(): reporting.patched})
        yield _family("laneway_events_total", "counter", {(): reporting.events})
        yield _family("laneway_leader", "gauge", {(): self.is_leading()})
        yield _family("workqueue_depth", "gauge", {_QUEUE: self.operation.waiting})
        yield _family("workqueue_adds_total", "counter", {_QUEUE: self.operation.rounds})
        retries = target.patience.times
        yield _family("workqueue_retries_total", "counter", {_QUEUE: retries})
        sent: dict[Labels, float] = {
            (("code", str(one.code)), ("resource", one.resource), ("verb", one.verb)): float(times)
            for one, times in self.requests.items()
        }
        yield _family("rest_client_requests_total", "counter", sent)
        yield from _of_process()

    def _of_lanes(self) -> Iterator[Family]:
        held = self.operation.caches.lanes
        lanes = [(ref, one) for ref, one in held.items() if ref.kind == LANE]
        weights = {_lane(one): float(one.status.get("weight", -1)) for _, one in lanes}
        yield _family(
            "laneway_lane_weight", "gauge", {key: one for key, one in weights.items() if one >= 0}
        )
        pods = {
            _lane(one): float((one.status.get("pods") or {}).get("ready", 0)) for _, one in lanes
        }
        yield _family("laneway_lane_pods", "gauge", pods)
        conditions: dict[Labels, float] = {}
        for ref, one in held.items():
            for kind in _TYPES if ref.kind == GROUP else ():
                found = condition_of(one.status, kind)
                labels = (("group", ref.name), ("type", kind))
                conditions[labels] = float(found is not None and found["status"] == "True")
        yield _family("laneway_group_condition", "gauge", conditions)
        objects = self.operation.target.objects
        findings = objects.findings if objects else ()
        levels = Counter(str(one.level) for one in findings)
        yield _family("laneway_findings", "gauge", _by("level", levels))


def _lane(held: Held) -> Labels:
    meta = held.resource.meta if held.resource else None
    name, labels = (meta.name, meta.labels) if meta else ("", {})
    return (("group", labels.get("swimlane-group", "")), ("lane", name))


def _by(key: str, counts: Mapping[str, int]) -> dict[Labels, float]:
    return {((key, name),): float(count) for name, count in counts.items()}


def _family(
    name: str, kind: Literal["counter", "gauge"], samples: Mapping[Labels, float]
) -> Family:
    return Family(name, kind, METRICS[name], samples)


def _histogram(name: str) -> Histogram:
    return Histogram(name, METRICS[name])


def _of_process() -> Iterator[Family]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield _family("process_cpu_seconds_total", "counter", {(): used.ru_utime + used.ru_stime})
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    yield _family("process_resident_memory_bytes", "gauge", {(): float(pages * _PAGE)})
