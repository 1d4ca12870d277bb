"""Carries a release out: looks, decides, commits, waits, until there is nothing more to do.

Comes in: a plan, a work tree or a cluster, traffic. Goes out: how it ended. All that is decided is
decided by the core from what is seen now, so it may be ended at any moment: the next one goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.git import GitError
from laneway.core.release.books import (
    Books,
    NotReachedError,
    NotReadableError,
    NotWrittenError,
    WeightsSide,
)
from laneway.core.release.evidence import Answered
from laneway.core.release.judgments import Verdict
from laneway.core.release.lane_traffic import LaneTraffic
from laneway.core.release.meanwhile import meanwhile
from laneway.core.release.step import AtHand, CountedSoFar, Outlook, Rest, ToCommit, look
from laneway.core.resources.releases.plan import Plan
from laneway.core.views.release import judged_view

INTERVAL = 0.5
"""Seconds between two looks. What is decided does not depend on how many there are."""

_RATES = 32

Told = Callable[[str], None]
Came = Rest | Literal["moved", "waits"]
"""What a look came to: nothing more is to be done, something was written, or one looks again."""


class Traffic(Protocol):
    """Where a release sees its traffic."""

    @property
    def silence(self) -> str:
        """Why nothing was counted at the last look, empty where it was or nobody knows."""

    def live(self) -> LaneTraffic | None:
        """Return what was counted until now; None where that cannot be known."""


class Voice(Struct, frozen=True):
    """Who hears of a release: `told` what happens, `noted` what is known at each look.

    `announced` is what others are told: each commit, and how it ended.
    """

    told: Told
    announced: Told
    noted: Callable[[dict[str, Any]], None]


class StageRunner:
    """One who carries a release out, by a name of its own."""

    def __init__(
        self, plan: Plan, name: str, sides: tuple[WeightsSide, Traffic], voice: Voice
    ) -> None:
        self._plan = plan
        self._name = name
        self._weights, self._mesh = sides
        self._voice = voice
        self._counted = CountedSoFar()
        self._rates = _Rates()
        self._said = ""

    def run(self, *, again: bool = False) -> Rest:
        """Carry the release out to its end. Raises NotWrittenError where it cannot go on."""
        while True:
            books = self.read()
            came = "waits" if books is None else self.step(books, again=again)
            if isinstance(came, Rest):
                return came
            if came == "moved":
                again = False
            else:
                time.sleep(INTERVAL)

    def step(self, books: Books, *, again: bool = False) -> Came:
        """Look once, and do what is to be done. Raises NotWrittenError where it cannot go on."""
        outlook = self._looked(books, again=again)
        if isinstance(outlook.to_do, Rest):
            return self._rested(outlook.to_do)
        if outlook.to_do is None or outlook.verdicts:
            self._note(books, outlook)
        if outlook.to_do is None:
            self._counted = outlook.counting
            self._say(outlook.said)
            return "waits"
        if not self._delivered(outlook.to_do, books.head):
            return "waits"
        self._counted = outlook.counting
        return "moved"

    def _looked(self, books: Books, *, again: bool) -> Outlook:
        """Decide what is next; while a proposal waits what is live is judged on."""
        seen = self.at_hand(books)
        if (waits := books.proposed) is None:
            return look(self._plan, self._counted, seen, again=again)
        found = meanwhile(self._plan, self._counted, seen, waits)
        if found.to_do is None and books.waits != self._said:
            self._voice.announced(books.waits)  # somebody has to merge it: others hear of it too
        return replace(found, said=books.waits)

    def read(self) -> Books | None:
        """Read where the release stands; None while that cannot be known."""
        if not self._tried(self._weights.is_here):
            self._say(f"waits until branch {self._weights.branch} is checked out again")
            return None
        self._tried(self._weights.follow)
        try:
            return self._weights.books()
        except (NotReadableError, NotReachedError) as error:
            self._say(f"waits: {error}")
            return None

    def at_hand(self, books: Books) -> AtHand:
        """Return what is known now."""
        live = self._mesh.live()
        return AtHand(
            now=time.time(),
            runner=self._name,
            head=books.head,
            standing=books.standing,
            moved=books.moved,
            live=live is not None and live.weights in (None, books.weights),
            hops=live.hops if live else (),
            sample=live.sample if live else {},
            figures=live.figures if live else {},
            proposes=self._weights.proposes,
            silence=self._mesh.silence,
        )

    def _delivered(self, wanted: ToCommit, head: str) -> bool:
        """Commit; what cannot be done now is told and done again, going back above all."""
        try:
            delivered = self._weights.deliver(wanted, head) == "done"
        except (GitError, NotReachedError) as error:
            self._say(f"{wanted.title}\n  not committed, and tried again: {error}")
            return False
        except NotWrittenError as error:
            if wanted.standing.phase != "aborted":
                raise
            self._say(f"{wanted.title}\n  THE WEIGHTS ARE NOT BACK, and it is tried again: {error}")
            return False
        if delivered:
            self._say("\n  ".join((wanted.title, *wanted.reasons)))
            self._voice.announced("\n".join((wanted.title, *wanted.reasons)))
        return delivered

    def _rested(self, rest: Rest) -> Came:
        """Rest only when the remote has what was done."""
        if rest.ending in ("done", "aborted") and not self._tried(self._weights.push_rest):
            return "waits"
        self._voice.announced(f"{rest.ending}: {rest.said}")
        return rest

    def _tried(self, action: Callable[[], object]) -> bool:
        """Do something with the place of weights; what fails is told. Whether it was done."""
        try:
            return action() is not False
        except GitError as error:
            self._say(f"Git: {error}")
        except NotReachedError as error:
            self._say(str(error))
        return False

    def _note(self, books: Books, outlook: Outlook) -> None:
        if books.standing is not None:
            self._rates.add(outlook.verdicts, (books.standing.stage, books.standing.attempt))
            rates = self._rates.shares
            self._voice.noted(
                judged_view(books.standing, time.time(), outlook.said, outlook.verdicts, rates)
            )

    def _say(self, words: str) -> None:
        """Tell what was not told just before."""
        if words != self._said:
            self._said = words
            self._voice.told(words)


class _Rates:
    """The new lane's shares of bad answers, look by look, for who watches."""

    def __init__(self) -> None:
        self.shares: dict[tuple[str, str], list[float]] = {}
        self._of: tuple[int, int] = (0, 0)
        self._before: dict[tuple[str, str], Answered] = {}

    def add(self, verdicts: Sequence[Verdict], of: tuple[int, int]) -> None:
        """Add what a look knows more than the one before it."""
        if of != self._of:
            self.shares, self._before, self._of = {}, {}, of
        for one in verdicts:
            key = (one.hop, one.gate)
            before = self._before.get(key, Answered())
            self._before[key] = one.new
            more = one.new.of - before.of
            if more > 0:
                shares = self.shares.setdefault(key, [])
                shares.append((one.new.bad - before.bad) / more)
                del shares[:-_RATES]
