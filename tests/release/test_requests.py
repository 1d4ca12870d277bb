"""What people ask of a release, read and answered: twice is once, and nonsense is refused."""

import pytest
from msgspec.structs import replace

from laneway.core.findings.finding import Finding
from laneway.core.release.requests import ReleaseRequest, answer, read_request
from laneway.core.release.standing import Phase, ReleaseStanding
from laneway.core.release.step import AtHand, ToCommit
from laneway.core.resources.releases.plan import ErrorGate, Plan, ReleaseStage

STAGES = (ReleaseStage({"v1": 50, "v3": 50}, 1, 60), ReleaseStage({"v1": 0, "v3": 100}, 1, 60))
PLAN = Plan("v3", "v3", "v1", 50, (ErrorGate(0.01),), STAGES, "digest", "plan")
AT = ReleaseStanding("v3", 1, "running", 1, 10, "one", "before", "digest")


def seen(phase: Phase | None, *, moved: bool = False) -> AtHand:
    at = None if phase is None else replace(AT, phase=phase)
    return AtHand(
        now=99.0,
        runner="two",
        head="head",
        standing=at,
        moved=moved,
        live=True,
        hops=(),
        sample={},
    )


def asked(
    value: str, phase: Phase | None, *, moved: bool = False, rests: bool = False
) -> ToCommit | Finding | None:
    request = read_request(value)
    assert isinstance(request, ReleaseRequest)
    return answer(PLAN, seen(phase, moved=moved), request, rests=rests)


@pytest.mark.parametrize(
    "value",
    [
        *("", "pause", "stop 1", "pause v1=3 1", "set-weight 1", "set-weight v1=60 v1=40 1"),
        *(
            "set-weight v1=101 1",
            "set-weight v1=60",
            "set-weight v1=60 v3=40",
            "set-weight V1=60 1",
            "resume now at 1",
        ),
        *("set-weight v1=6.5 1", "set-weight =60 1", f"pause {'1' * 5000}", "Pause 1"),
    ],
)
def test_what_can_be_read_in_two_ways_is_no_request(value: str) -> None:
    found = read_request(value)
    assert isinstance(found, Finding)
    assert found.code.id == "LW2034"


def test_a_request_says_what_and_which_weights() -> None:
    assert read_request("pause 2026-11-30T09:00:00Z") == ReleaseRequest(
        "pause 2026-11-30T09:00:00Z", "pause"
    )
    assert read_request("set-weight v1=60 v3=40 x") == ReleaseRequest(
        "set-weight v1=60 v3=40 x", "set-weight", {"v1": 60, "v3": 40}
    )


@pytest.mark.parametrize(
    ("value", "phase", "after", "weights"),
    [
        ("pause 1", "running", "paused", None),
        ("resume 1", "paused", "running", None),
        ("promote 1", "running", "done", {"v1": 0, "v3": 100}),
        ("promote 1", "paused", "done", {"v1": 0, "v3": 100}),
        ("abort 1", "paused", "aborted", {}),
        ("set-weight v1=60 v3=40 1", "running", "paused", {"v1": 60, "v3": 40}),
        ("resume 1", "aborted", "running", {"v1": 50, "v3": 50}),
    ],
)
def test_a_request_becomes_one_commit(
    value: str, phase: Phase, after: Phase, weights: dict[str, int] | None
) -> None:
    found = asked(value, phase)
    assert isinstance(found, ToCommit)
    assert (found.standing.phase, found.weights) == (after, weights)


@pytest.mark.parametrize(
    ("value", "phase"),
    [
        *(("pause 1", "paused"), ("resume 1", "running"), ("promote 1", "done")),
        ("abort 1", "aborted"),
    ],
)
def test_what_is_so_already_is_done_without_a_commit(value: str, phase: Phase) -> None:
    assert asked(value, phase) is None


@pytest.mark.parametrize(
    ("value", "phase"),
    [
        *(("pause 1", None), ("abort 1", None), ("pause 1", "done"), ("abort 1", "done")),
        *(("resume 1", "done"), ("pause 1", "aborted"), ("promote 1", "aborted")),
    ],
)
def test_what_is_of_no_use_is_refused(value: str, phase: Phase | None) -> None:
    found = asked(value, phase)
    assert isinstance(found, Finding)
    assert found.code.id == "LW2035"


def test_a_release_that_rests_goes_on_by_whoever_is_asked_and_with_its_own_weights() -> None:
    rests = asked("resume 1", "running", rests=True)
    assert isinstance(rests, ToCommit)
    assert (rests.standing.attempt, rests.standing.since, rests.weights) == (2, 99, None)
    assert rests.standing.runner == "two"
    moved = asked("resume 1", "paused", moved=True, rests=True)
    assert isinstance(moved, ToCommit)
    assert moved.weights == {"v1": 50, "v3": 50}


@pytest.mark.parametrize(("value", "phase"), [("abort 1", "aborted"), ("promote 1", "done")])
def test_a_release_whose_plan_was_edited_stays_ended_once_people_end_it(
    value: str, phase: Phase
) -> None:
    edited = replace(PLAN, digest="another", stages=STAGES[1:])
    at_stage_2 = replace(seen("running", moved=True), standing=replace(AT, stage=2))
    request = read_request(value)
    assert isinstance(request, ReleaseRequest)
    found = answer(edited, at_stage_2, request, rests=True)
    assert isinstance(found, ToCommit)
    assert (found.standing.phase, found.standing.digest) == (phase, "another")


def test_a_release_whose_plan_was_edited_is_not_said_to_go_on() -> None:
    edited = replace(PLAN, digest="another", stages=STAGES[1:])
    at_stage_2 = replace(seen("running", moved=True), standing=replace(AT, stage=2))
    found = answer(edited, at_stage_2, ReleaseRequest("resume 1", "resume"), rests=True)
    assert isinstance(found, Finding)
    assert found.code.id == "LW2035"
