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
    """One Application, followed to one cluster."""

    followed: FollowedApplication
    repository: FollowedRepository
    bringing: Bringing
    speaking: Speaking
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: bool = False
    current: Fetched | None = None
    running: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Have it end after the step it is about, however long a server takes to answer."""
        self.stopped = True
        self.woken.set()
        if self.running is not None:
            asyncio.get_running_loop().call_later(GRACE, self.running.cancel)

    async def run(self) -> None:
        """Follow until told to stop."""
        self.running = asyncio.ensure_future(self._follow())
        with suppress(asyncio.CancelledError):
            await self.running

    async def _follow(self) -> None:
        hook = self.followed.hook
        server = None if hook is None else await hook.opened(self.woken.set)
        try:
            loop = asyncio.get_running_loop()
            next_look = 0.0
            while not self.stopped:
                if loop.time() >= next_look or self.woken.is_set():
                    self.woken.clear()
                    self._saw(await aside(self.repository.look))
                    next_look = loop.time() + self.followed.poll
                await self._rest(await self._round(next_look - loop.time()))
        finally:
            if server is not None:
                server.close()

    def _saw(self, looked: Looked) -> None:
        if isinstance(looked, Unreached | Untaken):
            self.speaking.findings(looked.findings)
            return
        if self.current is None or looked.commit != self.current.commit:
            self.speaking.line(f"{looked.commit.text} is the newest")
        self.current = looked

    async def _round(self, otherwise: float) -> float:
        """Take a step; return for how many seconds there is nothing to do."""
        if self.current is None:
            return otherwise
        policy = self.followed.policy
        allowed = Allowed(policy.automated, policy.self_heal, policy.prune)
        try:
            found = await self.bringing.step(self.current, allowed)
        except KubeError as error:
            self.speaking.line(f"{error}; it is tried again")
            return otherwise
        return self._told(found, self.current.commit, otherwise)

    def _told(self, found: StepTaken, commit: Commit, otherwise: float) -> float:
        """Tell of a step; return for how many seconds there is nothing to do."""
        self.speaking.findings((*found.findings, *found.look.objects.findings))
        if found.findings:
            self.speaking.line(f"{commit.text} is refused; what was applied before stays")
            return otherwise
        if not found.is_allowed:
            self._told_difference(found, commit)
            return otherwise
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
                return otherwise

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
