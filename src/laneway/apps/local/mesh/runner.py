"""The loop that keeps a mesh as its files say: read all, compile, compare, apply in order, observe.

Comes in: snapshots, the supervisor, the proxies, and a wake-up that only says "look again". Goes
out: a mesh that follows, and what is told of it. Nothing reacts to what an event is about; every
round looks at everything and does the next step that `fleet.next_step` decides on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import suppress

from msgspec import Struct, field

from laneway.adapters.processes import Started
from laneway.apps.local.mesh.announcer import Announcer, bug_text, why_not_ready
from laneway.apps.local.mesh.source import RevisionSource
from laneway.apps.local.mesh.supervisor import Recovered, Supervisor, end
from laneway.apps.local.record.stopped import StoppedNames
from laneway.core.fleet.allocator import Allocator
from laneway.core.fleet.next_step import Fleet, FleetStep, Instance, next_step
from laneway.core.fleet.placing import NoRoomError
from laneway.core.gate import Revision
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.target import Ailing, Confirmed, Proxies, ProxyError

FIRST_PAUSE = 0.005
"""Seconds until a starting program is looked at again, growing to the next figure."""

LAST_PAUSE = 0.05

UNTIL_WELL = 2.0
"""Seconds a start waits at most until the proxies know that the programs are well."""

UNWATCHED_PAUSE = 0.25
"""Seconds until programs are looked at again whose end wakes nobody."""

LOG_PAUSE = 10.0
"""Seconds between two looks at the length of logs."""


class StartError(Exception):
    """The mesh cannot be started; the text says why."""


class Live(Struct, frozen=True):
    """What the proxies serve: an edit, and the ids of the instances that serve it."""

    revision: Revision
    ids: frozenset[str]

    def is_same(self, other: Live | None) -> bool:
        """Whether this is the very same edit, served by the same instances."""
        return other is not None and self.revision is other.revision and self.ids == other.ids


class Runner(Struct):
    """One mesh, from its first process to its last.

    `noted` is called after every look, for those who look from outside; `stopped` says at every
    look what they want to be down. `has_looked` is set once the files were looked at after the
    start, or cannot be.
    """

    source: RevisionSource
    supervisor: Supervisor
    proxies: Proxies
    allocator: Allocator
    announcer: Announcer
    noted: Callable[[Runner], None]
    stopped: Callable[[], StoppedNames] = StoppedNames
    wanted: Revision | None = None
    live: Live | None = None
    refused: Live | None = None
    """What the proxies did not take. It is not offered to them again."""

    snapshot: Snapshot | None = None
    """The newest state of the files that was not looked at yet."""

    ailing: tuple[Ailing, ...] = ()
    """What was not well when the start had waited for it."""

    is_up: bool = False
    is_told_to_stop: bool = False
    has_looked: asyncio.Event = field(default_factory=asyncio.Event)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    pause: float = FIRST_PAUSE
    endings: set[asyncio.Task[None]] = set()
    recovered: list[Recovered] = []
    """Programs that are back and are not told of yet."""

    def look_again(self) -> None:
        """Say that something may have changed. Safe to call from a signal's handler."""
        self.wake.set()

    def stop(self) -> None:
        """Say that the mesh should end."""
        self.is_told_to_stop = True
        self.wake.set()

    async def start(self, revision: Revision) -> None:
        """Start everything an edit asks for, and wait until all of it is ready.

        Raises StartError.
        """
        try:
            self._want(revision)
        except NoRoomError as error:
            raise StartError(str(error)) from error
        everything = tuple(self.supervisor.instances.values())
        self.live = Live(revision, frozenset(one.id for one in everything))
        applying = asyncio.create_task(
            self.proxies.apply(revision, self.allocator.placement(everything))
        )
        applying.add_done_callback(lambda _: self.wake.set())
        try:
            while not self._is_ready(applying):
                await self._rest(None)
                if self.is_told_to_stop:
                    raise StartError("stopped before it was ready")
        finally:
            applying.cancel()
            with suppress(asyncio.CancelledError, ProxyError, OSError):
                await applying
        self.ailing = await self.proxies.until_well(UNTIL_WELL)
        self.is_up = True
        self._note()

    def _is_ready(self, applying: asyncio.Task[Confirmed]) -> bool:
        """Look at everything once. Raises StartError when waiting is of no use."""
        if applying.done() and (problem := applying.exception()) is not None:
            raise StartError(str(problem)) from problem
        step = self._look()
        fleet = self._fleet()
        for one in fleet.instances:
            if fleet.is_futile(one, time.monotonic()):
                raise StartError(why_not_ready(one, self.supervisor.records()))
        self.announcer.starting(len(step.serve), len(fleet.instances))
        self._note()
        return applying.done() and len(step.serve) == len(fleet.instances)

    async def follow(self, snapshots: AsyncIterator[Snapshot]) -> None:
        """Follow the files until told to stop."""
        async with asyncio.TaskGroup() as tasks:
            others = (
                tasks.create_task(self._listen(snapshots)),
                tasks.create_task(self.proxies.watch(self._fixed)),
                tasks.create_task(self._look_after_logs()),
            )
            while not self.is_told_to_stop:
                wake_at = await self._round()
                self._note()
                await self._rest(wake_at)
            for task in others:
                task.cancel()

    async def _look_after_logs(self) -> None:
        while True:
            await asyncio.sleep(LOG_PAUSE)
            self.supervisor.begin_long_logs_anew()

    def _fixed(self, text: str) -> None:
        self.announcer.fixed(text)
        self.wake.set()

    def _note(self) -> None:
        try:
            self.noted(self)
        except OSError as error:
            self.announcer.not_noted(str(error))

    async def _listen(self, snapshots: AsyncIterator[Snapshot]) -> None:
        """Take what the files say; where they cannot be watched, what is live goes on alone."""
        try:
            async for snapshot in snapshots:
                self.snapshot = snapshot
                self.wake.set()
        except OSError as error:
            self.announcer.not_followed(str(error))
            self.has_looked.set()

    async def _round(self) -> float | None:
        """Bring what is live one step nearer to what is wanted; say when to look again."""
        self._read()
        step = self._look()
        if self.live is not None and self.wanted is not None:
            revision = self.wanted if step.settled else self.live.revision
            if await self._bring_live(revision, step):
                self._retire(step.spare)
                self._halt(step.halt)
            self._tell_recovered(self.live.ids)
        return step.wake_at

    def _read(self) -> None:
        """Take the newest state of the files, if it may go live."""
        snapshot, self.snapshot = self.snapshot, None
        if snapshot is None:
            return
        self.has_looked.set()
        revision = self.source.revision(snapshot, self.wanted)
        if revision is None or revision is self.wanted:
            return
        try:
            self._want(revision)
        except NoRoomError as error:
            self.announcer.not_live(str(error))

    def _want(self, revision: Revision) -> None:
        """Give what an edit asks for a place each. Raises NoRoomError."""
        plan, existing = revision.compilation.plan, tuple(self.supervisor.instances.values())
        found = self.allocator.settle(plan, revision.wanted, existing)
        self.supervisor.instances |= {one.id: one for one in found}
        self.wanted = revision

    def _look(self) -> FleetStep:
        """See how programs stand, and start those whose time has come."""
        events = self.supervisor.observe()
        self.announcer.happened(one for one in events if not isinstance(one, Recovered))
        self.recovered += [one for one in events if isinstance(one, Recovered)]
        step = next_step(self._fleet(), time.monotonic())
        self.announcer.happened(self.supervisor.start(step.start))
        return step

    def _tell_recovered(self, served: Collection[str]) -> None:
        """Tell which programs are back, once requests are sent to them again."""
        self.announcer.happened(one for one in self.recovered if one.instance.id in served)
        waiting = self.supervisor.instances.keys() - served
        self.recovered = [one for one in self.recovered if one.instance.id in waiting]

    def _fleet(self) -> Fleet:
        stopped = self.stopped()
        return Fleet(
            instances=tuple(self.supervisor.instances.values()),
            current=self.allocator.current,
            served=self.live.ids if self.live else frozenset(),
            standings=self.supervisor.standings,
            stopped=frozenset(
                one.id for one in self.supervisor.instances.values() if stopped.has(one.wanted)
            ),
        )

    async def _bring_live(self, revision: Revision, step: FleetStep) -> bool:
        """Hand the proxies what they should serve, if it differs; say whether they serve it."""
        wanted = Live(revision, frozenset(one.id for one in step.serve))
        if self.live is None or wanted.is_same(self.refused):
            return False
        if wanted.is_same(self.live):
            return True
        before, begun = self.live.revision, time.time()
        known = self.allocator.opened(before.compilation.plan)
        try:
            confirmed = await self.proxies.apply(revision, self.allocator.placement(step.serve))
        except Exception as error:  # noqa: BLE001 - whatever it is, what serves goes on
            self.refused = wanted
            known_reason = isinstance(error, ProxyError | OSError)
            self.announcer.not_live(str(error) if known_reason else bug_text())
            return False
        self.live, self.refused = wanted, None
        self._note()  # whoever reads that it is live may ask the record at once
        self.announcer.live(before, revision, confirmed, begun)
        self.announcer.opened(known, self.allocator.opened(revision.compilation.plan))
        return True

    def _retire(self, spare: Collection[Instance]) -> None:
        """End instances that nothing is sent to any more, while the loop goes on."""
        if spare:
            self._end(self.supervisor.release(spare))

    def _halt(self, instances: Collection[Instance]) -> None:
        """End the programs of instances that somebody stopped; they keep their places."""
        started, stopped = self.supervisor.halt(instances)
        self.announcer.happened(stopped)
        self._end(started)

    def _end(self, started: Collection[Started]) -> None:
        if started:
            ending = asyncio.create_task(self._until_ended(started))
            self.endings.add(ending)
            ending.add_done_callback(self.endings.discard)

    async def _until_ended(self, started: Collection[Started]) -> None:
        """End programs in a thread; only then are they stopped, and may be started anew."""
        try:
            await asyncio.to_thread(end, started)
        finally:
            self.announcer.happened(self.supervisor.have_stopped(started))
            self.wake.set()

    async def _rest(self, wake_at: float | None) -> None:
        """Wait until something may have changed; of several wake-ups one is left."""
        waiting = not self.is_up or self.supervisor.is_starting()
        self.pause = min(self.pause * 1.3, LAST_PAUSE) if waiting else FIRST_PAUSE
        pauses = [self.pause] if waiting else []
        if self.supervisor.is_unwatched():
            pauses.append(UNWATCHED_PAUSE)
        if wake_at is not None:
            pauses.append(max(wake_at - time.monotonic(), 0.0))
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), min(pauses, default=None))
        self.wake.clear()

    async def close(self) -> None:
        """End everything: first what sends requests, then what answers them."""
        await self.proxies.down()
        started = self.supervisor.release(tuple(self.supervisor.instances.values()))
        await asyncio.gather(*self.endings, asyncio.to_thread(end, started))
        self.supervisor.close()
