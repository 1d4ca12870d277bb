"""What becomes of a release while a move of it waits on a branch: what is live is judged on."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from laneway.core.release.counts import Totals
from laneway.core.release.meanwhile import WINDOW, meanwhile
from laneway.core.release.proposals import Proposal, ahead_of, branch_name
from laneway.core.release.standing import Phase, ReleaseStanding
from laneway.core.release.step import AtHand, CountedSoFar, Outlook, Rest, ToCommit
from tests.release.test_step import HOPS, PLAN, Rates, World

AT = ReleaseStanding("v3", 1, "running", 1, 1_000, "a", "0a1b2c3d4e", "d1")
EVEN = replace(PLAN, stages=(replace(PLAN.stages[0], weights={"v1": 50, "v3": 50}), *PLAN.stages))


def proposed(at: ReleaseStanding, *, is_record: bool = False) -> Proposal:
    return Proposal(branch_name("releases", at), at, is_record)


NEXT = proposed(replace(AT, stage=2, attempt=0))


class Waiting:
    """A stage that is live, and one who looks while the next one waits."""

    def __init__(self, rates: Rates | None = None) -> None:
        self.world = World(EVEN, rates)
        self.world.standing = AT
        self.counting = CountedSoFar(of=(1, 1))

    def seen(self, runner: str = "a") -> AtHand:
        world = self.world
        at = (world.now, runner, "c1", world.standing, False, world.live)
        return AtHand(*at, HOPS, world.sample, world.figures, proposes=True)

    def looked(self, waits: Proposal = NEXT, runner: str = "a") -> Outlook:
        found = meanwhile(EVEN, self.counting, self.seen(runner), waits)
        self.counting = found.counting
        return found

    def until_done(self, most: int, every: float = 2.0) -> tuple[ToCommit | None, int]:
        """Look until there is something to do; return it, and requests of the new lane till then.

        At most so many of them; a look is made every so many seconds.
        """
        begin = self.world.totals["mocka", "v3"].answers
        while (passed := self.world.totals["mocka", "v3"].answers - begin) < most:
            if (found := self.looked().to_do) is not None:
                assert isinstance(found, ToCommit)
                return found, passed
            self.world.pass_by(every)
        return None, passed


def test_a_lane_that_becomes_worse_while_a_stage_waits_is_ended_however_long_it_was_well() -> None:
    waiting = Waiting()
    assert waiting.until_done(30 * WINDOW)[0] is None
    before = waiting.world.totals
    waiting.world.rates = {("mockc", "v3"): 0.05}
    bad = {key: replace(one, errors=round(one.answers * 0.05)) for key, one in before.items()}
    waiting.world.totals["mockc", "v3"] = bad["mockc", "v3"]
    waiting.counting = replace(waiting.counting, last=waiting.world.sample)

    found, passed = waiting.until_done(3 * WINDOW)

    assert found is not None
    assert passed < 2 * WINDOW
    assert (found.weights, found.standing.phase, found.standing.stage) == ({}, "aborted", 1)
    assert found.title == "ended at stage 1, worse is errors at mockc"
    assert found.reasons[0].startswith("mockc errors: v3 ")
    assert found.reasons[-1] == f"close {NEXT.branch}, which waits to be merged"
    assert ahead_of(AT, [NEXT, proposed(found.standing)])[0] == proposed(found.standing)


def test_a_lane_that_stays_as_bad_as_the_stable_one_is_not_ended_while_it_waits() -> None:
    chance = Random(7)  # noqa: S311 - a draw, no secret
    for _ in range(20):
        waiting = Waiting()
        for _ in range(10 * WINDOW // 100):
            assert waiting.looked().to_do is None
            for key, one in waiting.world.totals.items():
                bad = sum(chance.random() < 0.05 for _ in range(100))
                waiting.world.totals[key] = Totals(one.answers + 100, one.errors + bad, {})


def test_windows_spend_no_more_than_what_is_set_apart_for_them() -> None:
    waiting = Waiting()
    assert waiting.until_done(5 * WINDOW)[0] is None
    windows = {one.window for one in waiting.counting.judgments.values()}

    assert windows == {5}
    assert sum(1 / (number * (number + 1)) for number in range(1, 10_000)) < 1


def _end(at: ReleaseStanding) -> Proposal:
    return proposed(replace(at, phase="aborted"))


@pytest.mark.parametrize(
    ("at", "waits"),
    [
        (None, proposed(replace(AT, attempt=0))),
        (replace(AT, before="another"), NEXT),
        (replace(AT, digest="another"), NEXT),
        (replace(AT, attempt=0), NEXT),
        (replace(AT, phase="paused"), NEXT),
        (AT, _end(AT)),
    ],
    ids=["not begun", "another release", "another plan", "not counted yet", "paused", "its end"],
)
def test_where_nothing_is_to_be_judged_nothing_is_done(
    at: ReleaseStanding | None, waits: Proposal
) -> None:
    waiting = Waiting({("mockc", "v3"): 1.0})
    waiting.world.standing = at
    for _ in range(20):
        assert waiting.looked(waits) == Outlook(CountedSoFar(of=(1, 1)))
        waiting.world.pass_by(10)


@pytest.mark.parametrize("phase", ["running", "done"])
def test_a_stage_that_is_merged_in_spite_of_the_end_goes_back_as_well(phase: Phase) -> None:
    waiting = Waiting()
    waiting.world.standing = replace(AT, stage=2, attempt=0, phase=phase)

    found = waiting.looked(_end(AT)).to_do

    assert isinstance(found, ToCommit)
    assert (found.weights, found.standing.stage, found.standing.phase) == ({}, 2, "aborted")
    again = proposed(found.standing)
    assert ahead_of(waiting.world.standing, [_end(AT), again])[0] == again
    assert waiting.looked(again).to_do is None


def test_who_comes_later_says_so_before_it_counts_and_the_first_rests() -> None:
    waiting = Waiting()
    first = waiting.looked().counting
    waiting.counting = CountedSoFar()

    found = waiting.looked(runner="b").to_do

    assert isinstance(found, ToCommit)
    assert (found.weights, found.standing.attempt, found.standing.runner) == (None, 2, "b")
    record = proposed(found.standing, is_record=True)
    assert ahead_of(AT, [record, NEXT]) == (NEXT, found.standing)
    waiting.world.standing, waiting.counting = found.standing, first
    rest = waiting.looked().to_do
    assert isinstance(rest, Rest)
    assert rest.ending == "taken"


def test_records_of_another_release_say_nothing_of_where_this_one_stands() -> None:
    old = proposed(replace(AT, before="old", attempt=5, since=2_000), is_record=True)
    first = proposed(replace(AT, attempt=0, since=3_000))

    assert ahead_of(None, [old, first]) == (first, None)
    assert ahead_of(AT, [NEXT, old]) == (NEXT, AT)
