"""What a target follows of a repository, and how every object stands, as values."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from laneway.apps.local.record.state import WorkloadRecord
from laneway.apps.local.sync.keeping import programs_of
from laneway.core.compile import compile_snapshot
from laneway.core.findings.finding import Finding
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.meta import Ref
from laneway.core.syncing.due import Approval, Due, SyncPolicy, due
from laneway.core.syncing.healths import Programs, healths
from laneway.core.syncing.looking import Commit, Fetched
from laneway.core.syncing.states import Wellness, health_of, object_states, sync_of
from tests.snapshot import snapshot_of_texts

SERVICE = "kind: Service\napiVersion: v1\nmetadata: {{name: {0}, namespace: shop{1}}}\n"
STAYS = ", annotations: {argocd.argoproj.io/sync-options: 'Validate=false, Prune=false'}"
AUTOMATED, PRUNING = SyncPolicy(automated=True), SyncPolicy(automated=True, prune=True)


def _objects(*names: str, extra: str = "") -> Snapshot:
    return snapshot_of_texts((f"{name}.yaml", SERVICE.format(name, extra)) for name in names)


def _fetched(number: int, snapshot: Snapshot) -> Fetched:
    return Fetched(Commit(str(number) * 40), snapshot)


ONE, TWO = _fetched(1, _objects("cart", "web")), _fetched(2, _objects("web"))
NONE = _fetched(3, Snapshot())


def _names(snapshot: Snapshot) -> list[str]:
    return [resource.meta.name for resource in snapshot.resources]


def _followed(
    known: Sequence[Fetched],
    policy: SyncPolicy,
    *applied: Snapshot,
    approval: Approval | None = None,
) -> tuple[str, list[str]]:
    found = due(known, approval, policy, applied)
    assert isinstance(found, Due)
    return found.commit.short, _names(found.snapshot)


def test_the_newest_commit_is_followed_and_its_snapshot_is_the_very_same() -> None:
    found = due([ONE, TWO], None, PRUNING, [ONE.snapshot])

    assert isinstance(found, Due)
    assert (found.commit, found.snapshot is TWO.snapshot) == (TWO.commit, True)


def test_what_git_lacks_stays_unless_the_policy_prunes() -> None:
    assert _followed([ONE, TWO], AUTOMATED, ONE.snapshot) == ("2222222222", ["cart", "web"])
    assert _followed([ONE, TWO], PRUNING, ONE.snapshot) == ("2222222222", ["web"])


def test_what_is_on_its_way_counts_as_applied() -> None:
    live, on_its_way = _objects("old"), ONE.snapshot

    assert _followed([TWO], AUTOMATED, live, on_its_way) == ("2222222222", ["cart", "old", "web"])


def test_where_an_application_keeps_everything_nobody_prunes() -> None:
    keeping = SyncPolicy(automated=True, prune=True, keeps=True)
    approval = Approval(TWO.commit.id, prune=True)

    found = _followed([TWO], keeping, ONE.snapshot, approval=approval)

    assert found == ("2222222222", ["cart", "web"])


def test_an_object_that_says_so_of_itself_is_never_pruned() -> None:
    assert _followed([TWO], PRUNING, _objects("cart", extra=STAYS)) == (
        "2222222222",
        ["cart", "web"],
    )


def test_without_automation_a_commit_waits_for_its_approval() -> None:
    assert due([ONE, TWO], None, SyncPolicy(), []) is None
    assert due([TWO], Approval(ONE.commit.id), SyncPolicy(), []) is None
    assert _followed([ONE, TWO], SyncPolicy(), approval=Approval(ONE.commit.id)) == (
        "1111111111",
        ["cart", "web"],
    )


def test_an_approval_prunes_for_its_own_commit_alone() -> None:
    approval = Approval(TWO.commit.id, prune=True)
    newer = _fetched(4, TWO.snapshot)

    assert _followed([TWO], AUTOMATED, ONE.snapshot, approval=approval)[1] == ["web"]
    assert _followed([TWO, newer], AUTOMATED, ONE.snapshot, approval=approval)[1] == ["cart", "web"]


def test_a_commit_without_any_object_is_refused_where_something_would_go() -> None:
    refused = due([ONE, NONE], None, PRUNING, [ONE.snapshot])

    assert isinstance(refused, Finding)
    assert refused.message == (
        "commit 3333333333 holds no object that is followed, and objects Service shop/cart and "
        "Service shop/web would be removed"
    )
    assert _followed([NONE], PRUNING) == ("3333333333", [])
    emptying = SyncPolicy(automated=True, prune=True, allow_empty=True)
    assert _followed([ONE, NONE], emptying, ONE.snapshot) == ("3333333333", [])


def _seen(wanted: Snapshot, live: Snapshot) -> list[tuple[str, str, str, bool]]:
    return [
        (one.ref.name, one.sync, one.wellness.health if one.wellness else "-", one.requires_pruning)
        for one in object_states(wanted, live, {})
    ]


def test_each_object_is_told_by_what_git_and_the_mesh_have_of_it() -> None:
    wanted = _objects("same", "new")
    live = snapshot_of_texts(
        [
            ("elsewhere.yaml", SERVICE.format("same", "")),
            ("old.yaml", SERVICE.format("old", "")),
        ]
    )

    assert _seen(wanted, live) == [
        ("new", "OutOfSync", "Missing", False),
        ("old", "OutOfSync", "Healthy", True),
        ("same", "Synced", "Healthy", False),
    ]
    assert sync_of(object_states(wanted, live, {})) == "OutOfSync"


def test_an_object_that_says_something_else_is_out_of_sync() -> None:
    changed = _objects("cart", extra=", labels: {a: b}")

    assert _seen(changed, _objects("cart")) == [("cart", "OutOfSync", "Healthy", False)]


def test_where_a_file_cannot_be_read_what_only_is_live_is_unknown() -> None:
    broken = snapshot_of_texts([("cart.yaml", "kind: Service\nspec: [")])
    states = object_states(broken, _objects("cart"), {})

    assert [(one.sync, one.requires_pruning) for one in states] == [("Unknown", False)]
    assert sync_of(states) == "Unknown"


def test_nothing_at_all_is_synced_and_healthy() -> None:
    assert (sync_of([]), health_of([])) == ("Synced", Wellness())


LANES = """
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {name: mock}
spec:
  ingress: {gateway: {name: gw, namespace: istio-system, type: ASM}}
  services: [{name: mocka, namespace: shop}]
---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {name: v1, labels: {swimlane-group: mock}}
spec: {labelSelector: {version: v1}}
---
apiVersion: v1
kind: Service
metadata: {name: mocka, namespace: shop}
spec: {selector: {app: mocka}, ports: [{port: 8000, name: http}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mocka-v1, namespace: shop}
spec:
  template:
    metadata: {labels: {app: mocka, version: v1}}
    spec: {containers: [{name: main, image: i}]}
"""
POD, LANE, GROUP = (
    Ref("Deployment", "shop", "mocka-v1"),
    Ref("ASMSwimLane", "", "v1"),
    Ref("ASMSwimLaneGroup", "", "mock"),
)


@pytest.mark.parametrize(
    ("programs", "health", "message"),
    [
        (Programs(all=2, ready=2), "Healthy", ""),
        (Programs(all=2, ready=1), "Progressing", "mocka-v1: 1 of 2 ready"),
        (Programs(all=2, ready=1, stopped=1), "Suspended", "mocka-v1 is stopped"),
        (Programs(all=2, ready=1, ended=1, reason="exit 3"), "Degraded", "mocka-v1: exit 3"),
        (None, "Healthy", "mocka-v1 is not run on this machine"),
    ],
)
def test_a_lane_is_as_well_as_its_pods(
    programs: Programs | None, health: str, message: str
) -> None:
    compilation = compile_snapshot(snapshot_of_texts([("lanes.yaml", LANES)]))

    found = healths(compilation, {POD: programs} if programs else {})

    assert (found[POD].health, found[POD].message) == (health, message)
    assert (found[LANE], found[GROUP]) == (found[POD], Wellness())


def test_a_lane_of_no_group_is_degraded_and_says_why() -> None:
    stray = LANES.replace("swimlane-group: mock", "swimlane-group: nope")

    found = healths(compile_snapshot(snapshot_of_texts([("lanes.yaml", stray)])), {})

    assert found[LANE].health == "Degraded"
    assert "nope" in found[LANE].message
    assert (found[GROUP].health, "no lane" in found[GROUP].message) == ("Degraded", True)


@pytest.mark.parametrize(
    ("state", "reason", "health"),
    [
        ("ready", "exit code 1", "Healthy"),
        ("starting", "", "Progressing"),
        ("starting", "exit code 1", "Degraded"),
        ("ended", "exit code 1", "Degraded"),
        ("stopped", "", "Suspended"),
    ],
)
def test_a_program_that_starts_again_because_it_ended_is_not_well(
    state: str, reason: str, health: str
) -> None:
    compilation = compile_snapshot(snapshot_of_texts([("lanes.yaml", LANES)]))
    record = WorkloadRecord(
        replica="mocka-v1-0",
        container="main",
        workload=POD.name,
        namespace=POD.namespace,
        kind=POD.kind,
        state=state,
        address="",
        pid=1,
        started=1,
        restarts=3,
        log="",
        reason=reason,
    )

    found = healths(compilation, programs_of([record]))

    assert found[POD].health == health
