"""Brings a commit to a cluster, one step at a time.

Comes in: a commit and what may happen. Goes out: what a step did, or what keeps it from being done.
Each step begins by looking at everything, so a newer commit may take the place of one that is half
applied, and whoever is ended goes on elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from msgspec import Struct

from laneway.adapters.kube import Conflict, Kind, KubeError, NoAccess, Unavailable
from laneway.apps.agent.reading import AppliedReading
from laneway.core.findings.codes.syncing import NOTHING_IN_COMMIT, REFUSED_BY_SERVER
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.rules.questions.words import counted
from laneway.core.syncing.cluster.inventory import Inventory
from laneway.core.syncing.cluster.objects import (
    ObjectId,
    ObjectsToApply,
    ObjectToApply,
    objects_to_apply,
)
from laneway.core.syncing.cluster.rounds import (
    ApplyTurn,
    ClusterStep,
    ClusterView,
    RemoveTurn,
    RoundDone,
    WaitFor,
    next_step_on_cluster,
)
from laneway.core.syncing.cluster.seen import kept_by
from laneway.core.syncing.due import SYNC_OPTIONS, SyncPolicy
from laneway.core.syncing.looking import Fetched


class Allowed(Struct, frozen=True):
    """What a step may do: apply a commit, apply it anew later, remove what it lacks."""

    apply: bool
    heal: bool
    prune: bool


class ClusterLook(Struct, frozen=True):
    """What there is: a commit's objects, the inventory, the cluster, and what is wrong.

    Of a commit with `unread` files nobody knows what it wants. `refused` are the objects that
    cannot be applied.
    """

    objects: ObjectsToApply
    inventory: Inventory
    view: ClusterView
    wrong: tuple[Finding, ...]
    unread: bool = False

    @property
    def refused(self) -> frozenset[str]:
        """What is wrong with objects, by their names."""
        return frozenset(one.subject for one in self.wrong)

    @property
    def left_over(self) -> frozenset[ObjectId]:
        """What was applied once, is there and ours yet, and is not in the commit."""
        wanted = {one.id for one in self.objects.objects}
        return frozenset(
            one
            for one in self.inventory.ids - wanted
            if (seen := self.view.live.get(one)) and seen.is_ours and not kept_by(seen)
        )

    @property
    def removable(self) -> frozenset[ObjectId]:
        """What of it does not say of itself that it is to stay."""
        return frozenset(
            one for one in self.left_over if not _is_to_stay(self.view.live[one].metadata)
        )


class StepTaken(Struct, frozen=True):
    """What a step is, on what look, and whether it was allowed; with findings it was not done.

    `is_due`: it is allowed, and was not done, since it writes and others may write as well.
    """

    step: ClusterStep | None
    look: ClusterLook
    is_allowed: bool = False
    findings: tuple[Finding, ...] = ()
    is_due: bool = False


class Bringing(Struct):
    """Brings commits to one cluster, in the namespaces that were named."""

    reading: AppliedReading
    source: str
    namespaces: frozenset[str]
    policy: SyncPolicy
    drain: float

    async def look(self, fetched: Fetched) -> ClusterLook:
        """Look at everything and change nothing. Raises KubeError."""
        objects = objects_to_apply(fetched.snapshot, self.namespaces)
        inventory = await self.reading.inventory()
        if inventory.source != self.source:
            inventory = Inventory(self.source, "", inventory.ids)
        view, wrong = await self.reading.view(objects.objects, inventory.ids)
        held = (*self._held(fetched, inventory), *wrong)
        return ClusterLook(objects, inventory, view, held, bool(fetched.snapshot.unread))

    def _held(self, fetched: Fetched, inventory: Inventory) -> Iterable[Finding]:
        """Yield why a commit is not applied whatever the cluster says."""
        snapshot = fetched.snapshot
        if snapshot.unread:
            yield from (one for one in snapshot.findings if one.level == "error")
        elif not snapshot.resources and inventory.ids and not self.policy.allow_empty:
            gone = [str(one) for one in sorted(inventory.ids)]
            words = {"commit": fetched.commit.short, "objects": counted("object", gone)}
            yield unplaced(NOTHING_IN_COMMIT, **words)

    async def step(self, fetched: Fetched, allowed: Allowed, *, is_alone: bool = True) -> StepTaken:
        """Do the next step; who is not alone writes nothing. Raises KubeError."""
        look = await self.look(fetched)
        if look.wrong:
            return StepTaken(None, look, findings=look.wrong)
        removable = look.removable if allowed.prune and not self.policy.keeps else frozenset()
        step = next_step_on_cluster(look.objects.objects, look.view, removable)
        is_new = look.inventory.commit != fetched.commit.id
        if not (allowed.apply and (is_new or allowed.heal)):
            return StepTaken(step, look)
        if not is_alone and self._writes(step, fetched, look):
            return StepTaken(step, look, is_due=True)
        match step:
            case ApplyTurn():
                refused = await self._apply(step, look, heal=allowed.heal)
                return StepTaken(step, look, is_allowed=True, findings=refused)
            case RemoveTurn():
                await self._remove(step, look)
            case RoundDone():
                await self._note(fetched, look)
            case WaitFor():
                pass
        return StepTaken(step, look, is_allowed=True)

    async def _apply(
        self, step: ApplyTurn, look: ClusterLook, *, heal: bool
    ) -> tuple[Finding, ...]:
        """Apply a turn; what it names stands in the inventory before it stands in the cluster."""
        ids = {one.id for one in step.objects}
        if not ids <= look.inventory.ids:
            await self.reading.write(look.inventory.with_ids(ids))
        refused: list[Finding] = []
        for one in step.objects:
            kind = await self.reading.kind(one.id)
            if kind is None:
                continue  # the look before has told that
            try:
                await self._applied(kind, one, heal=heal and one.id in look.view.live)
            except (NoAccess, Unavailable):
                raise
            except KubeError as error:
                words = {"what": str(one.id), "why": str(error)}
                refused.append(unplaced(REFUSED_BY_SERVER, str(one.id), **words))
        return tuple(refused)

    async def _applied(self, kind: Kind, one: ObjectToApply, *, heal: bool) -> None:
        """Apply an object. With `heal`, fields of ours that somebody edited are put right.

        Fields that others apply are never taken: they would be applied again.
        """
        try:
            await self.reading.client.apply(kind, one.body)
        except Conflict as error:
            if error.is_applied or not heal:
                raise
            await self.reading.client.take(kind, one.body)

    async def _remove(self, step: RemoveTurn, look: ClusterLook) -> None:
        """Remove a turn, each object only if it is still the one that was seen."""
        for one in step.ids:
            kind, seen = await self.reading.kind(one), look.view.live[one]
            if kind is not None and not seen.is_leaving:
                client = self.reading.client
                await client.delete(kind, one.namespace, one.name, uid=seen.uid)
        if step.drains:
            await asyncio.sleep(self.drain)

    def _writes(self, step: ClusterStep, fetched: Fetched, look: ClusterLook) -> bool:
        if isinstance(step, RoundDone):
            return self._whole(fetched, look) != look.inventory
        return isinstance(step, ApplyTurn | RemoveTurn)

    def _whole(self, fetched: Fetched, look: ClusterLook) -> Inventory:
        """Return the inventory of a commit that was brought in whole, older ones' rest included."""
        ids = frozenset(one.id for one in look.objects.objects) | look.left_over
        return Inventory(self.source, fetched.commit.id, ids)

    async def _note(self, fetched: Fetched, look: ClusterLook) -> None:
        """Write down that a commit was brought in whole."""
        if (done := self._whole(fetched, look)) != look.inventory:
            await self.reading.write(done)


def _is_to_stay(metadata: object) -> bool:
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    told = str((annotations or {}).get(SYNC_OPTIONS, ""))
    return "Prune=false" in [option.strip() for option in told.split(",")]
