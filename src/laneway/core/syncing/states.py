"""How every object stands: whether it is as the newest commit says, and whether it is well.

Comes in: what the newest commit says, what is live, and the health of what is. Goes out: a state
for each object of either, and one for all. Words and their order are Argo CD's, so that they mean
what they mean there. https://argo-cd.readthedocs.io/en/stable/operator-manual/health/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from laneway.core.mesh.snapshot import Resource, Snapshot
from laneway.core.resources.meta import Ref

Sync = Literal["Synced", "OutOfSync", "Unknown"]
Health = Literal["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"]

_FROM_WELL_TO_ILL: tuple[Health, ...] = (
    "Healthy",
    "Suspended",
    "Progressing",
    "Missing",
    "Degraded",
    "Unknown",
)


class Wellness(Struct, frozen=True):
    """How well something is, and what is to be said of that."""

    health: Health = "Healthy"
    message: str = ""


class ObjectState(Struct, frozen=True):
    """One object. One that is live and that Git does not have `requires_pruning`.

    A `wellness` that is None is none at all: in Argo CD as well some kinds have no health.
    """

    ref: Ref
    api_version: str
    sync: Sync
    wellness: Wellness | None
    requires_pruning: bool = False

    def as_value(self) -> dict[str, Any]:
        """Return it as plain values, named as in the status of an Application."""
        return {
            "apiVersion": self.api_version,
            "kind": self.ref.kind,
            "namespace": self.ref.namespace,
            "name": self.ref.name,
            "status": self.sync,
            "health": self.wellness
            and {"status": self.wellness.health, "message": self.wellness.message},
            "requiresPruning": self.requires_pruning,
        }


def object_states(
    wanted: Snapshot, live: Snapshot, healths: Mapping[Ref, Wellness]
) -> tuple[ObjectState, ...]:
    """Return the state of every object of the newest commit and of what is live, by name.

    Where a file of the commit could not be read nobody knows what stood in it: then of an object
    that only is live nothing is known.
    """
    return tuple(sorted(_states(wanted, live, healths), key=lambda one: one.ref))


def _states(
    wanted: Snapshot, live: Snapshot, healths: Mapping[Ref, Wellness]
) -> Iterator[ObjectState]:
    there = {one.meta.ref: one for one in live.resources}
    for one in wanted.resources:
        ref = one.meta.ref
        found = there.pop(ref, None)
        if found is None:
            yield ObjectState(ref, one.meta.api_version, "OutOfSync", Wellness("Missing"))
            continue
        sync: Sync = "Synced" if _is_same(one, found) else "OutOfSync"
        yield ObjectState(ref, one.meta.api_version, sync, healths.get(ref, Wellness()))
    for ref, found in there.items():
        wellness = healths.get(ref, Wellness())
        if wanted.unread:
            yield ObjectState(ref, found.meta.api_version, "Unknown", wellness)
        else:
            yield ObjectState(ref, found.meta.api_version, "OutOfSync", wellness, True)  # noqa: FBT003 - its last field


def _is_same(wanted: Resource, live: Resource) -> bool:
    return wanted is live or wanted.meta.raw == live.meta.raw


def sync_of(states: Sequence[ObjectState]) -> Sync:
    """Return how all of them stand together: one that differs is enough."""
    found = {one.sync for one in states}
    if "OutOfSync" in found:
        return "OutOfSync"
    return "Unknown" if "Unknown" in found else "Synced"


def health_of(found: Iterable[Wellness]) -> Wellness:
    """Return the worst of them; of nothing that is healthy.

    >>> health_of([Wellness("Suspended"), Wellness("Progressing", "1 of 2 ready"), Wellness()])
    Wellness(health='Progressing', message='1 of 2 ready')
    """
    return max(found, key=lambda one: _FROM_WELL_TO_ILL.index(one.health), default=Wellness())
