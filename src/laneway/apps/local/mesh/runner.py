"""One mesh on this machine, from its first process to its last: started, followed, told of, ended.

Comes in: the first revision, then snapshots. Goes out: a mesh that follows them, and what is told
of it. What follows is the loop; this is its door, and what comes before the first round.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from laneway.apps.local.mesh.announcer import bug_text, why_not_ready
from laneway.apps.local.mesh.proxies import Ailing, ProxyError
from laneway.apps.local.mesh.target import FIRST_PAUSE, LocalTarget
from laneway.apps.local.mesh.written import written_at
from laneway.core.compile import compile_snapshot
from laneway.core.fleet.commands import Commands
from laneway.core.fleet.placing import NoRoomError
from laneway.core.gate import Refused, Revision, Same, revision_of
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.run import Loop
from laneway.loop.seams import Clock
from laneway.loop.step import Confirmed, Edited, Live, News, NotFollowed, NotLive, Serving, State

UNTIL_WELL = 2.0
"""Seconds a start waits at most until the proxies know that the programs are well."""


Written = Callable[[Snapshot, Snapshot], float | None]
"""When the second of two inputs was written, in seconds since 1970, if that is known."""


class StartError(Exception):
    """The mesh cannot be started; the text says why."""


class Runner:
    """One mesh.

    `noted` is called after every look, for those who look from outside; `written` says when an edit
    was. `ailing` is what was not
    well when the start had waited for it. `has_looked` is set once the files were looked at after
    the start, or cannot be. There is a `loop` as soon as there is something to start.
    """

    loop: Loop

    def __init__(
        self,
        target: LocalTarget,
        commands: Commands,
        clock: Clock,
        noted: Callable[[Runner], None],
        written: Written = written_at,
    ) -> None:
        self.target = target
        self.commands = commands
        self.clock = clock
        self.noted = noted
        self.written = written
        self.ailing: tuple[Ailing, ...] = ()
        self.is_up = False
        self.has_looked = asyncio.Event()

    async def start(self, revision: Revision) -> None:
        """Start everything a revision asks for, and wait until all of it is ready.

        The proxies are first: what they load takes longest, and programs start beside it. Raises
        StartError.
        """
        target = self.target
        try:
            live = Serving(revision, target.place(revision))
        except (NoRoomError, OSError) as error:
            raise StartError(str(error)) from error
        self.loop = Loop(
            State(revision, live), target, self._revise, self.clock, self._told, self._looked
        )
        applying = asyncio.create_task(target.apply(live))
        applying.add_done_callback(lambda _: target.wake.set())
        try:
            if not target.proxies.is_serving:  # else they would send to programs that are not there
                await asyncio.wait({applying}, timeout=FIRST_PAUSE)
            await self._until_ready(live, applying)
        finally:
            applying.cancel()
            with suppress(asyncio.CancelledError, ProxyError, OSError):
                await applying
        self.ailing = await target.proxies.until_well(UNTIL_WELL)
        self.is_up = True
        self._note()

    async def _until_ready(self, live: Serving, applying: asyncio.Task[Confirmed]) -> None:
        """Wait until all serve. Raises StartError when that is of no use."""
        target = self.target
        while True:
            if applying.done() and (problem := applying.exception()) is not None:
                raise StartError(str(problem)) from problem
            seen = target.prepare(live.revision, live)
            if (futile := target.futile(live)) is not None:
                raise StartError(why_not_ready(futile, target.supervisor.records()))
            target.announcer.starting(len(seen.pods), len(live.pods))
            self._note()
            if applying.done() and seen.pods == live.pods:
                return
            live.revision.compilation.findings  # noqa: B018 - worked out while Envoy loads
            await self.clock.rest(target.wake, seen.wake_at)
            target.wake.clear()
            if target.wake.is_told_to_stop:
                raise StartError("stopped before it was ready")

    def _revise(self, snapshot: Snapshot, before: Revision) -> Revision:
        return revision_of(compile_snapshot(snapshot, before.compilation), self.commands)

    def _told(self, news: News) -> None:
        """Tell what happened to the files' newest state."""
        announcer = self.target.announcer
        match news:
            case Same():
                announcer.as_before()
            case Edited(before, after):
                known = before.compilation.snapshot
                announcer.edited(self.written(known, after.compilation.snapshot))
            case Refused(errors):
                announcer.refused(errors)
            case NotLive(error):
                is_known = isinstance(error, ProxyError | NoRoomError | OSError)
                announcer.not_live(str(error) if is_known else bug_text(error))
            case NotFollowed(error):
                announcer.not_followed(str(error))
            case Live(before, after, confirmed):
                self._note()  # whoever reads that it is live may ask the record at once
                opened = self.target.allocator.opened
                announcer.live(before, after, confirmed)
                announcer.opened(opened(before.compilation.plan), opened(after.compilation.plan))
                return
        self.has_looked.set()

    def _looked(self) -> None:
        self.target.tell_recovered(self.loop.state.live)
        self._note()

    def _note(self) -> None:
        try:
            self.noted(self)
        except OSError as error:
            self.target.announcer.not_noted(str(error))
