"""A release as steps, in virtual time: what is counted decides, whoever looks and however often."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from laneway.core.release.budget import needed
from laneway.core.release.counts import ALL, Sample, Totals
from laneway.core.release.judgments import Judgment, verdict
from laneway.core.release.standing import ReleaseStanding
from laneway.core.release.step import AtHand, CountedSoFar, Outlook, Rest, ToCommit, look
from laneway.core.resources.releases.plan import (
    ErrorGate,
    FigureGate,
    Gate,
    LatencyGate,
    Plan,
    ReleaseStage,
)

HOPS = ("mocka", "mockb", "mockc")
PLAN = Plan(
    name="v3",
    lane="v3",
    stable="v1",
    requests=50,
    gates=(ErrorGate(0.01),),
    stages=(
        ReleaseStage({"v1": 60, "v2": 30, "v3": 10}, 60, 600),
        ReleaseStage({"v1": 10, "v2": 10, "v3": 80}, 60, 600),
        ReleaseStage({"v1": 0, "v2": 0, "v3": 100}, 60, 600),
    ),
    digest="d1",
    path="plan.yaml",
)
Rates = Mapping[tuple[str, str], float]


class World:
    """Git and a mesh without chance: so many requests a second, of which shares are bad."""

    def __init__(self, plan: Plan = PLAN, rates: Rates | None = None, speed: float = 100) -> None:
        self.plan = plan
        self.rates = rates or {}
        self.speed = speed
        self.now = 1_000.0
        self.standing: ReleaseStanding | None = None
        self.commits: list[ToCommit] = []
        self.passed = dict.fromkeys(((hop, lane) for hop in HOPS for lane in ("v3", "v1")), 0.0)
        self.totals = {(hop, lane): Totals() for hop in HOPS for lane in ("v3", "v1")}
        self.moved = False
        self.live = True
        self.figures: Mapping[str, tuple[float, ...]] = {}

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        at = self.standing
        weights = self.plan.stages[at.stage - 1].weights if at and at.phase != "aborted" else {}
        for (hop, lane), before in self.totals.items():
            earlier = int(self.passed[hop, lane])
            self.passed[hop, lane] += self.speed * seconds * weights.get(lane, 0) / 100
            answers = before.answers + int(self.passed[hop, lane]) - earlier
            errors = round(answers * self.rates.get((hop, lane), 0.0))
            slow = round(answers * self.rates.get((f"{hop} slow", lane), 0.0))
            within = {50.0: answers - slow, 200.0: answers, ALL: answers}
            self.totals[hop, lane] = Totals(answers, errors, within)

    @property
    def sample(self) -> Sample:
        return {key: {f"{key}-0": totals} for key, totals in self.totals.items()}


class Runner:
    """One who looks, and does what comes of it."""

    def __init__(self, world: World, name: str = "a") -> None:
        self.world = world
        self.name = name
        self.counting = CountedSoFar()

    def look(self, *, proposes: bool = False, **more: bool) -> Outlook:
        world = self.world
        seen = AtHand(
            world.now,
            self.name,
            f"c{len(world.commits)}",
            world.standing,
            world.moved,
            world.live,
            HOPS,
            world.sample,
            world.figures,
            proposes,
        )
        found = look(world.plan, self.counting, seen, **more)
        self.counting = found.counting
        if isinstance(found.to_do, ToCommit):
            world.commits.append(found.to_do)
            world.standing = found.to_do.standing
        return found

    def until_rest(self, every: float = 5.0) -> Rest:
        for _ in range(1_000):
            found = self.look()
            if isinstance(found.to_do, Rest):
                return found.to_do
            self.world.pass_by(every)
        raise AssertionError(self.world.commits)


def test_a_lane_that_is_well_reaches_the_last_stage_by_one_commit_each() -> None:
    world = World()

    ending = Runner(world).until_rest()

    assert ending.ending == "done"
    assert [one.weights for one in world.commits] == [one.weights for one in PLAN.stages]


def test_what_is_waited_for_is_not_said_anew_every_second() -> None:
    stage = ReleaseStage(PLAN.stages[0].weights, 600, 3600)
    world = World(replace(PLAN, stages=(stage, PLAN.stages[2])))
    runner = Runner(world)
    said = []
    for _ in range(100):
        said.append(runner.look().said)
        world.pass_by(5)

    assert "all is well; the stage lasts 2 min more at most" in said
    assert len(set(said)) < 20


def test_errors_in_the_third_hop_end_the_release_of_the_whole_chain_at_once() -> None:
    world = World(rates={("mockc", "v3"): 0.05})

    ending = Runner(world).until_rest()

    assert ending.ending == "aborted"
    assert [one.weights for one in world.commits] == [PLAN.stages[0].weights, {}]
    assert world.commits[-1].title == "ended at stage 1, worse is errors at mockc"
    assert world.commits[-1].reasons[0].startswith("mockc errors: v3 5")
    assert world.standing
    assert world.standing.before == "c0"


def test_a_lane_as_bad_as_the_stable_one_goes_through() -> None:
    rates = {(hop, lane): 0.05 for hop in HOPS for lane in ("v1", "v3")}
    world = World(rates=rates, speed=2_000)

    assert Runner(world).until_rest().ending == "done"


def test_a_figure_beyond_its_bound_ends_the_release_and_one_that_is_not_there_holds_it() -> None:
    gates = (*PLAN.gates, FigureGate("queue", "q", above=10))
    for values, ending in (((3.0,), "done"), ((3.0, 11.0), "aborted"), ((), "unknown")):
        world = World(replace(PLAN, gates=gates))
        world.figures = {"queue": values}

        assert Runner(world).until_rest().ending == ending


def _with(gate: Gate) -> Plan:
    return replace(PLAN, gates=(gate,))


def test_more_slow_answers_end_the_release_and_an_edge_between_two_buckets_decides_nothing() -> (
    None
):
    rates = {("mockb slow", "v3"): 0.1}
    world = World(_with(LatencyGate(50, 0.01)), rates)
    assert Runner(world).until_rest().ending == "aborted"

    world = World(_with(LatencyGate(100, 0.01)), rates)
    ending = Runner(world).until_rest()

    assert ending.ending == "unknown"
    assert "between two edges" in ending.said


def test_five_requests_a_minute_decide_nothing_and_that_is_said() -> None:
    world = World(speed=5 / 60)

    ending = Runner(world).until_rest()

    assert ending.ending == "unknown"
    assert "mocka errors: not enough traffic: 5 of 50 requests of v3" in ending.said


def test_what_the_mesh_does_not_run_yet_is_not_counted() -> None:
    world = World(rates={("mockc", "v3"): 1.0})
    world.live = False

    ending = Runner(world).until_rest()

    assert (ending.ending, len(world.commits)) == ("unknown", 1)


def test_a_restart_counts_anew_keeps_the_clock_and_spends_a_further_share() -> None:
    world = World()
    Runner(world, "a").look()
    world.pass_by(55)

    second = Runner(world, "b")
    second.look()

    assert world.standing == replace(world.commits[0].standing, attempt=2, runner="b", since=1_000)
    assert world.commits[-1].weights is None
    assert second.until_rest().ending == "done"
    assert [one.standing.attempt for one in world.commits] == [1, 2, 1, 1]


def test_of_two_runners_one_rests() -> None:
    world = World()
    first, second = Runner(world, "a"), Runner(world, "b")
    first.look()
    second.look()

    found = first.look().to_do
    assert isinstance(found, Rest)
    assert found.ending == "taken"
    assert not isinstance(second.look().to_do, Rest)


@pytest.mark.parametrize("pods", [1, 3])
def test_counters_that_begin_anew_lose_no_more_than_what_nobody_saw(pods: int) -> None:
    world = World(rates={("mockc", "v3"): 0.05})
    runner = Runner(world)
    for turn in range(40):
        found = runner.look()
        if isinstance(found.to_do, Rest):
            break
        world.pass_by(5)
        if turn % 5 == pods:
            world.totals = {key: Totals(errors=0) for key in world.totals}

    assert world.standing
    assert world.standing.phase == "aborted"


def test_weights_that_somebody_moved_are_theirs() -> None:
    world = World()
    runner = Runner(world)
    runner.look()
    world.moved = True

    found = runner.look().to_do

    assert isinstance(found, Rest)
    assert found.ending == "moved"
    assert len(world.commits) == 1


def test_paused_is_not_counted_and_another_plan_is_not_carried_on() -> None:
    world = World(rates={("mockc", "v3"): 0.5})
    runner = Runner(world)
    runner.look()
    assert world.standing
    begun = world.standing
    world.standing = replace(begun, phase="paused")
    for _ in range(20):
        world.pass_by(10)
        assert runner.look().to_do is None

    world.standing = begun
    world.plan = replace(PLAN, digest="d2")
    found = runner.look().to_do
    assert isinstance(found, Rest)
    assert found.ending == "other plan"


def test_a_release_that_was_ended_begins_anew_only_where_that_is_wanted() -> None:
    world = World(rates={("mockc", "v3"): 0.05})
    Runner(world).until_rest()

    assert Runner(world, "b").until_rest().ending == "aborted"
    assert isinstance(Runner(world, "b").look(again=True).to_do, ToCommit)
    assert world.standing
    assert (world.standing.stage, world.standing.attempt) == (1, 1)


def test_what_was_shown_to_be_well_stays_so_as_long_as_it_is_not_worse() -> None:
    gate, need = ErrorGate(0.01), needed(1, 1)
    good, stable = Totals(answers=2_000), Totals(answers=2_000)
    judgment = Judgment().with_counts(gate, (good, stable), need)
    judgment = judgment.with_counts(gate, (good, stable), need)
    assert verdict(PLAN, gate, "mocka", judgment, need).outcome == "well"

    later = judgment.with_counts(gate, (Totals(answers=1_000, errors=30), stable), need)

    assert later.not_more.for_not_more < need.not_more
    assert verdict(PLAN, gate, "mocka", later, need).outcome == "well"
