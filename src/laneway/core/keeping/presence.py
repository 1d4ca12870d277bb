"""Which pods are believed to be there, so that one that blinks moves no routes.

Comes in: the pods seen, what was believed before, and the time. Goes out: what is believed now, and
when time alone will change it. A pod that comes counts at once; one that goes, or is no longer
ready, counts as gone after a second: a replacement that is ready by then leaves no gap. A pod whose
labels change is another one, since control planes move its endpoints at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.members import is_present
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref

LEAVING = 1.0
"""Seconds for which a pod that went is still believed in."""


class Presence(Struct, frozen=True):
    """The pods believed in, by identity, and since when some of them are gone in truth."""

    pods: Mapping[Ref, Workload] = {}
    gone: Mapping[Ref, float] = {}

    @property
    def wake_at(self) -> float | None:
        """When the next pod will no longer be believed in."""
        return min(self.gone.values(), default=None)


def believed(before: Presence, seen: Iterable[Workload], now: float) -> Presence:
    """Return what is believed of the pods seen now; `gone` holds until when others still count."""
    pods = {one.meta.ref: one for one in seen}
    gone: dict[Ref, float] = {}
    for ref, old in before.pods.items():
        new = pods.get(ref)
        if new is old or not is_present(old) or (new is not None and _is_another(old, new)):
            continue
        if new is not None and is_present(new):
            continue
        until = before.gone.get(ref, now + LEAVING)
        if now < until:
            gone[ref] = until
            pods[ref] = old if new is None else _as_ready(old, new)
    return Presence(pods, gone)


def _is_another(old: Workload, new: Workload) -> bool:
    return old.labels != new.labels or old.pod_ip != new.pod_ip


def _as_ready(old: Workload, new: Workload) -> Workload:
    """Return a pod as it is now but for its readiness; the one believed in if that is all."""
    ready = replace(new, ready=old.ready)
    return old if ready == old else ready
