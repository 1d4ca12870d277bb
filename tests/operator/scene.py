"""A cluster whose operators are disturbed under load: acts of a life, and what each came to.

Comes in: a cluster whose node runs programs, and disturbances. Goes out: of each act when it began,
when the cluster was as after an undisturbed one, and what requests may have met meanwhile. What an
undisturbed act comes to is learned first. An operator asks the API server through a door of its
own, at which it is struck.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from msgspec import Struct

from tests.cluster.control_plane import ControlPlane
from tests.cluster.operated import Operator
from tests.operator.door import Door, Strike
from tests.operator.lives import Act, Lanes, Life, People
from tests.operator.states import AWAY, Seen, seen

PATIENCE = 150.0
"""Seconds in which a cluster has to come to what it comes to."""
TICK = 0.05
QUIET, LEARNED_QUIET = 0.3, 1.2
"""Seconds without a write that end an act; longer where it is not known what it comes to."""

Disturbing = Callable[["Scene"], Iterator[None]]
"""Is gone on with while an act is under way, as far as it comes."""


class Disturbance(Struct, frozen=True):
    """What disturbs an act, and what it is called in figures."""

    name: str
    going: Disturbing = lambda _: iter(())


class Passed(Struct):
    """An act that was lived through, in moments of the machine's steady clock.

    Requests `may` meet these from its begin until it is done, and `then` those.
    """

    act: str
    disturbance: str
    begun: float
    may: frozenset[str]
    then: frozenset[str]
    done: float = 0.0
    struck: int = 0


class Known(Struct, frozen=True):
    """What an act comes to undisturbed, and how many writes that takes."""

    state: Seen
    writes: int


class Kept(Struct, frozen=True):
    """An operator and its door."""

    operator: Operator
    door: Door


class NotAsUndisturbedError(Exception):
    """A cluster did not come to what an undisturbed one comes to."""


class Scene:
    """A cluster, who keeps it, and what was lived through on it."""

    def __init__(self, plane: ControlPlane, kept: tuple[Kept, ...]) -> None:
        self.plane, self.kept = plane, kept
        self.people = People(plane.api)
        self.known: dict[tuple[str, str], Known] = {}
        self.passed: list[Passed] = []
        self.is_hurt = False
        """Whether something is not healed yet."""
        self.late = 0
        """Writes of operators that had lost the lead while they were stopped."""

    def strike(
        self, number: int, act: Callable[[Door], None], *, after: bool = False, on: bool = False
    ) -> Strike:
        """Have something done at a write that comes, whoever writes; from then on it is hurt."""

        def hurt(door: Door) -> None:
            self.is_hurt = True
            self.passed[-1].struck += 1
            act(door)

        strike = Strike(number, hurt, is_after=after, leads_on=on)
        for one in self.kept:
            one.door.strike = strike
        return strike

    def operator_of(self, door: Door) -> Operator:
        """Return who asks at a door."""
        return next(one.operator for one in self.kept if one.door is door)

    def learn(self, life: Life, acts: tuple[Act, ...]) -> None:
        """Live a life undisturbed, to know what each act comes to."""
        lanes: Lanes = {}
        for act in acts:
            before = self._writes()
            lanes = self._live(life, act, lanes, Disturbance("none"))
            self.known[life.name, act.name] = Known(self._seen()[0], self._writes() - before)

    def live(self, life: Life, acts: tuple[Act, ...], draw: Callable[[int], Disturbance]) -> None:
        """Live a life that is known; each act is disturbed as is drawn by how many writes it has.

        Raises NotAsUndisturbedError.
        """
        lanes: Lanes = {}
        for act in acts:
            drawn = draw(self.known[life.name, act.name].writes)
            lanes = self._live(life, act, lanes, drawn)

    def _live(self, life: Life, act: Act, before: Lanes, drawn: Disturbance) -> Lanes:
        after = before if act.lanes is None else act.lanes
        may = life.may_meet(before, after)
        may |= life.meets({}) if act.loses_entry else frozenset()
        self.passed.append(Passed(act.name, drawn.name, time.monotonic(), may, life.meets(after)))
        going = drawn.going(self)
        next(going, None)
        if act.does is not None:
            act.does(self.people)
        else:
            life.change(self.people, before, after)
        self.passed[-1].done = self._settled(going, self.known.get((life.name, act.name)))
        return after

    def _settled(self, going: Iterator[None], known: Known | None) -> float:
        """Return since when all is as it has to be, as soon as nothing is written any more."""
        end, since, writes = time.monotonic() + PATIENCE, 0.0, 0
        quiet, why = (QUIET if known else LEARNED_QUIET), "nothing could be seen"
        while time.monotonic() < end:
            next(going, None)
            why = self._lacks(known)
            now, before, writes = time.monotonic(), writes, self._writes()
            if why or self.is_hurt:
                since = 0.0
            elif not since or writes != before:
                since = now
            elif now - since > quiet and not self._was_struck_meanwhile():
                return since
            time.sleep(TICK)
        passed = self.passed[-1]
        raise NotAsUndisturbedError(f"{passed.act}, {passed.disturbance}: {why}")

    def _lacks(self, known: Known | None) -> str:
        """Say what is not as it has to be; empty if all is."""
        try:
            state, is_at_rest = self._seen()
        except AWAY as away:
            return repr(away)
        if known is None:
            return "" if is_at_rest else "it is not at rest"
        return "\n".join(state.differs(known.state))

    def _was_struck_meanwhile(self) -> bool:
        """Have nothing strike any more; whether something did in the last moment."""
        for one in self.kept:
            one.door.strike = None
        return self.is_hurt

    def _seen(self) -> tuple[Seen, bool]:
        return seen(self.plane.api)

    def _writes(self) -> int:
        return sum(one.door.writes for one in self.kept)
