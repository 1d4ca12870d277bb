"""The status of a LaneRelease: phases and conditions, as tools of Kubernetes read them."""

import pytest
from msgspec.structs import replace

from laneway.core.release.standing import Phase, ReleaseStanding, read_standing
from laneway.core.release.status import (
    ReleasePhase,
    ReleaseTold,
    phase_of,
    release_status,
    stopped_status,
)
from laneway.core.release.step import Ending, Rest

AT = ReleaseStanding("v3", 1, "running", 1, 1_796_030_136, "one", "before", "digest")
TOLD = ReleaseTold("Running", "3 of 6 judgments are open", AT, {"v1": 50, "v3": 50})


@pytest.mark.parametrize(
    ("phase", "ending", "said"),
    [
        *((None, None, "Running"), ("running", None, "Running"), ("paused", None, "Paused")),
        *(("running", "unknown", "Resting"), ("paused", "moved", "Resting")),
        *(("done", "moved", "Resting"), ("done", "done", "Done")),
        *(("aborted", "aborted", "Aborted"), ("done", None, "Running")),
        ("aborted", None, "Running"),
    ],
)
def test_a_phase_says_whether_somebody_goes_on_and_ends_only_when_all_is_handed_on(
    phase: Phase | None, ending: Ending | None, said: ReleasePhase
) -> None:
    at = replace(AT, phase=phase) if phase else None
    assert phase_of(at, Rest(ending, "") if ending else None) == said


@pytest.mark.parametrize(
    ("phase", "true"),
    [
        *(("Done", "Ready"), ("Running", "Reconciling"), ("Paused", "Reconciling")),
        *(("Resting", "Stalled"), ("Aborted", "Stalled"), ("Refused", "Stalled")),
    ],
)
def test_one_condition_is_true_beside_that_it_is_executed(phase: ReleasePhase, true: str) -> None:
    status = release_status(None, replace(TOLD, phase=phase), 3, {}, "now")
    assert {one["type"]: one["status"] for one in status["conditions"]} == {
        "Ready": "False",
        "Reconciling": "False",
        "Stalled": "False",
        "Executed": "True",
        true: "True",
    }
    assert {one["observedGeneration"] for one in status["conditions"]} == {3}


def test_a_time_changes_only_with_the_condition_and_old_lanes_go() -> None:
    first = release_status(None, TOLD, 1, {}, "first")
    again = release_status(None, TOLD, 1, first, "again")
    assert again == first
    assert first["since"] == "2026-11-30T09:15:36Z"

    other = replace(TOLD, phase="Done", weights={"v3": 100})
    later = release_status(None, other, 1, first, "later")
    times = {one["type"]: one["lastTransitionTime"] for one in later["conditions"]}
    assert times == {
        "Ready": "later",
        "Reconciling": "later",
        "Stalled": "first",
        "Executed": "first",
    }
    assert later["weights"] == {"v1": None, "v3": 100}


def test_whoever_is_ended_says_that_nobody_executes_it_and_leaves_the_rest() -> None:
    first = release_status(None, TOLD, 1, {}, "first")
    stopped = stopped_status(first, "later")
    executed = [one for one in stopped["conditions"] if one["type"] == "Executed"]
    assert [(one["status"], one["reason"]) for one in executed] == [("False", "AgentStopped")]
    others = [one for one in first["conditions"] if one["type"] != "Executed"]
    assert [one for one in stopped["conditions"] if one["type"] != "Executed"] == others


@pytest.mark.parametrize(
    ("said", "edited"),
    [
        ("stage=1", "stage=0"),
        ("since=1796030136", "since=99999999999999999999"),
        ("attempt=1", f"attempt={'9' * 5000}"),
        ("attempt=1", "attempt=-1"),
    ],
)
def test_a_trailer_that_was_written_by_hand_and_means_no_stage_or_time_is_none(
    said: str, edited: str
) -> None:
    assert said in AT.trailer()
    assert read_standing(AT.trailer().replace(said, edited)) is None
