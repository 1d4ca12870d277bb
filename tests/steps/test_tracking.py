"""Which commit serves and which is refused, step by step, with times as data."""

from __future__ import annotations

import pytest

from laneway.core.findings.codes.syncing import NOTHING_IN_COMMIT
from laneway.core.findings.finding import unplaced
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.syncing.due import Approval, Due, SyncPolicy
from laneway.core.syncing.looking import Commit, Fetched, Unreached, Untaken
from laneway.core.syncing.report import SyncReport, tracked_of
from laneway.core.syncing.states import object_states
from laneway.core.syncing.tracking import (
    RefusedCommit,
    TargetStanding,
    Tracked,
    approved,
    offered,
    remembered,
    saw,
    stands,
)
from tests.snapshot import snapshot_of_texts
from tests.steps.test_syncing import SERVICE

AUTOMATED = SyncPolicy(automated=True)
WHY = unplaced(NOTHING_IN_COMMIT, commit="x", objects="y")


def _fetched(number: int, *names: str) -> Fetched:
    texts = [(f"{name}.yaml", SERVICE.format(name, "")) for name in names]
    return Fetched(Commit(f"{number:040}", f"step {number}"), snapshot_of_texts(texts))


ONE, TWO, THREE = _fetched(1, "cart"), _fetched(2, "cart", "web"), _fetched(3, "web")


def _given(before: Tracked, one: Fetched) -> Tracked:
    return offered(before, Due(one.commit, one.snapshot))


def _serving(one: Fetched, now: float = 10.0) -> Tracked:
    given = _given(saw(Tracked(), one, now), one)
    return stands(given, TargetStanding(one.snapshot), now)


def test_a_commit_is_live_when_the_target_serves_what_it_says() -> None:
    before = _given(saw(_serving(ONE), TWO, 20.0), TWO)

    waiting = stands(before, TargetStanding(ONE.snapshot), 21.0)
    live = stands(waiting, TargetStanding(TWO.snapshot), 22.0).live

    assert waiting.live
    assert waiting.live.commit == ONE.commit
    assert live
    assert (live.commit, live.since) == (TWO.commit, 22.0)
    assert live.changed == ("Service shop/web added",)


def test_a_commit_that_changes_no_object_is_live_at_once() -> None:
    same = Fetched(Commit("9" * 40), ONE.snapshot)

    after = stands(_given(saw(_serving(ONE), same, 20.0), same), TargetStanding(ONE.snapshot), 21.0)

    assert after.live
    assert (after.live.commit, after.live.changed) == (same.commit, ())


def test_a_refused_commit_is_told_once_with_its_first_time_and_what_served_stays() -> None:
    before = _given(saw(_serving(ONE), TWO, 20.0), TWO)

    once = stands(before, TargetStanding(ONE.snapshot, TWO.snapshot, ("no",)), 21.0)
    again = stands(once, TargetStanding(ONE.snapshot, TWO.snapshot, ("no",)), 22.0)

    assert again.refused == RefusedCommit(TWO.commit, ("no",), 21.0)
    assert again.live
    assert again.live.commit == ONE.commit
    assert saw(again, TWO, 30.0).refused == again.refused


def test_a_newer_commit_takes_the_place_of_a_refused_one() -> None:
    before = _given(saw(_serving(ONE), TWO, 20.0), TWO)
    refused = stands(before, TargetStanding(ONE.snapshot, TWO.snapshot, ("no",)), 21.0)

    newer = saw(refused, THREE, 30.0)
    late = stands(newer, TargetStanding(ONE.snapshot, TWO.snapshot, ("no",)), 30.1)

    assert late.refused is None
    found = late.due(AUTOMATED, [ONE.snapshot])
    assert isinstance(found, Due)
    assert found.commit == THREE.commit


def test_a_commit_that_is_not_taken_is_refused_and_the_one_before_stays_known() -> None:
    after = saw(_serving(ONE), Untaken(TWO.commit, (WHY,)), 20.0)

    assert after.refused == RefusedCommit(TWO.commit, (WHY.message,), 20.0)
    assert after.newest_snapshot is None
    assert after.known == (ONE,)


def test_where_nobody_answers_all_stays_and_the_next_answer_ends_the_trouble() -> None:
    before = _serving(ONE)

    silent = saw(before, Unreached((WHY,)), 20.0)
    answered = saw(silent, ONE, 30.0)

    assert (silent.trouble, silent.looked, silent.newest) == ((WHY,), 10.0, ONE.commit)
    assert (answered.trouble, answered.looked) == ((), 30.0)


def test_what_is_neither_live_nor_newest_nor_approved_is_let_go_of() -> None:
    approving = approved(saw(_serving(ONE), TWO, 20.0), prune=True)
    later = stands(saw(approving, THREE, 30.0), TargetStanding(ONE.snapshot), 31.0)

    assert later.approval == Approval(TWO.commit.id, prune=True)
    assert later.needed == {ONE.commit.id, TWO.commit.id, THREE.commit.id}
    live = stands(_given(later, TWO), TargetStanding(TWO.snapshot), 40.0)
    assert live.needed == {TWO.commit.id, THREE.commit.id}


def test_nothing_is_approved_before_a_commit_is_known() -> None:
    assert approved(Tracked(), prune=False).approval is None
    assert approved(saw(Tracked(), Untaken(ONE.commit, (WHY,)), 1.0), prune=False).approval is None


def test_a_process_goes_on_from_what_an_earlier_one_wrote() -> None:
    approving = approved(_serving(ONE), prune=True)
    report = SyncReport({"name": "shop"}, approving, ())

    read = tracked_of(report.as_value())

    assert read.live
    assert (read.live.commit, read.live.since) == (ONE.commit, 10.0)
    assert read.approval == approving.approval
    assert read.needed == {ONE.commit.id}
    again = remembered(remembered(read, ONE), ONE)
    assert again.known == (ONE,)
    served = again.served_last(_fetched(8, "left").snapshot)
    assert served is not None
    assert [one.meta.name for one in served.snapshot.resources] == ["cart", "left"]


def test_a_report_says_how_all_stands_together() -> None:
    states = object_states(TWO.snapshot, ONE.snapshot, {})
    waiting = saw(_serving(ONE), TWO, 20.0)
    report = SyncReport({"name": "shop"}, waiting, states)

    assert (report.sync, report.wellness.health) == ("OutOfSync", "Missing")
    moving = SyncReport({}, _serving(ONE), (), is_on_its_way=True)
    assert (moving.sync, moving.wellness.health) == ("Synced", "Progressing")
    assert SyncReport({}, Tracked()).sync == "Unknown"
    refused = saw(_serving(ONE), Untaken(TWO.commit, (WHY,)), 20.0)
    assert SyncReport({}, refused).sync == "OutOfSync"


@pytest.mark.parametrize("is_gone", [False, True])
def test_while_no_newest_commit_is_seen_nobody_knows_whether_all_is_synced(
    *, is_gone: bool
) -> None:
    lost = saw(_serving(ONE), Unreached((WHY,), is_gone=is_gone), 20.0)

    told = SyncReport({}, lost).as_value()

    assert (told["sync"]["status"], told["repository"]["isGone"]) == ("Unknown", is_gone)
    assert [one["code"] for one in told["repository"]["findings"]] == ["LW2201"]
    assert told["live"]["revision"]["id"] == ONE.commit.id
    found = SyncReport({}, saw(lost, ONE, 30.0)).as_value()
    assert (found["sync"]["status"], found["repository"]["findings"]) == ("Synced", [])


def test_a_report_is_plain_values() -> None:
    report = SyncReport(
        {"name": "shop"},
        saw(_serving(ONE), TWO, 20.0),
        object_states(TWO.snapshot, ONE.snapshot, {}),
    )

    assert report.as_value()["sync"]["revision"]["subject"] == "step 2"
    assert [one["name"] for one in report.as_value()["resources"]] == ["cart", "web"]


def test_an_input_that_no_commit_gave_serves_none() -> None:
    assert stands(saw(Tracked(), ONE, 1.0), TargetStanding(Snapshot()), 2.0).live is None
