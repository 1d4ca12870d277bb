"""Which object decides for a host: names beat wildcards, and what Istio refuses decides nothing."""

from __future__ import annotations

import pytest

from tests.laws import objects
from tests.laws.objects import Object
from tests.proof.shop import CART, against, proven, rendered, strict

WIDE: Object = objects.virtual_service(
    "wide",
    "default",
    ["*.default.svc.cluster.local"],
    http=[{"timeout": "3s", "route": [{"destination": {"host": CART}}]}],
)


def verdicts(mesh: list[Object]) -> dict[str, str]:
    return {claim.about: claim.verdict for claim in proven(mesh).claims}


PROVEN = {"isolated": "proven", "delivered": "proven"}
UNDECIDED = {"isolated": "undecided", "delivered": "undecided"}


def test_lane_routes_hold_beside_a_wildcard_of_the_mesh() -> None:
    assert proven([*strict(), WIDE]).scope.judged == "plan"
    assert verdicts([*strict(), WIDE]) == PROVEN


def test_a_way_into_lanes_by_a_host_that_is_no_service_is_listed() -> None:
    lamp = objects.virtual_service("lamp", "default", ["lamp.test"], http=WIDE["spec"]["http"])

    apart = proven([*strict(), WIDE, lamp]).apart
    told = [note.what for note in apart if "no service" in note.what]
    assert [what.partition(":")[0] for what in told] == ["calls to lamp.test, which is no service"]


def test_a_name_of_the_users_own_takes_a_lane_service() -> None:
    named = objects.virtual_service("named", "default", [CART], http=WIDE["spec"]["http"])

    assert verdicts([*strict(), named])["isolated"] == "counter-example"


def test_an_object_that_istio_refuses_decides_nothing_and_is_listed() -> None:
    star = objects.virtual_service("star", "default", ["*"], http=WIDE["spec"]["http"])
    proof = proven([*strict(), star])

    assert {claim.about: claim.verdict for claim in proof.claims} == PROVEN
    told = [note.what for note in proof.apart if "refuses" in note.what]
    assert [what.partition(" (")[0] for what in told] == [
        "VirtualService default/star: Istio refuses it"
    ]


def test_an_entry_is_delivered_from_the_namespace_its_gateway_admits() -> None:
    assert verdicts(_served(strict(), ["default/*"])) == PROVEN


def test_an_entry_that_stands_where_its_gateway_admits_nobody_is_not_delivered() -> None:
    mesh = strict()
    written = [*mesh, *rendered(mesh)]

    assert verdicts(_served(written, ["default/*"]))["delivered"] == "counter-example"


def test_an_entry_for_hosts_of_two_namespaces_is_not_delivered() -> None:
    found = against(proven(_served(strict(), ["team/a.test", "./b.test"])), "delivered")

    assert found.request.host == "a.test"


def _served(mesh: list[Object], hosts: list[str]) -> list[Object]:
    """Return a mesh whose gateway serves other hosts."""
    gateway = objects.gateway("ingressgateway", {"istio": "ingressgateway"}, 80, hosts)
    return [gateway, *(one for one in mesh if one["kind"] != "Gateway")]


def test_a_route_of_the_gateway_api_that_touches_a_lane_service_is_undecided() -> None:
    parent = {"group": "", "kind": "Service", "name": "cart"}

    assert verdicts([*strict(), _api_route(parent)]) == UNDECIDED
    assert verdicts([*strict(), _api_route({"name": "edge"}, "cart")]) == UNDECIDED


def test_a_route_of_the_gateway_api_that_touches_no_lane_leaves_the_proof_alone() -> None:
    parent = {"group": "", "kind": "Service", "name": "guest"}

    assert verdicts([*strict(), _api_route(parent)]) == PROVEN
    assert verdicts([*strict(), _api_route({"name": "edge"}, "guest")]) == PROVEN


def _api_route(parent: Object, backend: str = "other") -> Object:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "own", "namespace": "default"},
        "spec": {"parentRefs": [parent], "rules": [{"backendRefs": [{"name": backend}]}]},
    }


def test_a_pseudo_header_is_a_part_of_the_request() -> None:
    mesh = [*strict(), _entry({"headers": {":method": {"exact": "PUT"}}})]
    found = against(proven(mesh), "isolated")

    assert (found.request.method, found.request.headers) == ("PUT", (("x-user", "u2"),))


def test_a_condition_on_the_authority_sees_a_port() -> None:
    mesh = [*strict(), _entry({"authority": {"regex": ".*:81"}})]
    found = against(proven(mesh), "isolated")

    assert found.request.host.endswith(":81")


def _entry(match: Object) -> Object:
    """Return a route at the gateway that leads whom it takes into the first lane."""
    asked = {"uri": {"prefix": "/api"}, **match}
    return objects.virtual_service(
        "entry",
        "istio-system",
        ["*"],
        gateways=["ingressgateway"],
        http=[{"match": [asked], "route": [{"destination": {"host": CART, "subset": "s1"}}]}],
    )


@pytest.mark.parametrize("last", [{"uri": {"prefix": "/api"}}, {}])
def test_an_entry_for_a_wildcard_that_may_not_bind_changes_no_order(last: Object) -> None:
    mesh = strict()
    for one in mesh:
        if one["kind"] == "Gateway":
            one["spec"]["servers"][0]["hosts"] = ["./a.shop.test", "default/*.shop.test"]
        if one["kind"] == "ASMSwimLane":
            one["spec"]["ingressRules"][0]["hosts"] = ["a.shop.test"]
            if one["metadata"]["name"] == "s2":
                one["spec"]["ingressRules"][0]["match"] = last
    port = {"port": 80, "name": "http", "protocol": "TCP"}
    gateway = {"name": "ingressgateway", "namespace": "istio-system", "type": "ASM"}
    match = {"headers": {"x-team": {"exact": "yes"}}}
    route = {"destination": {"host": objects.host_of("pay", "default")}}
    rule = {"name": "r", "online": True, "hosts": ["*.shop.test"], "match": match, "route": route}
    mesh += [
        objects.service("pay", "default", [port], cluster_ip="10.0.0.9"),
        objects.deployment("pay-v1", "default", {"app": "pay", "version": "v1"}),
        objects.lane_group("team", [objects.reference("pay", "default")], {"gateway": gateway}),
        objects.lane("t1", "team", {"version": "v1"}, ingressRules=[rule]),
    ]

    assert verdicts(mesh)["isolated"] == "proven"
