"""The API server as what a loop keeps: it is told what is wanted and does what is lacking.

Comes in: a compiled revision. Goes out: Istio objects as it says, group by group: those of a frozen
group stay, whatever else is written. Between two steps of a change it is asked who has the first.
Nothing of what it knows is needed to go on: whoever begins anew finds the same to do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.kube import KubeError
from laneway.apps.operator.ahead import WatchedStrides
from laneway.apps.operator.caches import Caches
from laneway.apps.operator.installation import installed
from laneway.apps.operator.reconfirming import Reconfirming
from laneway.apps.operator.seams import Cluster, Confirming
from laneway.apps.operator.ways import way_to
from laneway.apps.operator.writing import ObjectWriting, trouble_of
from laneway.core.emit.istio import Layout
from laneway.core.emit.manifest import Manifest
from laneway.core.gate import Revision
from laneway.core.keeping.change import Stride, Way
from laneway.core.keeping.conditions import Trouble
from laneway.core.keeping.confirmed import SeenLive, blocks_removal
from laneway.core.keeping.followed import GROUP
from laneway.core.keeping.group_gate import Blame, Frozen, GroupErrors, frozen_groups
from laneway.core.keeping.own_objects import OwnObject
from laneway.core.keeping.owners import Owner
from laneway.core.keeping.patience import Patience
from laneway.core.keeping.statuses import accepted_of
from laneway.core.keeping.to_do import NO_GROUP, Bounds, Differences, ToDo, to_do
from laneway.core.keeping.undone import Drift, Watchful
from laneway.core.keeping.wanted import Owners, WantedObjects, wanted_objects
from laneway.core.live.liveness import Liveness
from laneway.core.resources.meta import Ref
from laneway.loop.seams import Clock, Wake
from laneway.loop.step import Confirmed, Readiness, Serving

LOG = logging.getLogger("laneway.operator")
READ_ONLY_FOR = 300.0
"""Seconds for which an object that another keeps undoing is left to them."""


class OperatorSettings(Struct, frozen=True):
    """What whoever starts the operator says: where it may write, and how.

    `drain` are the seconds that requests in flight get before what they use is taken away.
    """

    installation: Owner
    namespaces: frozenset[str] | None = None
    layout: Layout = "istio"
    drain: float = 5.0


class Undertaking(Struct):
    """A change that is under way: of which groups, since when, and what came of it so far.

    `writes` is False where nothing differs and it is only asked who has what lies there.
    """

    groups: frozenset[str]
    begun: float
    writes: bool = True
    written: int = 0
    removed: int = 0
    live: Liveness | None = None
    seconds: float = 0.0


class ClusterTarget:
    """One cluster."""

    def __init__(
        self,
        cluster: Cluster,
        caches: Caches,
        confirming: Confirming,
        settings: OperatorSettings,
        clock: Clock,
    ) -> None:
        self.wake = Wake()
        self.is_overtaken: Callable[[], bool] = lambda: False
        self.settings = settings
        self.caches = caches
        self.patience = Patience()
        self.watchful = Watchful()
        self.writing = ObjectWriting(cluster, caches, self.watchful, clock.now)
        self.objects: WantedObjects | None = None
        self.errors: GroupErrors = {}
        self.frozen: Mapping[str, Frozen] = {}
        self.todo = ToDo()
        self.change: Undertaking | None = None
        self.seen = SeenLive()
        self.unsure: frozenset[str] = frozenset()
        """The groups of which something was written and not seen live."""
        self.begun: Callable[[Undertaking], None] = lambda _: None
        """Hears of a change that has begun."""
        self.through: Callable[[Undertaking], None] = lambda _: None
        """Hears of a change that is through."""
        self.left: frozenset[str] = frozenset()
        """The groups whose change was left on its way, since something else is wanted by now."""
        self.drifts: list[Drift] = []
        self.reconfirming = Reconfirming(caches, confirming, self.writing, self.seen, clock)
        self._blame = Blame()
        self._differences = Differences()
        self._cluster = cluster
        self._confirming = confirming
        self._clock = clock

    def prepare(self, wanted: Revision, live: Serving) -> Readiness:  # noqa: ARG002 - a seam
        """Look at what is wanted and at what is there."""
        now = self._clock.now()
        compilation = wanted.compilation
        lanes = self.caches.lanes
        groups = {ref.name: held for ref, held in lanes.items() if ref.kind == GROUP}
        owners = Owners(
            self.settings.installation, {name: held.uid for name, held in groups.items()}
        )
        if self.objects is None or not self._is_of(self.objects, wanted, owners):
            self.objects = wanted_objects(compilation, self.settings.layout, owners, self.objects)
        accepted = {
            name: errors
            for name, held in groups.items()
            if (errors := accepted_of(held.status)) is not None
        }
        self.errors = self._blame.errors(compilation, self.objects.findings)
        self.frozen = frozen_groups(compilation, self.errors, accepted)
        self._look(self.objects, now)
        self.unsure = self._unsure(now)
        ask_at = self.seen.wait(now)
        forgets_at = self.caches.forgets_at
        times = [self.patience.wake_at(now), ask_at if self.unsure else None, forgets_at]
        return Readiness(
            frozenset(),
            settled=True,
            intact=not self.todo and (not self.unsure or ask_at is not None),
            wake_at=min((one for one in times if one is not None), default=None),
        )

    def _look(self, objects: WantedObjects, now: float) -> None:
        """Find what differs, who made it differ, and whom to leave alone."""
        there = self.caches.own(now)
        if self.patience.troubles:
            self.patience.keep({*self.frozen, *self._everybody(objects, there)})
        self.todo = self._to_do(objects, there, now)
        for drift in self.watchful.look(objects.parts, there, self.todo.differing, now):
            self.drifts.append(drift)
            for group in drift.groups if drift.is_enough else ():
                who = drift.writer or "somebody"
                words = f"{who} keeps changing {drift.ref} back: it is left to them"
                self.patience.failed(group, Trouble("ReadOnly", words), now, READ_ONLY_FOR)
        if self.patience.waiting(now):
            self.todo = self._to_do(objects, there, now)
        differing = self._groups(objects, (*self.todo.writes, *self.todo.removes))
        self.left &= differing
        tried = self.patience.troubles.keys() - self.patience.waiting(now)
        self.patience.succeeded(tried - differing)

    def _everybody(self, objects: WantedObjects, there: Mapping[Ref, OwnObject]) -> Iterator[str]:
        """Yield each group that has objects, or shall have some."""
        yield from NO_GROUP
        for part in objects.parts.values():
            yield from part.groups
        for own in there.values():
            yield from own.groups

    def _is_of(self, objects: WantedObjects, wanted: Revision, owners: Owners) -> bool:
        return objects.compilation is wanted.compilation and objects.owners == owners

    def _to_do(self, objects: WantedObjects, there: Mapping[Ref, OwnObject], now: float) -> ToDo:
        frozen = self.frozen and self.seen.unlike(self.frozen, self._statuses(), objects.digests)
        bounds = Bounds(
            frozen={*frozen, *self.patience.waiting(now)},
            namespaces=self.settings.namespaces,
            foreign=self.caches.foreign(),
        )
        return to_do(*self._differences.of(objects, there, self.writing.settled), there, bounds)

    async def apply(self, serving: Serving) -> Confirmed:  # noqa: ARG002 - what was prepared
        """Go the way from what is there to what is wanted, as far as nothing stands in it."""
        objects, todo = self.objects, self.todo
        begun = self._clock.now()
        if objects is not None:
            groups = self._groups(objects, (*todo.writes, *todo.removes)) if todo else self.unsure
            change = self.change = Undertaking(groups, begun, bool(todo))
            self.begun(change)
            try:
                if asked := self.seen.to_ask(self.unsure & groups, is_first=bool(todo)):
                    change.live = await self.reconfirming.ask(objects, asked)
                if todo and self.drifts and await self._is_installed_anew():
                    self.left = change.groups
                elif todo:
                    await self._go(objects, todo, change)
            except Exception as error:
                if not isinstance(error, KubeError):
                    LOG.exception("not written")
                self._left_alone(change.groups, trouble_of(error))
                self.seen.put_off(self._clock.now())
            finally:
                self.change = None
                self.unsure = self._unsure(self._clock.now())
                self.wake.set()  # what is left to do, and when, is another matter now
        return Confirmed(0, self._clock.now() - begun, begun)

    async def _is_installed_anew(self) -> bool:
        """See whether another installation stands in the place of the one that owns our objects.

        Somebody changed them, and the garbage collector does as long as an owner is not there.
        """
        known = self.settings.installation
        found = await installed(self._cluster, known.kind, known.name)
        self.settings = replace(self.settings, installation=found)
        return found != known

    def _unsure(self, now: float) -> frozenset[str]:
        return self.seen.unsure(self._statuses(), self.caches.own(now), self._confirming.audience)

    def _statuses(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the statuses of all groups, as they are on the cluster."""
        lanes = self.caches.lanes
        return {ref.name: held.status for ref, held in lanes.items() if ref.kind == GROUP}

    async def _go(self, objects: WantedObjects, todo: ToDo, change: Undertaking) -> None:
        begun = self._clock.now()
        way = await way_to(objects, todo, self.caches.own(begun), self.writing)
        # it is gone for at least as long as it took to find: a cluster in which something happens
        # all the time would be looked at and never written otherwise
        is_through = await self._walk(objects, way, change, 2 * self._clock.now() - begun)
        self.left = frozenset() if is_through else change.groups
        if is_through:
            self.patience.succeeded(change.groups)
            change.seconds = self._clock.now() - change.begun
            self.through(change)

    async def _walk(
        self, objects: WantedObjects, way: Way, change: Undertaking, until: float
    ) -> bool:
        """Go a way to its end, or until something else is wanted; whether its end was reached.

        What else is wanted counts from a moment on.
        """
        if not await self._write(objects, tuple(way.handed_over.values()), (), change):
            return False
        has_gone = False
        strides = WatchedStrides(way.strides(), self._confirming, objects.compilation)
        try:
            while (stride := strides.next) is not None:
                is_late = has_gone and self.is_overtaken() and self._clock.now() >= until
                if is_late or self.wake.is_told_to_stop:
                    return False
                if not await self._stride(objects, stride, strides, change):
                    return False
                has_gone = True
        finally:
            await strides.leave()
        return True

    async def _stride(
        self, objects: WantedObjects, stride: Stride, strides: WatchedStrides, change: Undertaking
    ) -> bool:
        """Write steps and see who has them; whether the next ones may follow."""
        live, removes = change.live, stride.removes
        if (stride.drain or removes) and live is not None and blocks_removal(live):
            self._left_alone(change.groups, Trouble("ProxiesBehind", live.words))
            return False
        if stride.drain:
            await asyncio.sleep(self.settings.drain)
        refs = (*stride.writes, *removes)
        groups = self._groups(objects, refs)
        async with strides.watching(stride, live) as watching:
            seen = self._groups(objects, (ref for ref in refs if ref not in watching.unseen))
            if not await self._write_in_order(objects, stride, watching.last, change):
                return False
            strides.written(watching, live)
            change.live = (await watching.confirm()).after(live)
        named = ", ".join(sorted(filter(None, groups))) or "groups that are gone"
        LOG.info("%s of %s: %s", " and ".join(stride.phases), named, change.live.words)
        self.reconfirming.saw_step(watching, change.live, seen, groups - seen)
        return True

    async def _write_in_order(
        self, objects: WantedObjects, stride: Stride, last: Collection[Ref], change: Undertaking
    ) -> bool:
        """Write and remove what a stride is about: behind all others what tells of them."""
        for step, _ in stride:
            first = [one for one in step.writes if one.ref not in last]
            if not await self._write(objects, first, (), change):
                return False
        removes = sorted(stride.removes, key=last.__contains__)
        return await self._write(objects, tuple(stride.written(last)), removes, change)

    async def _write(
        self,
        objects: WantedObjects,
        writes: Sequence[Manifest],
        removes: Sequence[Ref],
        change: Undertaking,
    ) -> bool:
        """Write and remove, writes first; what is refused is a trouble of its groups."""
        refused = await self.writing.write(writes, objects)
        change.written += len(writes) - len(refused)
        if not refused:
            refused = await self.writing.remove(removes)
            change.removed += len(removes) - len(refused)
        for ref, error in refused.items():
            self._left_alone(self._groups(objects, [ref]), trouble_of(error, ref))
        return not refused

    def _left_alone(self, groups: Iterable[str], trouble: Trouble) -> None:
        for group in groups:
            self.patience.failed(group, trouble, self._clock.now())

    def _groups(self, objects: WantedObjects, refs: Iterable[Ref]) -> frozenset[str]:
        there = self.caches.own(self._clock.now())
        found: set[str] = set()
        for ref in refs:
            part, own = objects.parts.get(ref), there.get(ref)
            found |= {*(part.groups if part else ()), *(own.groups if own else ())} or {*NO_GROUP}
        return frozenset(found)

    def retire(self, spare: frozenset[str]) -> None:
        """Nothing is kept beside what is wanted."""

    async def watch(self) -> None:
        """Wait until cancelled: the caches are followed also while another operator leads."""
        await asyncio.Event().wait()
