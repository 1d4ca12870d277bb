"""The loop's decisions as values, and the loop itself around a target that only remembers.

The target is neither a machine nor a cluster, and its time is virtual: it passes only while the
loop rests.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec import Struct, field
from msgspec.structs import replace

from laneway.core.compile import compile_snapshot
from laneway.core.gate import Refused, Revision, Same
from laneway.core.mesh.snapshot import Snapshot
from laneway.loop.admission import admit
from laneway.loop.run import Loop
from laneway.loop.seams import Clock, Wake
from laneway.loop.step import (
    Apply,
    Command,
    Confirmed,
    Edited,
    Live,
    News,
    NotFollowed,
    NotLive,
    Readiness,
    Retire,
    Serving,
    State,
    step,
)
from tests.snapshot import snapshot_of_texts

SERVICE = "kind: Service\napiVersion: v1\nmetadata: {{name: {0}, namespace: shop}}\n"


def _snapshot(name: str) -> Snapshot:
    return snapshot_of_texts([("service.yaml", SERVICE.format(name))])


def _revise(snapshot: Snapshot, before: Revision) -> Revision:
    return Revision(compile_snapshot(snapshot, before.compilation))


def _revision(name: str) -> Revision:
    return Revision(compile_snapshot(_snapshot(name)))


def _pods(*names: str) -> frozenset[str]:
    return frozenset(names)


ONE, TWO = _revision("one"), _revision("two")
BROKEN = snapshot_of_texts([("service.yaml", "kind: Service\nspec: [")])
SERVED = Serving(ONE, _pods("a"))
CALM = State(ONE, SERVED)


# what is wanted


def test_a_newer_input_without_a_new_error_is_wanted() -> None:
    state, news = admit(replace(CALM, refused=BROKEN), _snapshot("two"), lambda *_: TWO)

    assert (state, news) == (State(TWO, SERVED), (Edited(ONE, TWO),))


def test_an_input_that_is_as_before_changes_nothing_and_is_not_compiled() -> None:
    again = replace(ONE.compilation.snapshot)

    assert admit(CALM, again, _never) == (CALM, (Same(),))


def _never(snapshot: Snapshot, before: Revision) -> Revision:
    raise AssertionError((snapshot, before))


def test_a_refused_input_leaves_what_is_wanted_and_is_refused_again_in_silence() -> None:
    state, news = admit(CALM, BROKEN, _revise)

    errors = _revise(BROKEN, ONE).errors
    assert errors
    assert (state, news) == (replace(CALM, refused=BROKEN), (Refused(errors),))
    assert admit(state, replace(BROKEN), _never) == (state, ())


def test_a_refused_input_is_forgotten_when_the_input_is_as_before() -> None:
    assert admit(replace(CALM, refused=BROKEN), ONE.compilation.snapshot, _never)[0] == CALM


def test_an_input_that_brings_a_bug_to_light_is_refused() -> None:
    bug = AssertionError("two and two are five")

    def revise(snapshot: Snapshot, before: Revision) -> Revision:
        del snapshot, before
        raise bug

    snapshot = _snapshot("two")

    assert admit(CALM, snapshot, revise) == (replace(CALM, refused=snapshot), (NotLive(bug),))


def test_a_newer_input_is_held_against_what_is_wanted_though_that_is_not_live() -> None:
    state = State(TWO, SERVED)

    assert admit(state, TWO.compilation.snapshot, _never) == (state, (Same(),))


# what is done


@pytest.mark.parametrize(
    ("state", "seen", "commands"),
    [
        (CALM, Readiness(_pods("a"), settled=True), ()),
        (CALM, Readiness(_pods("a"), settled=False), ()),
        (State(TWO, SERVED), Readiness(_pods("a"), settled=False), ()),
        (
            State(TWO, SERVED),
            Readiness(_pods("a"), settled=True),
            (Apply(Serving(TWO, _pods("a"))),),
        ),
        (
            State(TWO, SERVED),
            Readiness(_pods("b"), settled=True, spare=_pods("a")),
            (Apply(Serving(TWO, _pods("b"))), Retire(_pods("a"))),
        ),
        (
            State(TWO, SERVED),
            Readiness(_pods(), settled=False),
            (Apply(Serving(ONE, _pods())),),
        ),
        (CALM, Readiness(_pods("a"), settled=True, spare=_pods("b")), (Retire(_pods("b")),)),
    ],
    ids=[
        "what is wanted is live",
        "a pod is down and another serves",
        "what is wanted is not ready, so what is live stays",
        "what is wanted is ready",
        "what is replaced is let go of after the switch",
        "a pod that ended is taken out while what is wanted is not ready",
        "what is left over goes",
    ],
)
def test_the_next_step(state: State, seen: Readiness, commands: tuple[Command, ...]) -> None:
    assert step(state, seen) == (state, commands)


def test_what_the_target_did_not_take_is_not_offered_again_and_lets_go_of_nothing() -> None:
    state = State(TWO, SERVED, failed=Serving(TWO, _pods("b")))

    assert step(state, Readiness(_pods("b"), settled=True, spare=_pods("a"))) == (state, ())


def test_what_the_target_did_not_take_is_offered_with_other_pods() -> None:
    state = State(TWO, SERVED, failed=Serving(TWO, _pods("b")))
    due = Serving(TWO, _pods("b", "c"))

    assert step(state, Readiness(_pods("b", "c"), settled=True)) == (state, (Apply(due),))


def test_where_nothing_can_be_made_ready_what_is_live_is_wanted_again() -> None:
    full = NotLive(OSError("no room"))

    assert step(State(TWO, SERVED), full) == (
        State(ONE, SERVED, refused=TWO.compilation.snapshot),
        (full,),
    )


# the loop itself


class VirtualClock(Clock):
    """A clock that moves on to when the loop wants to look again, if nothing wakes it before."""

    time = 0.0

    def now(self) -> float:
        return self.time

    async def rest(self, wake: Wake, until: float | None) -> None:
        await asyncio.sleep(0)
        if until is None:
            await wake.wait()
        elif not wake.is_set():
            self.time = max(self.time, until)


class Pods(Struct, dict=True):
    """A target whose pods take their time to be ready, and that may refuse what it is given."""

    clock: VirtualClock
    takes: float = 0.0
    refuses: str = ""
    wake: Wake = field(default_factory=Wake)
    wanted: list[tuple[float, Revision]] = []
    done: list[Command] = []
    left: frozenset[str] = frozenset()
    full: bool = False

    def prepare(self, wanted: Revision, live: Serving) -> Readiness:
        if self.full and wanted is not live.revision:
            raise OSError("no room")
        if not self.wanted or self.wanted[-1][1] is not wanted:
            self.left |= _pods("old") if self.wanted else _pods()
            self.wanted.append((self.clock.now(), wanted))
        ready_at = self.wanted[-1][0] + self.takes
        if wanted is live.revision:
            return Readiness(live.pods, settled=True, spare=self.left)
        if self.clock.now() < ready_at:
            return Readiness(live.pods, settled=False, wake_at=ready_at)
        return Readiness(live.pods, settled=True, spare=self.left)

    async def apply(self, serving: Serving) -> Confirmed:
        if self.refuses:
            raise OSError(self.refuses)
        self.done.append(Apply(serving))
        return Confirmed(1, 0.0, self.clock.now())

    def retire(self, spare: frozenset[str]) -> None:
        self.done.append(Retire(spare))
        self.left -= spare

    async def watch(self) -> None:
        await asyncio.Event().wait()


class Play(Struct):
    """A loop, fed one input after the other; each is followed until nothing is left to do."""

    target: Pods = field(default_factory=lambda: Pods(VirtualClock()))
    news: list[News] = []
    inputs: list[Snapshot | OSError] = []
    """What the source gives at once; then comes one after the other."""

    rounds: int = 0

    def run(self, *inputs: Snapshot | OSError, state: State = CALM) -> State:
        """Run a loop from a state until all inputs were followed; return its state then."""
        loop = Loop(state, self.target, _revise, self.target.clock, self.news.append, self._looked)

        async def until_followed() -> None:
            running = asyncio.create_task(loop.run(self._source()))
            await _until_idle()
            for one in inputs:
                self.inputs.append(one)
                await _until_idle()
            self.target.wake.stop()
            await running

        asyncio.run(until_followed())
        return loop.state

    async def _source(self) -> AsyncIterator[Snapshot]:
        while True:
            while self.inputs:
                found = self.inputs.pop(0)
                if isinstance(found, OSError):
                    raise found
                yield found
            await asyncio.sleep(0)

    def _looked(self) -> None:
        self.rounds += 1

    def live(self) -> list[str]:
        """Name what went live, one after the other."""
        applied = [one.serving.revision for one in self.target.done if isinstance(one, Apply)]
        return [one.compilation.snapshot.resources[0].meta.name for one in applied]


async def _until_idle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_an_edit_goes_live_and_then_what_it_replaces_is_let_go_of() -> None:
    play = Play()

    state = play.run(_snapshot("two"))

    assert state == State(state.wanted, Serving(state.wanted, _pods("a")))
    assert play.target.done == [Apply(state.live), Retire(_pods("old"))]
    confirmed = Confirmed(1, 0.0, 0.0)
    assert play.news == [Edited(ONE, state.wanted), Live(ONE, state.wanted, confirmed)]


def test_time_alone_brings_live_what_is_ready_later() -> None:
    play = Play(Pods(VirtualClock(), takes=30.0))

    play.run(_snapshot("two"))

    assert play.live() == ["two"]
    assert play.target.clock.now() == 30.0


def test_the_newest_of_many_inputs_wins_and_one_round_looks_at_it() -> None:
    play = Play()
    play.inputs = [_snapshot(name) for name in ("two", "three", "four", "five")]

    play.run()

    assert play.live() == ["five"]
    assert [type(one) for one in play.news] == [Edited, Live]


def test_a_newer_input_takes_the_place_of_one_that_is_not_ready() -> None:
    clock = VirtualClock()
    play = Play(Pods(clock, takes=30.0))
    prepare = play.target.prepare

    def not_yet(wanted: Revision, live: Serving) -> Readiness:
        ready = prepare(wanted, live)
        is_last = wanted.compilation.snapshot.resources[0].meta.name == "three"
        return ready if is_last else replace(ready, wake_at=None)

    play.target.prepare = not_yet  # type: ignore[method-assign]
    play.run(_snapshot("two"), _snapshot("three"))

    assert play.live() == ["three"]


def test_many_wake_ups_are_one_look() -> None:
    play = Play()
    for _ in range(100):
        play.target.wake.set()

    play.run(ONE.compilation.snapshot)

    assert play.rounds <= 3
    assert play.target.done == []


def test_what_is_not_taken_is_not_tried_again_and_a_newer_one_is_at_once() -> None:
    play = Play(Pods(VirtualClock(), refuses="mesh rejects listeners"))

    state = play.run(_snapshot("two"))

    assert state == State(state.wanted, SERVED, failed=Serving(state.wanted, _pods("a")))
    assert [str(one.error) for one in play.news if isinstance(one, NotLive)] == [
        "mesh rejects listeners"
    ]
    play.target.refuses, play.target.wake = "", Wake()
    play.target.wake.set()
    assert play.run(state.wanted.compilation.snapshot, state=state) == state
    assert play.live() == []
    play.target.wake = Wake()
    assert play.run(_snapshot("three"), state=state).failed is None
    assert play.live() == ["three"]


def test_nothing_is_let_go_of_where_the_switch_failed() -> None:
    play = Play(Pods(VirtualClock(), refuses="mesh rejects listeners"))

    play.run(_snapshot("two"))

    assert play.target.left == _pods("old")
    assert play.target.done == []


def test_the_loop_looks_again_at_once_where_nothing_could_be_made_ready() -> None:
    play = Play(Pods(VirtualClock(), full=True))

    play.run(_snapshot("two"))

    assert [wanted for _, wanted in play.target.wanted] == [ONE]
    assert play.rounds == 3  # the begin, the edit, and what is live again


def test_what_cannot_be_made_ready_leaves_what_is_live_and_is_told_once() -> None:
    play = Play(Pods(VirtualClock(), full=True))
    snapshot = _snapshot("two")

    state = play.run(snapshot, replace(snapshot))

    assert state == State(ONE, SERVED, refused=snapshot)
    assert [type(one) for one in play.news] == [Edited, NotLive]


def test_what_cannot_be_prepared_though_it_is_live_ends_the_loop() -> None:
    play = Play()

    def broken(wanted: Revision, live: Serving) -> Readiness:
        raise AssertionError((wanted, live))

    play.target.prepare = broken  # type: ignore[method-assign]

    with pytest.raises(ExceptionGroup):
        play.run()


@pytest.mark.parametrize("ended_after", ["the gate", "the switch"])
def test_a_loop_goes_on_from_the_state_of_another(ended_after: str) -> None:
    whole = Play()
    wanted = whole.run(_snapshot("two")).wanted
    served = Serving(wanted, _pods("a"))
    play = Play(Pods(VirtualClock(), left=_pods("old")))
    begun = State(wanted, SERVED if ended_after == "the gate" else served)

    state = play.run(wanted.compilation.snapshot, state=begun)

    assert state == State(wanted, served)
    switch = [Apply(served)] if ended_after == "the gate" else []
    assert play.target.done == [*switch, Retire(_pods("old"))]


def test_a_source_that_ends_leaves_the_loop_going() -> None:
    play = Play()
    end = OSError("inotify watch limit reached")

    play.run(_snapshot("two"), end)

    assert play.live() == ["two"]
    assert play.news[-1] == NotFollowed(end)
