"""What to do next in a cluster: apply a turn, wait for one, remove a turn, or nothing.

Comes in: the objects of a commit, what the cluster has of them, which differ, and what was applied
before. Goes out: one step. All of it is a matter of what is there, so whoever is ended in the
middle goes on where it was: adding goes from what is led to, to what leads there, removing the
other way round, and nothing is removed before everything that is wanted is there and well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from laneway.core.syncing.cluster.objects import ROUTES, ObjectId, ObjectToApply
from laneway.core.syncing.cluster.seen import SeenObject
from laneway.core.syncing.cluster.wellness import is_live_told, wellness_of
from laneway.core.syncing.states import Wellness


class ApplyTurn(Struct, frozen=True):
    """Apply these, in any order."""

    objects: tuple[ObjectToApply, ...]


class WaitFor(Struct, frozen=True):
    """Go no further until these are well."""

    waiting: tuple[tuple[ObjectId, Wellness], ...]


class RemoveTurn(Struct, frozen=True):
    """Remove these, in any order; with `drains` let requests end before anything else goes."""

    ids: tuple[ObjectId, ...]
    drains: bool = False


class RoundDone(Struct, frozen=True):
    """All is as the commit says, and nothing is left over that may go."""


ClusterStep = ApplyTurn | WaitFor | RemoveTurn | RoundDone


class ClusterView(Struct, frozen=True):
    """What a cluster has. `differing` are objects that are not as they are to be applied.

    `live` holds those of the commit and of the inventory that are there. `long_ago` is the time, in
    UTC as the API server writes it, before which nothing is expected of a lane any more.
    """

    live: Mapping[ObjectId, SeenObject]
    differing: frozenset[ObjectId]
    long_ago: str = ""

    def wellness(self, one: ObjectId) -> Wellness | None:
        """Return how well an object is; None is no health at all."""
        seen = self.live.get(one)
        if seen is None:
            return Wellness("Missing")
        is_told = any(map(is_live_told, self.live.values()))
        return wellness_of(seen, long_ago=self.long_ago, is_told=is_told)


def next_step_on_cluster(
    wanted: Sequence[ObjectToApply], view: ClusterView, removable: Collection[ObjectId]
) -> ClusterStep:
    """Say what to do next. `removable` is what was applied once and may go."""
    for _, turn in groupby(sorted(wanted, key=_turn), key=_turn):
        objects = tuple(turn)
        due = tuple(one for one in objects if one.id in view.differing)
        if due:
            return ApplyTurn(due)
        ill = tuple(_ill(objects, view))
        if ill:
            return WaitFor(ill)
    there = [one for one in removable if one in view.live]
    if not there:
        return RoundDone()
    last = max(one.turn for one in there)
    turn_ids = tuple(sorted(one for one in there if one.turn == last))
    if all(view.live[one].is_leaving for one in turn_ids):
        return WaitFor(tuple((one, Wellness("Progressing", "it is ending")) for one in turn_ids))
    return RemoveTurn(turn_ids, drains=last >= ROUTES)


def _turn(one: ObjectToApply) -> tuple[int, int]:
    return one.turn


def _ill(
    objects: Iterable[ObjectToApply], view: ClusterView
) -> Iterable[tuple[ObjectId, Wellness]]:
    """Yield the objects of a turn that are not well yet; one that somebody paused may be so.

    What has no health is waited for by nobody, as in Argo CD, and no Service is: many a cluster
    never gives a load balancer its address.
    """
    for one in objects:
        wellness = view.wellness(one.id)
        is_well = wellness is None or wellness.health in ("Healthy", "Suspended")
        if wellness and not is_well and one.id.kind != "Service":
            yield one.id, wellness
