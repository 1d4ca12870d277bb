"""What is not there proves nothing, and what a Service does not reach is not delivered."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from laneway.core.proof.verdict import Proof
from tests.laws import objects
from tests.laws.objects import Object
from tests.proof.shop import CART, ORDER, against, permissive, proof_of, proven, strict

UNDECIDED = {"isolated": "undecided", "delivered": "undecided"}


def verdicts(proof: Proof) -> dict[str, str]:
    return {claim.about: claim.verdict for claim in proof.claims}


def of_kind(mesh: list[Object], kind: str) -> list[Object]:
    return [one for one in mesh if one["kind"] == kind]


def changed(mesh: list[Object], kind: str, change: Callable[[Object], object]) -> list[Object]:
    """Return a mesh whose objects of a kind are changed."""
    own: list[Object] = json.loads(json.dumps(mesh))
    for one in of_kind(own, kind):
        change(one)
    return own


def misspelled(*places: int) -> Callable[[Object], object]:
    def change(group: Object) -> None:
        for place in places:
            group["spec"]["services"][place]["name"] += "x"

    return change


def containers(ports: list[Object]) -> Callable[[Object], object]:
    def change(workload: Object) -> None:
        workload["spec"]["template"]["spec"] = {"containers": [{"name": "app", "ports": ports}]}

    return change


def leading(target: int | str) -> Callable[[Object], object]:
    return lambda service: service["spec"]["ports"][0].update(targetPort=target)


@pytest.mark.parametrize("places", [(0,), (0, 1)])
def test_a_service_that_is_not_there_leaves_it_open(places: tuple[int, ...]) -> None:
    proof = proven(changed(strict(), "ASMSwimLaneGroup", misspelled(*places)))

    assert verdicts(proof)["isolated"] == "undecided"
    assert proof.verdict in {"undecided", "counter-example"}
    assert proof.scope.services == 2 - len(places)
    assert sum("is not in the input" in doubt.why for doubt in proof.doubts) == len(places)


def test_a_group_without_services_promises_nothing() -> None:
    proof = proven(
        changed(strict(), "ASMSwimLaneGroup", lambda one: one["spec"].update(services=[]))
    )

    assert verdicts(proof)["isolated"] == "undecided"
    assert [doubt.why for doubt in proof.doubts] == [
        "group shop names no service, so its lanes promise nothing"
    ]


def test_where_nobody_has_a_sidecar_no_call_is_proven() -> None:
    namespaces: list[Object] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        for name in ("default", "clients")
        for labels in ({"istio-injection": "disabled"},)
    ]
    proof = proven([*strict(), *namespaces])

    assert (verdicts(proof), proof.scope.callers) == (UNDECIDED, 0)
    assert "no pod in the input has a sidecar" in proof.doubts[0].why


@pytest.mark.parametrize("mesh", [strict(), permissive()])
def test_a_selector_nobody_carries_is_not_delivered(mesh: list[Object]) -> None:
    def break_order(service: Object) -> None:
        if service["metadata"]["name"] == "order":
            service["spec"]["selector"] = {"app": "orders"}

    for proof in (
        proven(changed(mesh, "Service", break_order)),
        proof_of(changed(mesh, "Service", break_order)),
    ):
        found = against(proof, "delivered")
        assert (found.spot.host, found.spot.gateway) == (ORDER, None)
        assert found.why == f"no pod in the input carries what the selector of {ORDER} asks for"
        assert {one.spot.host for one in proof.claims[1].against} == {ORDER}


@pytest.mark.parametrize("mesh", [strict(), permissive()])
def test_a_port_by_a_name_no_container_has_is_not_delivered(mesh: list[Object]) -> None:
    named = changed(mesh, "Deployment", containers([{"name": "web", "containerPort": 80}]))

    assert proven(changed(named, "Service", leading("web"))).verdict == "proven"
    found = against(proven(changed(named, "Service", leading("wbe"))), "delivered")
    assert found.wants[0].host == CART
    assert found.why.endswith("has a port called wbe, to which it leads")


def test_a_number_no_container_opens_leaves_open_whether_it_is_delivered() -> None:
    named = changed(strict(), "Deployment", containers([{"containerPort": 80}]))
    proof = proven(changed(named, "Service", leading(8080)))

    assert verdicts(proof) == {"isolated": "proven", "delivered": "undecided"}
    assert all("whether a program listens on 8080" in doubt.why for doubt in proof.doubts)
    assert proven(changed(strict(), "Service", leading(8080))).verdict == "proven"


def test_a_name_where_containers_name_no_ports_leaves_it_open() -> None:
    proof = proven(changed(strict(), "Service", leading("web")))

    assert verdicts(proof) == {"isolated": "proven", "delivered": "undecided"}
    assert all("which port is called web" in doubt.why for doubt in proof.doubts)


def gateway_left(change: Callable[[Object], object]) -> list[Object]:
    """Return the shop with its gateway changed, beside another one that is whole."""
    other = objects.gateway("other", {"istio": "other"}, 80, ["*"])
    return [*changed(strict(), "Gateway", change), other]


def server(protocol: str, **more: object) -> Callable[[Object], object]:
    port = {"number": 443, "name": "in", "protocol": protocol}
    return lambda one: one["spec"].update(servers=[{"port": port, "hosts": ["*"], **more}])


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (lambda one: one["metadata"].update(name="elsewhere"), "is not in the input"),
        (lambda one: one["spec"].update(servers=[]), "is refused by Istio (it has no server)"),
        (server("TCP"), "has no HTTP server, and routes behind TCP are not looked at"),
        (
            server("HTTPS", tls={"mode": "PASSTHROUGH"}),
            "has no HTTP server, and routes behind HTTPS are not looked at",
        ),
    ],
)
def test_an_entry_that_no_gateway_opens_is_not_delivered(
    change: Callable[[Object], object], flaw: str
) -> None:
    mesh = gateway_left(change)
    proof = proven(mesh)

    assert verdicts(proof) == {"isolated": "proven", "delivered": "undecided"}
    gateway = "gateway istio-system/ingressgateway"
    assert [doubt.why for doubt in proof.doubts] == [
        f"no request enters group shop to be judged: {gateway} {flaw}"
    ]
    assert verdicts(proof_of(mesh))["delivered"] == "undecided"


def test_who_asks_for_no_entry_misses_none() -> None:
    def enter_nowhere(lane: Object) -> None:
        lane["spec"]["ingressRules"] = []

    mesh = gateway_left(lambda one: one["metadata"].update(name="elsewhere"))

    assert proven(gateway_left(lambda _: None)).verdict == "proven"
    assert proven(changed(mesh, "ASMSwimLane", enter_nowhere)).verdict == "proven"


def test_where_no_gateway_is_known_one_is_taken_to_be_open() -> None:
    mesh = [one for one in strict() if one["kind"] != "Gateway"]

    assert proven(mesh).verdict == proof_of(mesh).verdict == "proven"


@pytest.mark.parametrize(
    ("spec", "flaw"),
    [
        ({"ports": []}, "has no port the mesh can route"),
        ({"selector": {}}, "selects no pods by labels (no selector)"),
        (
            {"type": "ExternalName", "externalName": "cart.test"},
            "selects no pods by labels (type ExternalName)",
        ),
    ],
)
def test_a_service_the_mesh_cannot_route_leaves_it_open(spec: Object, flaw: str) -> None:
    def break_order(service: Object) -> None:
        if service["metadata"]["name"] == "order":
            service["spec"].update(spec)

    proof = proven(changed(strict(), "Service", break_order))

    assert (verdicts(proof), proof.scope.services) == (UNDECIDED, 1)
    why = f"service default/order of group shop {flaw}, so no request to it is judged"
    assert [doubt.why for doubt in proof.doubts] == [why]


def without_pods(*names: str) -> Callable[[Object], object]:
    def scale(workload: Object) -> None:
        if workload["metadata"]["name"] in names:
            workload["spec"]["replicas"] = 0

    return scale


@pytest.mark.parametrize(
    ("mesh", "gone", "said"),
    [
        (strict(), ["cart-v2"], ["lane s2 has no pod of default/cart: its requests get 503 there"]),
        (
            strict(),
            ["cart-v2", "order-v2"],
            ["lane s2 has no pod of default/cart, default/order: its requests get 503 there"],
        ),
        (
            permissive(),
            ["order-v1"],
            ["lane s1 has no pod of default/order: requests of s1, s2 get 503 there"],
        ),
        (permissive(), ["cart-v2"], []),
        (strict(), [], []),
    ],
)
def test_a_lane_without_pods_is_listed_beside_the_verdict(
    mesh: list[Object], gone: list[str], said: list[str]
) -> None:
    proof = proven(changed(mesh, "Deployment", without_pods(*gone)))

    assert proof.verdict == "proven"
    assert [note.what for note in proof.apart if "503" in note.what] == said


def test_callers_that_a_filter_hides_have_a_sidecar_all_the_same() -> None:
    hiding = {
        "apiVersion": "networking.istio.io/v1alpha3",
        "kind": "EnvoyFilter",
        "metadata": {"name": "any", "namespace": "istio-system"},
        "spec": {"configPatches": [{"applyTo": "CLUSTER"}]},
    }
    proof = proven([*strict(), hiding])

    assert (verdicts(proof), proof.scope.callers) == (UNDECIDED, 0)
    assert [doubt.why for doubt in proof.doubts] == [
        "EnvoyFilter istio-system/any may change requests and routes in any way"
    ]
