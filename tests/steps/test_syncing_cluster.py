"""What goes to a cluster, in which order, and what is left alone, as values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from laneway.core.syncing.cluster.inventory import Inventory, config_map, inventory_of
from laneway.core.syncing.cluster.objects import ObjectId, ObjectToApply, objects_to_apply
from laneway.core.syncing.cluster.rounds import (
    ApplyTurn,
    ClusterStep,
    ClusterView,
    RemoveTurn,
    RoundDone,
    WaitFor,
    next_step_on_cluster,
)
from laneway.core.syncing.cluster.seen import MANAGER, SeenObject, is_alike, kept_by
from laneway.core.syncing.cluster.wellness import wellness_of
from tests.snapshot import snapshot_of_texts

ISTIO = "networking.istio.io"
OBJECT = "apiVersion: {0}\nkind: {1}\nmetadata: {{name: {2}, namespace: {3}{4}}}\nspec: {{}}\n"
SERVICE = ObjectId("", "Service", "shop", "cart")
PODS = ObjectId("apps", "Deployment", "shop", "cart")
LANE = ObjectId("istio.alibabacloud.com", "ASMSwimLane", "", "v1")
RULE = ObjectId(ISTIO, "DestinationRule", "shop", "cart")
ROUTE = ObjectId(ISTIO, "VirtualService", "shop", "cart")
ALL = (SERVICE, PODS, LANE, RULE, ROUTE)


def _chosen(*texts: str, namespaces: Collection[str] = ("shop",)) -> tuple[list[str], list[str]]:
    snapshot = snapshot_of_texts((f"{n}.yaml", text) for n, text in enumerate(texts))
    found = objects_to_apply(snapshot, namespaces)
    return [str(one.id) for one in found.objects], [one.code.id for one in found.findings]


def _text(kind: str, version: str = "v1", more: str = "", space: str = "shop") -> str:
    return OBJECT.format(version, kind, "cart", space, more)


def test_only_kinds_and_namespaces_that_were_named_are_applied() -> None:
    texts = (
        _text("VirtualService", f"{ISTIO}/v1"),
        _text("Service"),
        _text("Service", space="bank"),
        _text("StatefulSet", "apps/v1"),
        _text("ClusterRole", "rbac.authorization.k8s.io/v1"),
        _text("EnvoyFilter", f"{ISTIO}/v1alpha3"),
    )

    names, codes = _chosen(*texts)

    assert names == ["Service shop/cart", "VirtualService shop/cart"]
    assert sorted(codes) == ["LW2202", "LW2202", "LW2202", "LW2203"]


def test_waves_go_before_kinds() -> None:
    wave = ", annotations: {argocd.argoproj.io/sync-wave: '%s'}"
    early, late = (_text("Service", more=wave % number) for number in (-1, 3))
    route = _text("VirtualService", f"{ISTIO}/v1", wave % "-2")

    assert _chosen(early, route)[0] == ["VirtualService shop/cart", "Service shop/cart"]
    assert _chosen(late, _text("Gateway", f"{ISTIO}/v1"))[0] == [
        "Gateway shop/cart",
        "Service shop/cart",
    ]
    assert _chosen(_text("Service", more=wave % "soon"))[0] == ["Service shop/cart"]


def test_an_object_is_applied_in_its_namespace_and_never_with_a_status() -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {}\nstatus: {a: b}\n"

    [found] = objects_to_apply(snapshot_of_texts([("a.yaml", text)]), ["default"]).objects

    assert found.body["metadata"] == {"name": "cart", "namespace": "default"}
    assert "status" not in found.body


def _applied(one: ObjectId) -> ObjectToApply:
    return ObjectToApply(one, {"kind": one.kind})


def _seen(one: ObjectId, **more: Any) -> SeenObject:
    metadata = {"name": one.name, "generation": 1, "managedFields": [{"manager": MANAGER}]}
    body = {"kind": one.kind, "metadata": metadata, "spec": {"replicas": 1}, "status": READY}
    return SeenObject({**body, **more})


READY: dict[str, Any] = {
    "observedGeneration": 1,
    "replicas": 1,
    "updatedReplicas": 1,
    "availableReplicas": 1,
}


def _step(
    differing: Collection[ObjectId] = (),
    live: Mapping[ObjectId, SeenObject] | None = None,
    removable: Collection[ObjectId] = (),
    wanted: Collection[ObjectId] = ALL,
) -> ClusterStep:
    there = {one: _seen(one) for one in ALL} if live is None else live
    view = ClusterView(there, frozenset(differing))
    return next_step_on_cluster([_applied(one) for one in wanted], view, removable)


def test_what_is_led_to_is_applied_before_what_leads_there() -> None:
    left = list(ALL)
    order = []
    while left:
        step = _step(left)
        assert isinstance(step, ApplyTurn)
        order += [one.id for one in step.objects]
        left.remove(order[-1])

    assert order == list(ALL)
    assert _step() == RoundDone()


def test_nothing_leads_to_pods_that_are_not_ready() -> None:
    late = _seen(PODS, status={**READY, "availableReplicas": 0})
    step = _step([LANE, ROUTE], {**{one: _seen(one) for one in ALL}, PODS: late})

    assert isinstance(step, WaitFor)
    assert [str(one) for one, _ in step.waiting] == ["Deployment shop/cart"]


def _live_told() -> dict[str, Any]:
    conditions = [{"type": kind, "status": "True"} for kind in ("Ready", "Live")]
    return {"observedGeneration": 1, "conditions": conditions}


def test_a_lane_that_the_operator_has_not_seen_is_waited_for_where_one_is_at_work() -> None:
    live = {**{one: _seen(one) for one in ALL}, LANE: _seen(LANE, status={})}
    told = _live_told()
    other = ObjectId(LANE.group, LANE.kind, "", "v2")
    both = {**live, other: _seen(other, status=told)}

    assert isinstance(_step([ROUTE], live), ApplyTurn)
    assert isinstance(_step([ROUTE], both), WaitFor)
    late = _seen(LANE, status={**told, "observedGeneration": 0})
    assert isinstance(_step([ROUTE], {**both, LANE: late}), WaitFor)
    assert isinstance(_step([ROUTE], {**both, LANE: _seen(LANE, status=told)}), ApplyTurn)


def test_nothing_is_removed_before_all_that_is_wanted_is_there_and_well() -> None:
    assert isinstance(_step([ROUTE], removable=[PODS]), ApplyTurn)
    late = _seen(PODS, status={})
    live = {**{one: _seen(one) for one in ALL}, PODS: late}
    assert isinstance(_step((), live, [RULE]), WaitFor)


def test_what_leads_somewhere_is_removed_first_and_requests_end_before_the_rest_goes() -> None:
    live = {one: _seen(one) for one in ALL}
    order = []
    while isinstance(step := _step((), live, ALL, wanted=()), RemoveTurn):
        order.append((step.ids, step.drains))
        for one in step.ids:
            live.pop(one)

    assert step == RoundDone()
    assert [ids for ids, _ in order] == [(one,) for one in reversed(ALL)]
    assert [drains for _, drains in order] == [True, False, False, False, False]


def test_an_object_that_is_ending_is_waited_for() -> None:
    ending = _seen(ROUTE, metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"})

    assert isinstance(_step((), {ROUTE: ending, RULE: _seen(RULE)}, [ROUTE, RULE], ()), WaitFor)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"annotations": {"argocd.argoproj.io/tracking-id": "shop:x"}}, "Argo CD"),
        ({"managedFields": [{"manager": "argocd-controller"}]}, "Argo CD"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}}, "a Kustomization of Flux"),
        ({"labels": {"helm.toolkit.fluxcd.io/name": "shop"}}, "a HelmRelease of Flux"),
        ({"labels": {"app.kubernetes.io/instance": "shop"}}, ""),
        ({}, ""),
    ],
)
def test_who_else_keeps_an_object_is_seen(metadata: dict[str, Any], words: str) -> None:
    found = kept_by(SeenObject({"metadata": metadata}))

    assert found.startswith(words)
    assert bool(found) == bool(words)


@pytest.mark.parametrize(
    ("kind", "more", "health"),
    [
        ("Deployment", {}, "Healthy"),
        ("Deployment", {"spec": {"paused": True}}, "Suspended"),
        ("Deployment", {"status": {**READY, "observedGeneration": 0}}, "Progressing"),
        ("Deployment", {"status": {**READY, "updatedReplicas": 0}}, "Progressing"),
        ("Deployment", {"status": {**READY, "replicas": 2}}, "Progressing"),
        (
            "Deployment",
            {
                "status": {
                    "observedGeneration": 1,
                    "conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}],
                }
            },
            "Degraded",
        ),
        ("Service", {}, "Healthy"),
        ("Service", {"spec": {"type": "LoadBalancer"}}, "Progressing"),
        ("ASMSwimLane", {"status": {}}, "Progressing"),
        ("ASMSwimLaneGroup", {"status": {"error": "no"}}, "Degraded"),
        ("VirtualService", {}, None),
        ("VirtualService", {"metadata": {"deletionTimestamp": "now"}}, "Progressing"),
    ],
)
def test_health_is_what_an_object_says_of_itself(
    kind: str, more: dict[str, Any], health: str | None
) -> None:
    found = wellness_of(_seen(ObjectId("", kind, "shop", "cart"), **more))

    assert (found and found.health) == health


def test_where_nobody_tells_of_lanes_no_lane_has_a_health_and_none_is_waited_for() -> None:
    live = {one: _seen(one, status={}) for one in (LANE, ROUTE)}
    view = ClusterView(live, frozenset())

    assert view.wellness(LANE) is None
    assert _step([ROUTE], live, wanted=[LANE, ROUTE]) == ApplyTurn((_applied(ROUTE),))


def test_a_lane_without_pods_is_waited_for_by_nobody() -> None:
    told = {**_live_told(), "pods": {"ready": 0, "total": 0}}
    live = {LANE: _seen(LANE, status=told), ROUTE: _seen(ROUTE)}

    assert _step([ROUTE], live, wanted=[LANE, ROUTE]) == ApplyTurn((_applied(ROUTE),))


def test_no_load_balancer_is_waited_for() -> None:
    live = {SERVICE: _seen(SERVICE, spec={"type": "LoadBalancer"})}

    assert _step((), live, wanted=[SERVICE]) == RoundDone()


def test_two_states_are_alike_but_for_what_the_server_notes() -> None:
    one = {"metadata": {"name": "a", "resourceVersion": "1"}, "spec": {"b": 1}, "status": {}}
    other = {"metadata": {"name": "a", "resourceVersion": "2"}, "spec": {"b": 1}}

    assert is_alike(one, other)
    assert not is_alike(one, {**other, "spec": {"b": 2}})
    assert not is_alike(one, {**other, "metadata": {"name": "a", "labels": {"c": "d"}}})


def test_an_inventory_is_read_back_as_it_was_written() -> None:
    inventory = Inventory("repo main .", "c" * 40, frozenset(ALL))

    body = config_map("shop", "default", inventory)

    assert body["metadata"] == {
        "name": "laneway-sync-shop",
        "namespace": "default",
        "labels": {"app.kubernetes.io/managed-by": "laneway-sync"},
    }
    assert inventory_of(body) == inventory
    assert inventory_of({"data": {"objects": "torn"}}) == Inventory()
    assert inventory.with_ids([SERVICE]) == inventory
