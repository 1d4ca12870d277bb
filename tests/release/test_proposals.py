"""Moves that wait to be merged: which of them is ahead, and when a stage begins to be counted."""

from msgspec.structs import replace

from laneway.core.release.proposals import Proposal, ahead, branch_name, waiting
from laneway.core.release.standing import Phase, ReleaseStanding
from laneway.core.release.step import Rest, ToCommit
from laneway.core.resources.releases.plan import ReleaseStage
from tests.release.test_step import PLAN, Runner, World

FIRST = ReleaseStanding("v3", 1, "running", 0, 100, "a", "0a1b2c3d4e", "d1")


def _proposed(at: ReleaseStanding, *, is_record: bool = False) -> Proposal:
    return Proposal(branch_name("releases", at), at, is_record)


def _at(stage: int, attempt: int, phase: Phase = "running") -> ReleaseStanding:
    return replace(FIRST, stage=stage, attempt=attempt, phase=phase)


def test_each_move_has_one_branch_whoever_proposes_it_and_whenever() -> None:
    moves = (_at(1, 0), _at(1, 1), _at(1, 1, "paused"), _at(1, 2), _at(2, 0), _at(1, 1, "aborted"))

    assert len({branch_name("releases", one) for one in moves}) == len(moves)
    again = replace(FIRST, runner="b", since=200)
    assert branch_name("releases", again) == "releases/v3-0a1b2c3-stage-1"
    assert branch_name("releases", FIRST) == branch_name("releases", again)


def test_a_proposal_is_ahead_until_the_branch_has_its_trailer() -> None:
    proposals = [_proposed(_at(2, 0)), _proposed(_at(1, 1), is_record=True), _proposed(FIRST)]

    assert ahead(_at(1, 0), proposals) == proposals[0]
    assert ahead(_at(2, 0), proposals) is None


def test_a_record_holds_and_an_end_is_before_every_stage() -> None:
    record, end = _proposed(_at(1, 2, "paused"), is_record=True), _proposed(_at(1, 2, "aborted"))

    assert ahead(_at(1, 0), [_proposed(_at(1, 1), is_record=True), record]) == record
    assert ahead(_at(1, 0), [_proposed(_at(2, 0)), record, end]) == end


def test_what_is_left_of_an_earlier_release_is_not_taken_for_this_one() -> None:
    old = replace(FIRST, before="old", stage=2, since=50)
    left = [_proposed(old), _proposed(replace(old, phase="aborted"))]

    assert ahead(FIRST, left) is None
    assert ahead(_at(3, 1, "done"), left) is None
    assert ahead(None, [*left, _proposed(FIRST)]) == _proposed(FIRST)


def test_a_release_begun_anew_is_met_after_the_record_of_the_end_of_the_one_before() -> None:
    done = _proposed(_at(3, 1, "done"), is_record=True)
    new = _proposed(replace(FIRST, before="new", since=300))

    assert ahead(_at(3, 0), [done]) == done
    assert ahead(_at(3, 0), [done, new]) == new


def test_what_waits_says_what_to_do() -> None:
    end = _proposed(_at(1, 1, "aborted"))

    assert "merges releases/v3-0a1b2c3-stage-1;" in waiting(_proposed(FIRST), is_there=False)
    assert waiting(end, is_there=False).startswith("THE WEIGHTS ARE NOT BACK")
    assert f"Laneway-Release: {FIRST.trailer()}" in waiting(_proposed(FIRST), is_there=True)


def test_a_stage_that_is_merged_after_its_limit_has_all_of_its_time() -> None:
    world = World()
    runner = Runner(world)
    runner.look(proposes=True)
    assert world.standing
    assert world.standing.attempt == 0
    world.pass_by(PLAN.stages[0].limit * 2)

    found = runner.look(proposes=True).to_do

    assert isinstance(found, ToCommit)
    assert found.weights is None
    assert (found.standing.attempt, found.standing.since) == (1, int(world.now))
    assert not isinstance(runner.look(proposes=True).to_do, Rest)


def test_a_merged_stage_is_counted_by_whoever_records_it_and_spends_one_attempt() -> None:
    world = World(
        replace(PLAN, stages=(PLAN.stages[0], ReleaseStage(PLAN.stages[2].weights, 60, 600)))
    )
    first, second = Runner(world, "a"), Runner(world, "b")
    first.look(proposes=True)

    second.look(proposes=True)

    assert world.standing
    assert (world.standing.attempt, world.standing.runner) == (1, "b")
    found = first.look(proposes=True).to_do
    assert isinstance(found, Rest)
    assert found.ending == "taken"
