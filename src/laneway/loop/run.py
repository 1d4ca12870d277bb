"""Goes round: take the newest input, make ready, decide, carry out, wait.

Comes in: a source, a target, a clock, and the state to go on from. Goes out: a target that follows,
and news. Nothing reacts to what a wake-up is about, every round looks at everything; so it may end
anywhere and begin anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.gate import admitted
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.admission import Gate, Revise, admit
from laneway.loop.seams import Clock, LoopTarget, Source
from laneway.loop.step import Apply, Command, Live, News, NotFollowed, NotLive, Retire, State, step


class Loop(Struct):
    """One loop. `told` hears the news, `looked` is called at the end of every round."""

    state: State
    target: LoopTarget
    revise: Revise
    clock: Clock
    told: Callable[[News], None]
    looked: Callable[[], None]
    gate: Gate = admitted
    newest: Snapshot | None = None
    """The newest input, until it was looked at. Those before it are not looked at at all."""

    async def run(self, source: Source) -> None:
        """Follow the source until told to stop."""
        wake = self.target.wake
        async with asyncio.TaskGroup() as tasks:
            others = [tasks.create_task(one) for one in (self._listen(source), self.target.watch())]
            while not wake.is_told_to_stop:
                wake_at = await self._round()
                self.looked()
                await self.clock.rest(wake, wake_at)
                wake.clear()
            for task in others:
                task.cancel()

    async def _listen(self, source: Source) -> None:
        try:
            async for snapshot in source:
                self.newest = snapshot
                self.target.wake.set()
        except OSError as error:
            self.told(NotFollowed(error))

    async def _round(self) -> float | None:
        """Bring what is live one step nearer to what is wanted; say when to look again."""
        snapshot, self.newest = self.newest, None
        if snapshot is not None:
            await self._carry_out(*admit(self.state, snapshot, self.revise, self.gate))
        wanted, live = self.state.wanted, self.state.live
        try:
            ready = self.target.prepare(wanted, live)
        except Exception as error:
            if wanted is live.revision:
                raise  # there is nothing to go back to
            await self._carry_out(*step(self.state, NotLive(error)))
            return self.clock.now()
        await self._carry_out(*step(self.state, ready))
        return ready.wake_at

    async def _carry_out(self, state: State, commands: tuple[Command, ...]) -> None:
        self.state = state
        for command in commands:
            match command:
                case Apply():
                    self.told(outcome := await self._outcome(command))
                    if isinstance(outcome, NotLive):
                        return
                case Retire(spare):
                    self.target.retire(spare)
                case news:
                    self.told(news)

    async def _outcome(self, command: Apply) -> Live | NotLive:
        """Bring something live, and record how that came out."""
        before, after = self.state.live, command.serving
        try:
            confirmed = await self.target.apply(after)
        except Exception as error:  # noqa: BLE001 - whatever it is, what serves goes on
            self.state = replace(self.state, failed=after)
            return NotLive(error)
        self.state = replace(self.state, live=after, failed=None)
        return Live(before.revision, after.revision, confirmed)
