"""What Istio's own code makes of small meshes, and that the oracle is a good witness of it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.agree.envoy_matching import Request
from tests.agree.istio_proxy import (
    NO_CLUSTER,
    NO_ENDPOINT,
    NO_ROUTE,
    ORIGINAL_DESTINATION,
    Arrival,
    IstioProxy,
)
from tests.agree.oracle import Oracle, Workload
from tests.agree.piped import UntranslatableError
from tests.agree.small_mesh import INGRESS, SmallMesh, to
from tests.laws.objects import Object, destination_rule, gateway, host_of, virtual_service

pytestmark = pytest.mark.engine

V1 = "10.244.0.1:8000"
V2 = "10.244.0.2:8000"
TO_V2_FROM_V2 = {"match": [{"sourceLabels": {"version": "v2"}}], "route": [to("mocka", "v2")]}
TO_V1 = {"route": [to("mocka", "v1")]}


@pytest.fixture
def mesh() -> SmallMesh:
    """Return a mesh of one service: `mocka-v1` has the first address, `mocka-v2` the second."""
    found = SmallMesh()
    found.service("mocka")
    found.versions("mocka", "v1", "v2")
    return found


def ends(proxy: IstioProxy, authority: str = "mocka", port: int = 8000, path: str = "/") -> object:
    """Return the endpoints of the only end of a request, or the only end itself."""
    (only,) = proxy.arrivals(proxy.http(Request(authority, path), port))
    return set(only.endpoints) or only


def entry(*http: Object) -> list[Object]:
    """Return a gateway for any host and an entry VirtualService."""
    return [
        gateway("gateway", INGRESS, 80, ["*"]),
        virtual_service("entry", "default", ["*"], gateways=["istio-system/gateway"], http=[*http]),
    ]


def test_a_route_for_other_callers_is_not_in_a_proxys_table(
    oracle: Oracle, mesh: SmallMesh
) -> None:
    mesh.routes("mocka", TO_V2_FROM_V2, TO_V1)
    proxies = mesh.translated(oracle).proxies
    assert ends(proxies["default/mocka-v2"]) == {V2}
    assert ends(proxies["default/mocka-v1"]) == {V1}


def test_without_a_last_route_a_caller_nobody_names_reaches_all_pods(
    oracle: Oracle, mesh: SmallMesh
) -> None:
    mesh.routes("mocka", TO_V2_FROM_V2)
    proxies = mesh.translated(oracle).proxies
    assert ends(proxies["default/mocka-v1"]) == {V1, V2}


def test_source_labels_beside_gateways_are_not_looked_at(oracle: Oracle, mesh: SmallMesh) -> None:
    match = {"sourceLabels": {"version": "v2"}, "gateways": ["mesh"]}
    mesh.routes("mocka", {"match": [match], "route": [to("mocka", "v2")]}, TO_V1)
    proxies = mesh.translated(oracle).proxies
    assert ends(proxies["default/mocka-v1"]) == {V2}


def test_a_sole_destination_of_weight_zero_gets_everything(oracle: Oracle, mesh: SmallMesh) -> None:
    mesh.routes("mocka", {"route": [{**to("mocka", "v2"), "weight": 0}]})
    assert ends(mesh.translated(oracle).proxies["default/mocka-v1"]) == {V2}


def test_weights_are_a_ratio_and_zero_gets_nothing(oracle: Oracle, mesh: SmallMesh) -> None:
    shares = [
        {**to("mocka", "v1"), "weight": 6},
        {**to("mocka", "v2"), "weight": 1},
        {**to("mocka"), "weight": 0},
    ]
    mesh.routes("mocka", {"route": shares})
    proxy = mesh.translated(oracle).proxies["default/mocka-v1"]
    assert proxy.arrivals(proxy.http(Request("mocka"), 8000)) == {
        Arrival(frozenset({V1})): Fraction(6, 7),
        Arrival(frozenset({V2})): Fraction(1, 7),
    }


def test_weights_of_zero_alone_are_not_admitted(oracle: Oracle, mesh: SmallMesh) -> None:
    shares = [{**to("mocka", each), "weight": 0} for each in ("v1", "v2")]
    mesh.routes("mocka", {"route": shares})
    (refused,) = mesh.translated(oracle).refused
    assert refused.kind == "VirtualService"
    assert "total destination weight = 0" in refused.error


def test_a_subset_nobody_declares_is_no_cluster(oracle: Oracle, mesh: SmallMesh) -> None:
    mesh.routes("mocka", {"route": [to("mocka", "v9")]})
    assert ends(mesh.translated(oracle).proxies["default/mocka-v1"]) == NO_CLUSTER


def test_a_subset_without_pods_has_no_endpoint(oracle: Oracle) -> None:
    mesh = SmallMesh()
    mesh.service("mocka")
    mesh.pod("client", {})
    mesh.versions("mocka")
    mesh.istio[0]["spec"]["subsets"] = [{"name": "v1", "labels": {"version": "v1"}}]
    mesh.routes("mocka", TO_V1)
    assert ends(mesh.translated(oracle).proxies["default/client"]) == NO_ENDPOINT


def test_each_port_of_a_service_has_routes_of_its_own(oracle: Oracle) -> None:
    mesh = SmallMesh()
    mesh.service("mocka", ports=[(8000, "http"), (8001, "http-admin")])
    mesh.versions("mocka", "v1", "v2")
    mesh.routes(
        "mocka",
        {"match": [{"port": 8000}], "route": [to("mocka", "v1")]},
        {"match": [{"port": 8001}], "route": [to("mocka", "v2", 8001)]},
    )
    proxy = mesh.translated(oracle).proxies["default/mocka-v1"]
    assert ends(proxy) == {V1}
    assert ends(proxy, port=8001) == {"10.244.0.2:8001"}


def test_at_a_gateway_a_service_of_two_ports_needs_the_port(oracle: Oracle) -> None:
    mesh = SmallMesh()
    mesh.service("mocka", ports=[(8000, "http"), (8001, "http-admin")])
    mesh.versions("mocka", "v1")
    mesh.ingress()
    bare = {"destination": {"host": host_of("mocka", "default"), "subset": "v1"}}
    mesh.istio += entry(
        {"match": [{"uri": {"exact": "/port"}}], "route": [to("mocka", "v1")]}, {"route": [bare]}
    )
    proxy = mesh.translated(oracle).proxies["istio-system/gateway"]
    assert ends(proxy, "shop.example", 80, "/port") == {V1}
    assert ends(proxy, "shop.example", 80, "/") == NO_CLUSTER


def test_a_path_no_entry_route_names_is_not_found(oracle: Oracle, mesh: SmallMesh) -> None:
    mesh.ingress()
    mesh.istio += entry({"match": [{"uri": {"exact": "/mock"}}], "route": [to("mocka", "v1")]})
    proxy = mesh.translated(oracle).proxies["istio-system/gateway"]
    assert ends(proxy, "shop.example", 80, "/mock") == {V1}
    assert ends(proxy, "shop.example", 80, "/mock/") == NO_ROUTE


def test_a_proxy_can_answer_by_itself(oracle: Oracle, mesh: SmallMesh) -> None:
    mesh.ingress()
    mesh.istio += entry(
        {"match": [{"uri": {"prefix": "/old"}}], "redirect": {"uri": "/new", "redirectCode": 308}},
        {"directResponse": {"status": 418}},
    )
    proxy = mesh.translated(oracle).proxies["istio-system/gateway"]
    assert ends(proxy, "any", 80, "/old") == Arrival(frozenset(), 308, "direct_response")
    assert ends(proxy, "any", 80, "/") == Arrival(frozenset(), 418, "direct_response")


def test_a_gateway_that_wants_https_redirects(oracle: Oracle, mesh: SmallMesh) -> None:
    mesh.ingress()
    mesh.istio += entry({"route": [to("mocka")]})
    mesh.istio[-2]["spec"]["servers"][0]["tls"] = {"httpsRedirect": True}
    proxy = mesh.translated(oracle).proxies["istio-system/gateway"]
    assert ends(proxy, "any", 80) == Arrival(frozenset(), 301, "direct_response")


def test_a_header_set_per_destination_travels_with_its_share(
    oracle: Oracle, mesh: SmallMesh
) -> None:
    mesh.ingress()
    shares = [
        {
            **to("mocka", version),
            "weight": 50,
            "headers": {"request": {"set": {"x-lane": version}}},
        }
        for version in ("v1", "v2")
    ]
    mesh.istio += entry({"route": shares})
    proxy = mesh.translated(oracle).proxies["istio-system/gateway"]
    sent = Request("shop.example", headers=(("X-Lane", "v9"), ("x-lane", "v8")))
    outcome = proxy.http(sent, 80)
    assert {
        share.cluster.split("|")[2]: share.headers_after(sent).values("x-lane")
        for share in outcome.shares  # type: ignore[union-attr]
    } == {"v1": ["v1"], "v2": ["v2"]}


@pytest.mark.parametrize("host", ["mocka.shop.svc.cluster.local", "*.local"])
def test_a_destination_rule_of_the_callers_namespace_hides_the_subsets(
    oracle: Oracle, host: str
) -> None:
    mesh = SmallMesh()
    mesh.service("mocka", "shop")
    mesh.versions("mocka", "v1", namespace="shop")
    mesh.routes("mocka", {"route": [to("mocka", "v1", namespace="shop")]}, namespace="shop")
    mesh.pod("near", {}, "shop")
    mesh.pod("far", {}, "web")
    mesh.istio.append(
        destination_rule("own", "web", host, trafficPolicy={"tls": {"mode": "DISABLE"}})
    )
    proxies = mesh.translated(oracle).proxies
    assert ends(proxies["shop/near"], "mocka.shop") == {V1}
    assert ends(proxies["web/far"], "mocka.shop") == NO_CLUSTER


@pytest.mark.parametrize(("export", "merged"), [(None, True), (["*"], False)])
def test_two_destination_rules_merge_only_when_exported_alike(
    oracle: Oracle, mesh: SmallMesh, export: list[str] | None, *, merged: bool
) -> None:
    subset = {"name": "all", "labels": {"app": "mocka"}}
    spec: Object = {"subsets": [subset]} | ({"exportTo": export} if export else {})
    mesh.istio.append(destination_rule("z-own", "default", host_of("mocka", "default"), **spec))
    clusters = mesh.translated(oracle).proxies["default/mocka-v1"].clusters
    both = {f"outbound|8000|{name}|{host_of('mocka', 'default')}" for name in ("v1", "all")}
    assert (both <= set(clusters)) is merged


def test_the_older_of_two_mesh_routes_for_a_host_wins_whole(
    oracle: Oracle, mesh: SmallMesh
) -> None:
    for name, version, created in (("b", "v1", "2026-01-01"), ("a", "v2", "2026-01-02")):
        mesh.routes(name, {"route": [to("mocka", version)]})
        mesh.istio[-1]["spec"]["hosts"] = [host_of("mocka", "default")]
        mesh.istio[-1]["metadata"]["creationTimestamp"] = f"{created}T00:00:00Z"
    assert ends(mesh.translated(oracle).proxies["default/mocka-v1"]) == {V1}


def test_a_short_host_is_one_of_the_routes_own_namespace(oracle: Oracle) -> None:
    mesh = SmallMesh()
    mesh.service("mocka", "shop")
    mesh.versions("mocka", "v1", namespace="shop")
    for namespace in ("shop", "istio-system"):
        short = {"destination": {"host": "mocka", "subset": "v1", "port": {"number": 8000}}}
        mesh.istio.append(virtual_service("r", namespace, [f"{namespace}.example"], http=[]))
        mesh.istio[-1]["spec"] |= {
            "http": [{"route": [short]}],
            "gateways": ["istio-system/gateway"],
        }
    mesh.istio.append(gateway("gateway", INGRESS, 80, ["*"]))
    mesh.ingress()
    proxy = mesh.translated(oracle).proxies["istio-system/gateway"]
    assert ends(proxy, "shop.example", 80) == {V1}
    assert ends(proxy, "istio-system.example", 80) == NO_CLUSTER


def test_a_tcp_port_goes_by_the_callers_labels(oracle: Oracle) -> None:
    mesh = SmallMesh()
    mesh.service("mocka", ports=[(9000, "tcp")])
    mesh.versions("mocka", "v1", "v2")
    from_v2 = {"match": [{"sourceLabels": {"version": "v2"}}], "route": [to("mocka", "v2", 9000)]}
    mesh.routes("mocka", tcp=[from_v2, {"route": [to("mocka", "v1", 9000)]}])
    proxies = mesh.translated(oracle).proxies
    found = {name: proxy.ends(proxy.tcp("10.96.0.1", 9000)) for name, proxy in proxies.items()}
    assert found == {
        "default/mocka-v1": {Arrival(frozenset({"10.244.0.1:9000"})): Fraction(1)},
        "default/mocka-v2": {Arrival(frozenset({"10.244.0.2:9000"})): Fraction(1)},
    }


def test_a_port_of_no_named_protocol_is_routed_as_http_where_it_speaks_it(oracle: Oracle) -> None:
    mesh = SmallMesh()
    mesh.service("mocka", ports=[(8000, "web")])
    mesh.versions("mocka", "v1", "v2")
    mesh.routes("mocka", TO_V2_FROM_V2, TO_V1)
    proxy = mesh.translated(oracle).proxies["default/mocka-v2"]
    (as_http,) = proxy.arrivals(proxy.http(Request("mocka"), 8000, "10.96.0.1"))
    (as_bytes,) = proxy.ends(proxy.tcp("10.96.0.1", 8000))
    assert as_http.endpoints == {V2}
    assert as_bytes.endpoints == {V1, V2}


@pytest.fixture
def headless() -> SmallMesh:
    """Return a mesh of one headless service with lanes, and a gateway that leads to it."""
    found = SmallMesh()
    found.service("mocka", headless=True)
    found.versions("mocka", "v1", "v2")
    found.routes("mocka", TO_V2_FROM_V2, TO_V1)
    found.ingress()
    found.istio += entry({"route": [to("mocka", "v2")]})
    return found


def test_a_sidecar_goes_where_the_caller_of_a_headless_service_went(
    oracle: Oracle, headless: SmallMesh
) -> None:
    proxies = headless.translated(oracle).proxies
    assert ends(proxies["default/mocka-v2"]) == ORIGINAL_DESTINATION


def test_a_gateway_keeps_to_the_subsets_of_a_headless_service(
    oracle: Oracle, headless: SmallMesh
) -> None:
    proxies = headless.translated(oracle).proxies
    assert ends(proxies["istio-system/gateway"], "shop.example", 80) == {V2}


def test_istiod_can_be_set_to_keep_sidecars_to_subsets_of_headless_services(
    oracle: Oracle, headless: SmallMesh
) -> None:
    with Oracle(oracle.program, {"PILOT_ENABLE_EDS_FOR_HEADLESS_SERVICES": "true"}) as other:
        proxies = headless.translated(other).proxies
    assert ends(proxies["default/mocka-v2"]) == {V2}


def test_a_table_that_the_listeners_of_several_pods_name_has_its_routes(oracle: Oracle) -> None:
    found = SmallMesh()
    found.service("mocka", ports=((9000, ""),), headless=True)
    found.versions("mocka", "v1", "v2")
    found.pod("guest", {"app": "guest"}, "clients")
    proxy = found.translated(oracle).proxies["clients/guest"]
    named = [chain.get("rds") for one in proxy.listeners for chain in one["chains"]]
    (name,) = {each for each in named if each}
    assert named.count(name) == 2
    assert proxy.tables[name]["virtualHosts"] != []


def test_a_pods_labels_count_and_not_what_its_proxy_says(oracle: Oracle, mesh: SmallMesh) -> None:
    mesh.routes("mocka", TO_V2_FROM_V2, TO_V1)
    mesh.proxies = [
        Workload("mocka-v1", "10.244.0.1", labels={"version": "v2"}),
        Workload("stranger", "10.9.9.9", labels={"version": "v2"}),
    ]
    proxies = mesh.translated(oracle).proxies
    assert ends(proxies["default/mocka-v1"]) == {V1}
    assert ends(proxies["default/stranger"]) == {V2}


def test_a_condition_on_no_header_name_is_not_admitted(oracle: Oracle, mesh: SmallMesh) -> None:
    match = {"headers": {"x lane": {"exact": "s1"}}}
    mesh.routes("mocka", {**TO_V1, "match": [match]})
    (refused,) = mesh.translated(oracle).refused
    assert "not a valid header name" in refused.error


def test_a_header_istio_admits_can_make_envoy_reject_the_table(
    oracle: Oracle, mesh: SmallMesh
) -> None:
    mesh.routes("mocka", {**TO_V1, "headers": {"request": {"set": {"x\nlane": "s1"}}}})
    found = mesh.translated(oracle)
    assert not found.refused
    (why,) = found.proxies["default/mocka-v1"].rejected
    assert "RouteConfiguration" in why


def test_one_bad_object_does_not_hide_the_others(oracle: Oracle, mesh: SmallMesh) -> None:
    mesh.routes("mocka", TO_V1)
    mesh.istio.append(destination_rule("Bad_Subset", "default", "x", subsets=[{"name": "A.b"}]))
    mesh.istio.append(_of_no_kind())
    found = mesh.translated(oracle)
    assert [each.name for each in found.refused] == ["Bad_Subset", "lanes"]
    assert ends(found.proxies["default/mocka-v1"]) == {V1}


def _of_no_kind() -> Object:
    spec: Object = {"spec": {}}
    head: Object = {"metadata": {"name": "lanes", "namespace": "default"}}
    return {"apiVersion": "istio.example/v1", "kind": "TrafficLabel"} | head | spec


def test_a_case_that_is_no_yaml_does_not_end_the_oracle(oracle: Oracle, mesh: SmallMesh) -> None:
    with pytest.raises(UntranslatableError):
        oracle.translate("a: [", "", [Workload("mocka-v1", V1)])
    with pytest.raises(UntranslatableError):
        oracle.translate("", "a: [", [])
    assert ends(mesh.translated(oracle).proxies["default/mocka-v1"]) == {V1, V2}


def test_an_oracle_that_was_killed_starts_again(oracle: Oracle, mesh: SmallMesh) -> None:
    with Oracle(oracle.program) as own:
        mesh.translated(own)
        assert own.process is not None
        own.process.kill()
        with pytest.raises(UntranslatableError, match="died"):
            mesh.translated(own)
        assert ends(mesh.translated(own).proxies["default/mocka-v1"]) == {V1, V2}
