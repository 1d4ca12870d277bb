"""Who calls, and whose calls cannot be judged."""

from __future__ import annotations

from functools import partial

import pytest

from laneway.core.mesh.link import link
from laneway.core.proof.prove import prove
from tests.laws import objects
from tests.laws.compiling import snapshot_of_mesh
from tests.laws.objects import Object
from tests.proof.shop import CART, ORDER, against, proof_of, proven, routes, strict

TO_ANY: Object = {"route": [{"destination": {"host": ORDER}}]}
NETWORKING = "networking.istio.io/v1"


def in_front(match: Object, subset: str = "") -> Object:
    """Return a route for a match that leads to any pod, or to a subset."""
    destination = {"host": ORDER, "subset": subset} if subset else {"host": ORDER}
    return {"match": [match], "route": [{"destination": destination}]}


@pytest.mark.parametrize("hidden", [True, False])
def test_a_namespace_that_only_routes_name_has_callers(hidden: bool) -> None:  # noqa: FBT001 - a case
    private = objects.virtual_service("mine", "elsewhere", [ORDER], exportTo=["."], http=[TO_ANY])
    asked = in_front({"sourceNamespace": "elsewhere"})

    proof = (
        proof_of(strict(), more=[private])
        if hidden
        else proof_of(strict(), lambda out: routes(out, ORDER).insert(0, asked))
    )

    who = against(proof, "isolated").spot.who
    assert who is not None
    assert who.caller.namespace == "elsewhere"


@pytest.mark.parametrize(("subset", "lanes"), [("", 0), ("s1", 1)])
def test_without_known_pods_a_pod_may_wear_what_a_route_asks_for(subset: str, lanes: int) -> None:
    mesh = [one for one in strict() if one["kind"] != "Deployment"]
    route = in_front({"sourceLabels": {"app": "batch"}}, subset)

    found = against(proof_of(mesh, lambda out: routes(out, ORDER).insert(0, route)), "isolated")

    assert found.spot.who is not None
    worn = dict(found.spot.who.caller.labels)
    assert worn["app"] == "batch"
    assert len(worn) == lanes + 1


def test_one_breach_that_age_does_not_change_is_told_once() -> None:
    private = objects.virtual_service("mine", "elsewhere", [ORDER], exportTo=["."], http=[TO_ANY])

    claim = proof_of(strict(), more=[private]).claims[0]

    assert [one.order for one in claim.against] == [""]


def _sidecar(*egress: Object) -> Object:
    meta = objects.head("narrow", "clients")
    spec = {"egress": list(egress)}
    return {"apiVersion": NETWORKING, "kind": "Sidecar", "metadata": meta, "spec": spec}


ALL: Object = {"hosts": ["*/*"]}


@pytest.mark.parametrize(
    ("egress", "verdict"),
    [
        ([{"port": {"number": 9080}, "hosts": ["*/*"]}], "undecided"),
        ([{"port": {"number": 80}, "hosts": ["clients/*"]}, ALL], "undecided"),
        ([{"port": {"number": 9080}, "hosts": ["clients/*"]}, ALL], "proven"),
        ([{"port": {"number": 80}, "hosts": ["default/*"]}], "proven"),
    ],
)
def test_a_listener_of_a_sidecar_shows_its_own_port_alone(
    egress: list[Object], verdict: str
) -> None:
    assert proof_of(strict(), more=[_sidecar(*egress)]).verdict == verdict


@pytest.mark.parametrize(("imported", "lost"), [(CART, ORDER), (ORDER, CART)])
def test_services_alike_are_told_apart_by_what_a_sidecar_imports_for_all_ports(
    imported: str, lost: str
) -> None:
    mesh = strict()
    for one in mesh:
        if one["kind"] == "Service":
            one["spec"]["ports"].append({"port": 81, "name": "http-too", "protocol": "TCP"})
    first = {"port": {"number": 80}, "hosts": ["default/*"]}
    narrow = _sidecar(first, {"hosts": [f"default/{imported}"]})

    proof = proof_of(mesh, *(partial(_cross, host) for host in (ORDER, CART)), more=[narrow])

    found = [one for claim in proof.claims for one in claim.against if one.spot.who is not None]
    assert [(one.broken, one.spot.host, one.spot.port) for one in found] == [
        ("delivered", lost, 80)
    ]
    assert found[0].why == f"Sidecar clients/narrow imports no port 81 of {lost}"


def _cross(host: str, out: list[Object]) -> None:
    """Lead callers of namespace clients from port 80 of a service to another of its ports."""
    to = {"host": host, "port": {"number": 81}, "subset": "s1"}
    asked = {"port": 80, "sourceNamespace": "clients"}
    routes(out, host).insert(0, {"match": [asked], "route": [{"destination": to}]})


def test_what_hides_a_service_is_blamed_where_a_wildcard_speaks_for_it() -> None:
    wide = objects.virtual_service("wide", "istio-system", ["*.default.svc.cluster.local"])
    wide["spec"]["http"] = [TO_ANY]
    narrow = _sidecar({"hosts": ["istio-system/*"]})
    wearing = objects.deployment("visitor", "clients", {"app": "visitor", "version": "v1"})

    proof = prove(link(snapshot_of_mesh([*strict(), wearing, wide, narrow])))

    found = [one for claim in proof.claims for one in claim.against if one.spot.who is not None]
    assert {one.rule.origin.ref.name for one in found if one.rule is not None} == {"wide", "narrow"}
    assert {one.place.source.path for one in found if one.place} == {f"{len(strict()) + 2:04}.yaml"}


@pytest.mark.parametrize("wide", ["*.local", "*.default.svc.cluster.local"])
def test_the_rule_of_the_narrowest_host_is_blamed_for_a_hidden_subset(wide: str) -> None:
    rules = [
        objects.destination_rule("wide", "clients", wide),
        objects.destination_rule("exact", "default", ORDER, exportTo=["clients"]),
    ]

    proof = prove(link(snapshot_of_mesh([*strict(), *rules])))

    found = [one for claim in proof.claims for one in claim.against if one.place is not None]
    assert found
    assert {one.place.source.path for one in found if one.place} == {f"{len(strict()) + 1:04}.yaml"}


def test_a_rule_of_a_namespace_where_nobody_looks_is_not_blamed() -> None:
    rules = [
        objects.destination_rule("far", "clients", ORDER, subsets=[{"name": "s1", "labels": {}}]),
        objects.destination_rule("near", "default", ORDER, exportTo=["."]),
        objects.deployment("visitor", "elsewhere", {"app": "visitor"}),
    ]

    proof = prove(link(snapshot_of_mesh([*strict(), *rules])))

    callers = [(one.spot.who, one.place) for claim in proof.claims for one in claim.against]
    found = [place for who, place in callers if who and who.caller.namespace == "elsewhere"]
    assert found
    assert {place.source.path for place in found if place} == {f"{len(strict()) + 1:04}.yaml"}


def test_of_rules_that_merge_the_one_that_declares_the_subset_is_blamed() -> None:
    other = [{"name": "s1", "labels": {"version": "v2"}}, {"name": "s2", "labels": {}}]
    rules = [
        objects.destination_rule("plain", "clients", ORDER),
        objects.destination_rule("other", "clients", ORDER, subsets=other),
    ]

    proof = prove(link(snapshot_of_mesh([*strict(), *rules])))

    found = [one for claim in proof.claims for one in claim.against if one.place is not None]
    assert found
    assert {one.place.source.path for one in found if one.place} == {f"{len(strict()) + 1:04}.yaml"}


def _narrow(name: str, app: Object, day: int = 0, **subsets: str) -> Object:
    """Return a DestinationRule for some callers, with subsets by the version they select."""
    declared = [{"name": one, "labels": {"version": version}} for one, version in subsets.items()]
    spec: Object = {"workloadSelector": {"matchLabels": app}, "subsets": declared}
    found = objects.destination_rule(name, "default", ORDER, **spec)
    if day:
        found["metadata"]["creationTimestamp"] = f"2026-01-0{day}T00:00:00Z"
    return found


def test_a_destination_rule_for_some_workloads_hides_all_others_from_them() -> None:
    found = against(proven([*strict(), _narrow("narrow", {"app": "cart"})]), "delivered")

    assert f"see declares subset s1 of {ORDER}" in found.why
    assert "callers in namespace default with app=cart" in found.why
    assert found.place is not None
    assert found.place.source.path == f"{len(strict()):04}.yaml"


@pytest.mark.parametrize(("app", "s1"), [("nobody", "v2"), ("cart", "v1")])
def test_one_that_selects_nobody_or_says_the_same_breaks_nothing(app: str, s1: str) -> None:
    proof = proof_of(strict(), more=[_narrow("narrow", {"app": app}, s1=s1, s2="v2")])

    assert (proof.verdict, proof.doubts) == ("proven", ())


def test_one_that_leads_its_callers_elsewhere_is_a_counter_example() -> None:
    swapped = _narrow("narrow", {"app": "cart"}, s1="v2", s2="v1")

    found = against(proof_of(strict(), more=[swapped]), "isolated")

    assert found.spot.who is not None
    assert ("app", "cart") in found.spot.who.caller.labels


@pytest.mark.parametrize(
    ("days", "order"),
    [((1, 2), None), ((2, 1), ""), ((0, 0), "default/bad before default/good")],
)
def test_of_two_for_one_caller_the_older_counts_if_it_is_known(
    days: tuple[int, int], order: str | None
) -> None:
    good = _narrow("good", {"app": "cart"}, days[0], s1="v1", s2="v2")
    bad = _narrow("bad", {"app": "cart", "version": "v1"}, days[1], s1="v2", s2="v2")

    proof = proof_of(strict(), more=[good, bad])

    if order is None:
        assert proof.verdict == "proven"
    else:
        assert order in against(proof, "isolated").order


def test_of_one_second_the_lower_name_counts() -> None:
    good = _narrow("a", {"app": "cart"}, 1, s1="v1", s2="v2")
    bad = _narrow("a-b", {"app": "cart", "version": "v1"}, 1, s1="v2", s2="v2")

    assert proof_of(strict(), more=[bad, good]).verdict == "proven"


def test_two_that_no_pod_carries_at_once_need_no_age() -> None:
    one = _narrow("one", {"app": "cart"}, s1="v1", s2="v2")
    other = _narrow("other", {"app": "order"}, s1="v1", s2="v2", s3="v3")

    assert proof_of(strict(), more=[one, other]).verdict == "proven"


def test_whether_one_is_for_a_gateway_of_which_little_is_known_is_undecided() -> None:
    rule = _narrow("narrow", {"app": "gateway"})
    rule["metadata"]["namespace"] = "istio-system"
    rule["spec"]["host"] = CART
    other = {**rule, "spec": {**rule["spec"], "workloadSelector": {"matchLabels": {"istio": "x"}}}}

    doubts = [one.why for one in proof_of(strict(), more=[rule]).doubts]

    assert doubts == [
        "whether DestinationRule istio-system/narrow is for the pods of a gateway is not known"
    ]
    claims = proof_of(strict(), more=[other]).claims
    assert any(one.spot.gateway for claim in claims for one in claim.against)


@pytest.mark.parametrize("host", ["order.default", "order.default.svc", f"{ORDER}.", "10.0.0.2"])
def test_a_virtual_service_for_another_spelling_of_a_service_is_named(host: str) -> None:
    aside = objects.virtual_service("aside", "clients", [host], http=[TO_ANY])

    proof = proof_of(strict(), more=[aside])

    assert proof.verdict == "undecided"
    assert any(f"default.svc.cluster.local that spell it {host}" in one.why for one in proof.doubts)


def test_a_tcp_route_by_address_is_undecided() -> None:
    mesh = strict()
    for one in mesh:
        if one["kind"] == "Service" and one["metadata"]["name"] == "order":
            one["spec"]["ports"] = [{"port": 80, "name": "tcp", "protocol": "TCP"}]

    def narrow(out: list[Object]) -> None:
        spec = next(one["spec"] for one in out if ORDER in one["spec"].get("hosts", ()))
        for route in spec["tcp"]:
            route["match"] = [{"destinationSubnets": ["10.9.0.0/16"]}]

    assert proof_of(mesh).verdict == "proven"
    assert proof_of(mesh, narrow).verdict == "undecided"


def test_a_gateway_behind_tls_is_said_to_be_left_out() -> None:
    mesh = strict()
    server: Object = {"port": {"number": 443, "name": "https", "protocol": "HTTPS"}}
    next(one for one in mesh if one["kind"] == "Gateway")["spec"]["servers"] = [
        server | {"tls": {"mode": "SIMPLE", "credentialName": "shop"}, "hosts": ["*"]}
    ]

    told = [note.what for note in proof_of(mesh).apart]

    assert (
        "port 443 of gateway istio-system/ingressgateway: routes behind HTTPS are not looked at"
        in (told)
    )


def test_a_wildcard_takes_no_service_that_another_object_names() -> None:
    wide = objects.virtual_service("a-wide", "default", ["*.svc.cluster.local"], http=[TO_ANY])

    assert proof_of(strict(), more=[wide]).verdict == "proven"
    assert against(proof_of(strict(), _without_order, more=[wide]), "isolated").rule is not None


def test_the_letter_case_of_a_host_makes_no_difference() -> None:
    aloud = objects.virtual_service("a-loud", "default", ["Order"], http=[TO_ANY])

    assert against(proof_of(strict(), more=[aloud]), "isolated").rule is not None


def _without_order(found: list[Object]) -> None:
    found[:] = [one for one in found if ORDER not in one["spec"].get("hosts", ())]
