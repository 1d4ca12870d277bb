"""Follows a repository to a cluster: looks, takes a step, looks again.

Comes in: what is followed, and the way to a cluster. Goes out: lines about what happens, until told
to stop. Between two steps the repository is looked at whenever that is due, so a newer commit takes
the place of one that cannot come to an end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct, field

from laneway.adapters.kube import KubeError
from laneway.apps.agent.bringing import Allowed, Bringing, StepTaken
from laneway.apps.agent.turns import Turns
from laneway.apps.repository.aside import aside
from laneway.apps.repository.followed import FollowedApplication
from laneway.apps.repository.repository import FollowedRepository
from laneway.core.findings.finding import Finding
from laneway.core.syncing.cluster.rounds import ApplyTurn, RemoveTurn, RoundDone, WaitFor
from laneway.core.syncing.looking import Commit, Fetched, Looked, Unreached, Untaken

PAUSE = 1.0
"""Seconds until what is waited for is looked at again."""

GRACE = 2.0
"""Seconds that the step under way gets once it is to end; the next one looks at everything anew."""

FRESH = 1.0
"""Seconds for which a look at the repository counts, once one's turn has come."""

Say = Callable[[str], None]
Tell = Callable[[tuple[Finding, ...]], None]


class Speaking(Struct):
    """Says each thing once in a row: `say` lines, `tell` findings."""

    say: Say
    tell: Tell
    _said: str = ""
    _told: tuple[str, ...] = ()

    def line(self, text: str) -> None:
        """Say something, unless it was said last."""
        if text != self._said:
            self.say(text)
        self._said = text

    def findings(self, found: tuple[Finding, ...]) -> None:
        """Tell findings, unless they were told last."""
        texts = tuple(one.message for one in found)
        if texts != self._told and found:
            self.tell(found)
        self._told = texts


class ClusterFollowing(Struct):
    """One Application, followed to one cluster; others may follow it there as well."""

    followed: FollowedApplication
    repository: FollowedRepository
    bringing: Bringing
    speaking: Speaking
    turns: Turns
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: bool = False
    current: Fetched | None = None
    running: asyncio.Task[None] | None = None
    _next_look: float = 0.0
    _turn: asyncio.Task[StepTaken] | None = None

    def stop(self) -> None:
        """Have it end after the step it is about, however long a server takes to answer."""
        self.stopped = True
        self.woken.set()
        if self.running is not None:
            asyncio.get_running_loop().call_later(GRACE, self.running.cancel)
        if self._turn is not None and not self.turns.is_mine:
            self._turn.cancel()

    async def run(self) -> None:
        """Follow until told to stop."""
        self.running = asyncio.ensure_future(self._follow())
        with suppress(asyncio.CancelledError):
            await self.running

    async def _follow(self) -> None:
        hook = self.followed.hook
        server = None if hook is None else await hook.opened(self.woken.set)
        loop = asyncio.get_running_loop()
        try:
            while not self.stopped:
                await self._look_if_due()
                pause = await self._round()
                await self._rest(self._next_look - loop.time() if pause is None else pause)
        finally:
            if server is not None:
                server.close()

    async def _look_if_due(self) -> None:
        """Look at the repository, if that is due or somebody says that it is another."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._next_look or self.woken.is_set():
            self.woken.clear()
            self._saw(await aside(self.repository.look))
            self._next_look = loop.time() + self.followed.poll

    def _saw(self, looked: Looked) -> None:
        if isinstance(looked, Unreached | Untaken):
            self.speaking.findings(looked.findings)
            return
        if self.current is None or looked.commit != self.current.commit:
            self.speaking.line(f"{looked.commit.text} is the newest")
        self.current = looked

    async def _round(self) -> float | None:
        """Look, and take steps if any is due; return the seconds until more may be, if not many."""
        if self.current is None:
            return None
        try:
            found = await self.bringing.step(self.current, self._allowed(), is_alone=False)
            if found.is_due:
                return await self._in_turn()
        except KubeError as error:
            self.speaking.line(f"{error}; it is tried again")
            return None
        return self._told(found, self.current.commit)

    async def _in_turn(self) -> float | None:
        """Take all steps that are due while nobody else does, unless told to stop before."""
        self._turn = asyncio.create_task(self.turns.alone(self._bring))
        try:
            await asyncio.wait({self._turn})
            if self._turn.cancelled() or self.current is None:
                return None
            return self._told(self._turn.result(), self.current.commit)
        finally:
            self._turn.cancel()
            await asyncio.wait({self._turn}, timeout=GRACE)  # the Lease is given back
            self._turn = None

    async def _bring(self) -> StepTaken:
        """Take steps for as long as they write; a newer commit takes the place of an older one.

        Whoever had to wait for others has to see first what they saw.
        """
        loop = asyncio.get_running_loop()
        if loop.time() - (self._next_look - self.followed.poll) > FRESH:
            self._next_look = 0.0
        while True:
            await self._look_if_due()
            if self.current is None:
                raise ValueError("a commit is gone that was there")
            found = await self.bringing.step(self.current, self._allowed())
            writes = found.is_allowed and isinstance(found.step, ApplyTurn | RemoveTurn)
            if self.stopped or found.findings or not writes:
                return found
            self._told(found, self.current.commit)

    def _allowed(self) -> Allowed:
        policy = self.followed.policy
        return Allowed(policy.automated, policy.self_heal, policy.prune)

    def _told(self, found: StepTaken, commit: Commit) -> float | None:
        """Tell of a step; return the seconds until there may be more to do, if not many."""
        self.speaking.findings((*found.findings, *found.look.objects.findings))
        if found.findings:
            self.speaking.line(f"{commit.text} is refused; what was applied before stays")
            return None
        if not found.is_allowed:
            self._told_difference(found, commit)
            return None
        match found.step:
            case ApplyTurn(objects):
                self.speaking.line(f"applied {', '.join(str(one.id) for one in objects)}")
                return 0.0
            case RemoveTurn(ids):
                self.speaking.line(f"removed {', '.join(map(str, ids))}")
                return 0.0
            case WaitFor(waiting):
                one, wellness = waiting[0]
                self.speaking.line(f"waits for {one}: {wellness.health}, {wellness.message}")
                return PAUSE
            case _:
                self.speaking.line(f"{commit.text} is applied")
                return None

    def _told_difference(self, found: StepTaken, commit: Commit) -> None:
        if isinstance(found.step, RoundDone):
            self.speaking.line(f"the cluster is as {commit.text} says")
        elif self.followed.policy.automated:
            self.speaking.line("OutOfSync: others changed what was applied, and selfHeal is off")
        else:
            self.speaking.line(f"OutOfSync: {commit.text} waits for `laneway sync now`")

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.0)):
                await self.woken.wait()
