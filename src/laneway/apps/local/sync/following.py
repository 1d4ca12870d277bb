"""One repository as the input of a mesh: looked at again and again, and whenever somebody asks.

Comes in: a repository that can be looked at, a policy, wishes to sync now. Goes out: a snapshot
whenever another one is due. A look blocks, so it is made in a thread. Whatever a look is for, it
finds out what is newest; so a message that is lost, doubled or late does no harm.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, suppress
from typing import Protocol

from msgspec import Struct

from laneway.apps.local.mesh.announcer import bug_text
from laneway.apps.local.mesh.runner import Runner
from laneway.apps.local.record.refusal import Provenance
from laneway.apps.local.record.synced import SyncWish
from laneway.apps.local.sync.keeping import SyncStatus
from laneway.apps.repository.aside import aside
from laneway.apps.repository.hook import Hook
from laneway.core.findings.finding import Finding
from laneway.core.fleet.standing import pause_after
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.syncing.due import Due, SyncPolicy
from laneway.core.syncing.looking import Fetched, Looked, Unreached, Untaken
from laneway.core.syncing.tracking import (
    TargetStanding,
    Tracked,
    approved,
    offered,
    remembered,
    saw,
    stands,
    withheld,
)

JITTER = 0.2
"""Which part of the time between two looks is left to chance, so that many do not ask at once."""

LONGEST_PAUSE = 60.0
"""Seconds between two looks at most while nothing comes of them, unless it is longer anyway."""


class NothingToFollowError(OSError):
    """Nobody knows what is newest, and no commit of earlier times is here; the findings say why."""

    def __init__(self, looked: Unreached) -> None:
        super().__init__("; ".join(one.message for one in looked.findings))
        self.looked = looked


class AskedRepository(Protocol):
    """What is asked of a repository. It blocks, and is asked by one thread at a time."""

    def look(self) -> Looked:
        """Return what is newest."""

    def earlier(self, commit: str) -> Fetched | None:
        """Return a commit that was fetched once, if it is still there."""

    def keep_only(self, commits: frozenset[str]) -> None:
        """Let go of all commits but these."""


class Wakings(Struct, frozen=True):
    """When a repository is looked at: every so many seconds, and when webhooks tell of a push."""

    poll: float
    hook: Hook | None = None


class CommitInput:
    """A repository that is followed."""

    def __init__(
        self,
        repository: AskedRepository,
        policy: SyncPolicy,
        status: SyncStatus,
        provenance: Provenance,
        wakings: Wakings,
    ) -> None:
        self.provenance = provenance
        self._repository = repository
        self._policy = policy
        self._status = status
        self._wakings = wakings
        self._tracked: Tracked = status.tracked()
        self._runner: Runner | None = None
        self._asked = asyncio.Event()
        self._begun: float | None = None
        """When the look was begun that found the newest commit, in seconds since 1970."""
        self._failures = 0
        self._given: Snapshot | None = None
        """What the mesh was given last, and is to serve."""
        self._wishes: list[SyncWish] = []
        self._bug = ""

    def first(self) -> Iterator[Snapshot]:
        """Yield what is due, then the commit that served last.

        Raises NothingToFollowError without either where nobody answers.

        A mesh whose commits wait for somebody's approval begins without anything.
        """
        self._status.begin()
        left = self._status.left()
        begun = time.time()
        looked = self._repository.look()
        self._saw(looked, begun)
        for name in sorted(self._tracked.needed):
            if (found := self._repository.earlier(name)) is not None:
                self._tracked = remembered(self._tracked, found)
        for given in (self._tracked.due(self._policy, [left]), self._tracked.served_last(left)):
            if isinstance(given, Due):
                self._tracked = offered(self._tracked, given)
                yield given.snapshot
        if isinstance(looked, Unreached):
            raise NothingToFollowError(looked)
        if not self._policy.automated:
            yield Snapshot()
        if isinstance(looked, Untaken):
            yield Snapshot(findings=looked.findings, unread=(looked.commit.id,))

    async def follow(self) -> AsyncIterator[Snapshot]:
        """Give what is due, whenever that is something else than before."""
        hook = self._wakings.hook
        server = None if hook is None else await hook.opened(self.look_again)
        if hook is not None and self._runner is not None:
            self._runner.target.announcer.screen.tell(f"webhooks are taken at {hook.url}")
        self.look_again()  # for what was pushed while the mesh started, and nobody heard of
        try:
            async with aclosing(self._followed()) as snapshots:
                async for snapshot in snapshots:
                    yield snapshot
        finally:
            if server is not None:
                server.close()

    async def _followed(self) -> AsyncGenerator[Snapshot]:
        while True:
            found = self._tracked.due(self._policy, self._applied())
            if isinstance(found, Finding):
                self._withhold(found)
                self._given = None
            elif found is not None:
                self._tracked = offered(self._tracked, found)
                if self._given is None or not found.snapshot.is_same(self._given):
                    self._given = found.snapshot
                    yield found.snapshot
            self._note_again()  # what changes no object is live already
            await self._next_look()

    async def _next_look(self) -> None:
        """Wait until a look is due, and make it."""
        await aside(lambda: self._repository.keep_only(self._tracked.needed))
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause()):
                await self._asked.wait()
        self._asked.clear()
        wishes = self._status.wishes()  # before the look that answers them
        before, begun = self._tracked, time.time()
        try:
            looked = await aside(self._repository.look)
        except Exception as error:  # noqa: BLE001 - a bug that a commit brings to light ends nothing
            self._stumbled(error)
            return
        self._saw(looked, begun)
        if wishes and not isinstance(looked, Unreached):
            self._tracked = approved(self._tracked, prune=any(one.prune for one in wishes))
        self._wishes = wishes
        self._tell(before, looked)

    def _saw(self, looked: Looked, begun: float) -> None:
        before = self._tracked
        self._tracked = saw(before, looked, time.time())
        self._failures = 0 if isinstance(looked, Fetched) else self._failures + 1
        if self._tracked.newest != before.newest:
            self._begun = begun
            if before.refused:  # the mesh tells of it until it is given something again
                self._given = None

    def _pause(self) -> float:
        """Return the seconds until the next look: longer and longer while nothing comes of it."""
        poll = self._wakings.poll
        pause = pause_after(self._failures + 1, poll, max(poll, LONGEST_PAUSE))
        return pause * (1 + JITTER * (random.random() - 0.5))  # noqa: S311 - it keeps no secret

    def _applied(self) -> list[Snapshot]:
        """Return the inputs of which something may serve: the live one, and the one to come."""
        if self._runner is None:
            return []
        state = self._runner.loop.state
        return [one.compilation.snapshot for one in (state.live.revision, state.wanted)]

    def _withhold(self, finding: Finding) -> None:
        before = self._tracked
        self._tracked = withheld(before, (finding.message,), time.time())
        if self._runner is not None and self._tracked is not before:
            self._runner.target.announcer.refused((finding,))

    def _tell(self, before: Tracked, looked: Looked) -> None:
        """Tell of a look what is news."""
        if self._runner is None:
            return
        announcer, after = self._runner.target.announcer, self._tracked
        if after.trouble and after.trouble != before.trouble:
            announcer.screen.warn(f"{after.trouble_text}; what is live goes on")
        if before.trouble and not after.trouble:
            announcer.screen.tell("the repository answers again")
        if isinstance(looked, Untaken) and after.refused != before.refused:
            announcer.refused(looked.findings)

    def _stumbled(self, error: Exception) -> None:
        """Tell of a bug in looking, once in a row; what serves goes on, and it is looked again."""
        self._failures += 1
        if self._runner is not None and repr(error) != self._bug:
            self._runner.target.announcer.screen.warn(bug_text(error))
        self._bug = repr(error)

    def _note_again(self) -> None:
        if self._runner is None:
            return
        try:
            self._runner.noted(self._runner)  # the record of the mesh tells of refusals as well
        except OSError as error:  # as after a look of the mesh: what cannot be written ends nothing
            self._runner.target.announcer.not_noted(str(error))

    def written_at(self, before: Snapshot, after: Snapshot) -> float | None:
        """Return when the look was begun that found the newest commit."""
        del before, after
        return self._begun

    def look_again(self) -> None:
        """Look now; of many times during a look one is left."""
        self._asked.set()

    def note(self, runner: Runner) -> None:
        """See which commit serves, write it down, and tell of it."""
        self._runner = runner
        before, self._tracked = self._tracked, stands(self._tracked, _standing(runner), time.time())
        self._status.note(self._tracked, runner)
        live = self._tracked.live
        if live is not None and before.serving is not None and live != before.live:
            runner.target.announcer.screen.tell(f"{live.commit.text} is live")
        self._answer()

    def _answer(self) -> None:
        """Answer wishes once what is due serves, or it is known why it does not."""
        known, given = self._tracked, self._given
        serves = given is not None and known.serving is not None and given.is_same(known.serving)
        if serves or known.trouble or known.refused:
            for wish in self._wishes:
                wish.answered()
            self._wishes = []


def _standing(runner: Runner) -> TargetStanding:
    """Return how a mesh stands."""
    state, refusal = runner.loop.state, runner.target.announcer.refusal
    refused = state.refused
    if refused is None and state.failed is not None:
        refused = state.failed.revision.compilation.snapshot
    reasons = refusal.reasons if refusal else ()
    return TargetStanding(state.live.revision.compilation.snapshot, refused, reasons)
