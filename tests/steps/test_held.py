"""Objects of an API server: little of each is kept, and what did not change is the very same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from laneway.core.compile import compile_snapshot
from laneway.core.keeping.ground import ClusterGround
from laneway.core.keeping.held import Held, Shared, read_again, read_held, read_pod_held
from laneway.core.keeping.presence import LEAVING, Presence, believed
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.lanes.swim_lanes import Lane
from laneway.core.resources.meta import Ref

CARD = Ref("Pod", "shop", "cart-1")


def pod(name: str = "cart-1", *, ready: bool = True, tag: str = "v1", **head: Any) -> bytes:
    proxy = {"name": "istio-proxy", "image": "proxyv2", "args": ["proxy", "sidecar"], "env": []}
    program = {
        "name": "cart",
        "image": "cart:1",
        "env": [{"name": "PORT", "value": "8000"}, {"name": "IP", "valueFrom": {"fieldRef": {}}}],
        "ports": [{"name": "http", "containerPort": 8000}],
        "resources": {"limits": {"cpu": "1"}},
    }
    body = {
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"uid-{name}",
            "resourceVersion": "7",
            "labels": {"app": "cart", "version": tag},
            "annotations": {"huge": "x" * 5000, "sidecar.istio.io/inject": "true"},
            "managedFields": [{"manager": "kubelet"}],
            "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "cart", "controller": True}
            ],
            **head,
        },
        "spec": {"containers": [program, proxy], "volumes": [{"name": "token"}]},
        "status": {
            "podIP": "10.0.0.1",
            "conditions": [{"type": "Ready", "status": str(ready)}],
        },
    }
    return json.dumps(body).encode()


def held_pod(raw: bytes, shared: Shared | None = None) -> Workload:
    found = read_pod_held(raw, shared or Shared()).resource
    assert isinstance(found, Workload)
    return found


def test_a_pod_says_what_decides_and_no_more() -> None:
    found = held_pod(pod())

    assert (found.meta.ref, found.ready, found.pod_ip) == (CARD, 1, "10.0.0.1")
    assert found.annotations == {"sidecar.istio.io/inject": "true"}
    assert found.meta.owner == Ref("ReplicaSet", "shop", "cart")
    program, proxy = found.containers
    assert (program.ports, program.environment) == ((("http", 8000),), (("PORT", "8000"),))
    assert (proxy.name, proxy.image, proxy.args) == ("istio-proxy", "", ())
    assert found.meta.raw == {}


def test_a_pod_reads_as_the_same_from_a_file_but_for_what_is_left_out() -> None:
    body = json.loads(pod()) | {"apiVersion": "v1", "kind": "Pod"}
    whole = read_held(json.dumps(body).encode(), Shared()).resource
    assert isinstance(whole, Workload)

    some = held_pod(pod())

    kept = ("labels", "ready", "pod_ip", "host_network", "serves", "replicas")
    assert all(getattr(whole, name) == getattr(some, name) for name in kept)
    assert whole.meta.owner == some.meta.owner


def test_a_pod_on_its_way_out_is_not_ready() -> None:
    assert held_pod(pod(deletionTimestamp="2026-01-01T00:00:00Z")).ready == 0


def test_pods_that_are_alike_share_what_they_have_in_common() -> None:
    shared = Shared()

    first, second = held_pod(pod("cart-1"), shared), held_pod(pod("cart-2"), shared)

    assert first.containers is second.containers
    assert first.labels is second.labels
    assert first.meta.owner is second.meta.owner


def lane(**spec: Any) -> bytes:
    body = {
        "apiVersion": "istio.alibabacloud.com/v1",
        "kind": "ASMSwimLane",
        "metadata": {
            "name": "s1",
            "uid": "u1",
            "generation": 3,
            "resourceVersion": "9",
            "labels": {"swimlane-group": "shop"},
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
        },
        "spec": {"labelSelector": {"version": "v1"}, **spec},
        "status": {"weight": 4},
    }
    return json.dumps(body).encode()


def test_a_lane_keeps_its_status_and_its_generation_beside_what_is_meant() -> None:
    found = read_held(lane(), Shared())

    assert (found.uid, found.generation, found.status) == ("u1", 3, {"weight": 4})
    assert found.resource is not None
    assert found.resource.meta.annotations == {}


def test_an_unknown_field_of_a_lane_is_told() -> None:
    assert [one.code.id for one in read_held(lane(lableSelector={}), Shared()).findings] != []


def test_an_object_of_a_list_is_read_without_its_kind() -> None:
    raw = json.dumps({"metadata": {"name": "shop"}}).encode()

    found = read_held(raw, Shared(), "v1", "Namespace").resource

    assert found is not None
    assert found.meta.ref == Ref("Namespace", "", "shop")


def test_an_object_that_says_the_same_is_the_very_same() -> None:
    ground, shared = ClusterGround(), Shared()
    ground.take("Lane", [read_held(lane(), shared)])
    first = ground.snapshot

    newer = json.loads(lane())
    newer["metadata"]["resourceVersion"] = "10"
    newer["status"] = {"weight": 5}
    ground.take("Lane", [read_held(json.dumps(newer).encode(), shared)])

    assert ground.snapshot is first


def test_of_a_lane_whose_status_alone_is_another_nothing_else_is_read_again() -> None:
    before = read_held(lane(), Shared())
    told = json.loads(lane()) | {"status": {"weight": 5}}

    again = read_again(json.dumps(told).encode(), before)

    assert again is not None
    assert again.resource is before.resource
    assert again.status == {"weight": 5}


@pytest.mark.parametrize("edit", [{"generation": 4}, {"uid": "another"}, {"labels": {}}])
def test_a_lane_that_may_say_something_else_is_read(edit: dict[str, Any]) -> None:
    told = json.loads(lane())
    told["metadata"] |= edit

    assert read_again(json.dumps(told).encode(), read_held(lane(), Shared())) is None


def test_an_edit_of_one_kind_leaves_the_others_the_very_same() -> None:
    ground, shared = ClusterGround(), Shared()
    ground.take("Pod", [read_pod_held(pod(name), shared) for name in ("b", "a", "c")])
    ground.take("Lane", [read_held(lane(), shared)])
    first = ground.snapshot

    ready = {"a": True, "b": False, "c": True}
    pods = [read_pod_held(pod(name, ready=one), shared) for name, one in ready.items()]
    ground.take("Pod", pods)
    second = ground.snapshot

    assert second.by_kind[Lane] is first.by_kind[Lane]
    both = zip(second.resources, first.resources, strict=True)
    assert [one.meta.name for one, old in both if one is not old] == ["b"]
    assert second == Snapshot.of(second.resources)


def test_order_of_arrival_does_not_matter() -> None:
    shared = Shared()
    pods = [read_pod_held(pod(f"cart-{number}"), shared) for number in range(4)]
    one, other = ClusterGround(), ClusterGround()

    one.take("Pod", pods)
    one.take("Lane", [read_held(lane(), shared)])
    other.take("Lane", [read_held(lane(), shared)])
    other.take("Pod", reversed(pods))

    assert one.snapshot.resources == other.snapshot.resources
    assert [type(each) for each in one.snapshot.by_kind] == [
        type(e) for e in other.snapshot.by_kind
    ]


def test_what_cannot_be_read_holds_every_group() -> None:
    ground = ClusterGround()
    ground.take("Lane", [Held(None, (), is_lost=True)])

    assert not compile_snapshot(ground.snapshot).is_whole


# presence


def seen(*raws: bytes) -> list[Workload]:
    return [held_pod(raw) for raw in raws]


def test_a_pod_that_comes_counts_at_once() -> None:
    found = believed(Presence(), seen(pod(ready=False)), 0.0)
    found = believed(found, seen(pod(ready=True)), 1.0)

    assert (found.pods[CARD].ready, found.gone, found.wake_at) == (1, {}, None)


def test_a_pod_that_goes_counts_until_it_is_gone_for_a_while() -> None:
    there = believed(Presence(), seen(pod()), 0.0)

    first = believed(there, [], 10.0)
    assert first.pods == there.pods
    assert first.wake_at == 10.0 + LEAVING
    assert believed(first, [], 10.0 + LEAVING).pods == {}


def test_a_pod_that_blinks_is_the_very_same() -> None:
    there = believed(Presence(), seen(pod()), 0.0)

    blinking = believed(there, seen(pod(ready=False)), 10.0)
    assert blinking.pods[CARD] is there.pods[CARD]
    assert believed(blinking, seen(pod()), 10.5).gone == {}


def test_a_pod_that_is_not_ready_for_a_while_is_believed_so() -> None:
    there = believed(Presence(), seen(pod()), 0.0)
    blinking = believed(there, seen(pod(ready=False)), 10.0)

    assert believed(blinking, seen(pod(ready=False)), 11.5).pods[CARD].ready == 0


def test_a_pod_with_other_labels_is_another_one() -> None:
    there = believed(Presence(), seen(pod()), 0.0)

    relabeled = believed(there, seen(pod(ready=False, tag="v2")), 10.0)

    assert (relabeled.pods[CARD].labels["version"], relabeled.pods[CARD].ready) == ("v2", 0)
