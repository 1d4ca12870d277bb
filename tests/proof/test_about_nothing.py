"""What is not there proves nothing, and what a Service does not reach is not delivered."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from laneway.core.routing.proof.verdict import Proof
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
