"""What a topology shows: versions by lane, where requests of each lane lead, who stands in."""

from __future__ import annotations

from laneway.core.compile import compile_snapshot
from laneway.core.mesh.names import service_host
from laneway.core.views.topology.graph import Graph, GraphEdge, graph_object
from laneway.core.views.topology.topology import topology
from laneway.core.views.topology.versions import SeenCall
from tests.snapshot import snapshot_of_texts
from tests.topology.asserting import assert_is_sound
from tests.topology.towns import Town


def _graph(town: Town, *seen: SeenCall) -> Graph:
    compiled = town.compiled()
    return topology(compiled.mesh, compiled.plan, seen).graph


def _edge(graph: Graph, source: str, target: str) -> GraphEdge:
    return next(one for one in graph.edges if (one.source, one.target) == (source, target))


GATEWAY = "gateway:istio=ingressgateway"
SHARED = """
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {selector: {app: front}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: front-external, namespace: shop}
spec: {selector: {app: front}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front, namespace: shop}
spec:
  selector: {matchLabels: {app: front}}
  template:
    metadata: {labels: {app: front}}
    spec:
      containers:
        - {name: front, image: front, env: [{name: CART, value: 'cart:80'}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: cart, image: cart}]}
"""


def test_strict_lanes_have_paths_that_never_meet() -> None:
    graph = _graph(Town(3, 3, permissive=False))

    behind = [one for one in graph.edges if one.source != GATEWAY]
    assert len(behind) == 9
    for one in behind:
        assert [one.source[-6:]] == [one.target[-6:]] == [*one.lanes]
        assert one.kind == "route"


def test_a_lane_without_a_service_falls_back_to_who_stands_in_and_comes_back() -> None:
    graph = _graph(Town(7, 2, own=2))
    mine = {one.name for one in graph.nodes if one.lane == "lane-1"}
    assert mine == {"service-2", "service-6"}

    into = _edge(graph, "shop/service-0@lane-0", "shop/service-2@lane-1")
    assert (into.lanes, into.kind) == (("lane-1",), "route")
    away = _edge(graph, "shop/service-2@lane-1", "shop/service-5@lane-0")
    assert (away.lanes, away.kind) == (("lane-1",), "fallback")
    assert away.what == "lane-0 stands in for lane-1"
    alike = _edge(graph, "shop/service-0@lane-0", "shop/service-1@lane-0")
    assert (alike.lanes, alike.kind) == (("lane-0", "lane-1"), "route")


def test_lanes_that_enter_at_the_same_pods_share_the_edge_from_the_gateway() -> None:
    graph = _graph(Town(7, 2, own=2))

    (entry,) = [one for one in graph.edges if one.source == GATEWAY]
    assert (entry.target, entry.lanes) == ("shop/service-0@lane-0", ("lane-0", "lane-1"))
    assert entry.what == "entry rule r0 of lane lane-0"


def test_a_call_that_was_seen_leads_where_the_plan_leads_it() -> None:
    host = service_host("service-4", "shop")
    call = SeenCall("shop/service-1@lane-0", host)
    without, graph = _graph(Town(6, 2)), _graph(Town(6, 2), call)

    more = {one.id for one in graph.edges} - {one.id for one in without.edges}
    assert more <= {"shop/service-1@lane-0>shop/service-4@lane-0"}
    assert graph == _graph(Town(6, 2), call, call)


def test_a_caller_that_nobody_knows_stands_outside() -> None:
    graph = _graph(Town(3, 2), SeenCall("outside:shop/curl", service_host("service-0", "shop")))

    caller = next(one for one in graph.nodes if one.kind == "outside")
    assert (caller.name, caller.namespace, caller.column) == ("curl", "shop", 0)
    assert [one.target for one in graph.edges if one.source == caller.id]


def test_pods_behind_two_services_call_as_the_one_that_others_are_named_after() -> None:
    found = compile_snapshot(snapshot_of_texts([("shop.yaml", SHARED)]))

    (call,) = topology(found.mesh, found.plan).graph.edges

    assert (call.source, call.target) == ("shop/front", "shop/cart")


def test_the_digest_stays_while_nothing_changes_and_changes_with_an_edge() -> None:
    first, again, other = _graph(Town(20, 3)), _graph(Town(20, 3)), _graph(Town(20, 3, own=4))

    assert first.id == again.id
    assert first.id != other.id


def test_pages_read_the_names_of_the_contract() -> None:
    shown = graph_object(_graph(Town(3, 2)))

    assert [*shown] == ["id", "size", "nodeSize", "lanes", "nodes", "namespaces", "edges"]
    assert [*shown["edges"][0]] == ["id", "from", "to", "lanes", "kind", "what"]
    node = "id kind name namespace host lane labels pods ready column x y".split()  # noqa: SIM905
    assert [*shown["nodes"][0]] == node


def test_namespaces_stand_apart_and_columns_are_by_call_depth() -> None:
    graph = _graph(Town(40, 3, own=3, spaces=4))

    assert_is_sound(graph)
    assert len(graph.namespaces) == 4
    columns = {one.id: one.column for one in graph.nodes}
    assert all(columns[one.source] < columns[one.target] for one in graph.edges)


def test_three_hundred_services_of_twenty_lanes_are_drawn_soundly() -> None:
    graph = _graph(Town(300, 20, own=3))

    assert_is_sound(graph)
    assert 350 < len(graph.nodes) < 365
