"""Who looks at what of a step, and who has to follow, from objects alone."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from laneway.core.changes.order import ChangeStep
from laneway.core.emit.manifest import Manifest
from laneway.core.live.proxies import ExpectedProxy
from laneway.core.live.seen import Route, SentHost, SentResources
from laneway.core.live.sights import AddressesSight, ClusterSight, RoutesSight
from laneway.core.live.watching import MOST, World, watching, written
from laneway.core.resources.meta import Ref
from tests.laws.compiling import compile_mesh
from tests.laws.objects import Object, destination_rule, host_of, virtual_service
from tests.live.town import CART, callers, following, names, town, way
from tests.operator.crowded import Crowded

COMES = way(town(2), town(3))
"""A lane comes: subsets, routes of its callers, its entry."""
GOES = way(town(3), town(2))


def subset(lane: int, service: str = "cart") -> str:
    return f"outbound|8000|s{lane}|{host_of(service, 'shop')}"


def to_entry(number: int) -> Route:
    return Route(f"r-s{number}", ((subset(number), 0),))


def test_subsets_are_looked_for_by_one_proxy_and_followed_by_all() -> None:
    found = COMES.watched(0, callers(3))
    (one,) = found.watches
    assert {sight.cluster for sight in one.sights if isinstance(sight, ClusterSight)} == {
        subset(3),
        subset(3, "stock"),
    }
    assert all(isinstance(sight, ClusterSight) and sight.exists for sight in one.sights)
    assert following(found) == names(callers(3))
    assert found.unwatched == ()


def test_the_routes_of_a_strict_lane_concern_its_own_callers_alone() -> None:
    found = COMES.watched(1, callers(3))
    (one,) = found.watches
    assert dict(one.proxy.labels)["lane"] == "v3"
    assert {sight.tables for sight in one.sights if isinstance(sight, RoutesSight)} == {
        (f"{CART}:8000",),
        (f"{host_of('stock', 'shop')}:8000",),
    }
    assert following(found) == ["cart-v3", "stock-v3"]


def test_an_entry_concerns_the_gateway_alone() -> None:
    found = COMES.watched(2, callers(3))
    (one,) = found.watches
    (sight,) = one.sights
    assert isinstance(sight, RoutesSight)
    assert (one.proxy.name, sight.tables, sight.virtual_hosts) == ("door", ("http.80",), ("*:80",))
    assert sight.present[-1].clusters == ((subset(3), 0),)
    assert following(found) == ["door"]


def test_an_entry_for_a_host_in_capitals_is_looked_for_as_istiod_spells_it() -> None:
    hosts = ["Shop.Example.com"]
    two, three = town(2, hosts=hosts), town(3, hosts=hosts)
    (comes,) = way(two, three).watched(2, callers(3)).watches[0].sights
    (goes,) = way(three, two).watched(0, callers(3)).watches[0].sights
    assert isinstance(comes, RoutesSight)
    routes = SentHost(comes.present, b"")
    sent = SentResources({"http.80": {"shop.example.com:80": routes}})

    assert comes.is_met(sent, SentResources())
    assert not goes.is_met(sent, sent)


def test_what_goes_is_to_be_there_no_more() -> None:
    last = GOES.watched(len(GOES.taken) - 1, callers(3))
    (one,) = last.watches
    assert [sight for sight in one.sights if isinstance(sight, ClusterSight) and sight.exists] == []
    assert {sight.cluster for sight in one.sights if isinstance(sight, ClusterSight)} == {
        subset(3),
        subset(3, "stock"),
    }
    entry = GOES.watched(0, callers(3)).watches[0].sights[0]
    assert isinstance(entry, RoutesSight)
    assert [route.clusters for route in entry.absent] == [((subset(3), 0),)]


def test_an_edit_that_no_name_tells_has_to_differ() -> None:
    old, new = town(2), town(2, match={"uri": {"prefix": "/other"}})
    (one,) = way(old, new).watched(0, callers(2)).watches
    assert [sight.differs for sight in one.sights] == [True]


def test_where_names_tell_no_digest_is_asked_for() -> None:
    (one,) = COMES.watched(2, callers(3)).watches
    assert [sight.differs for sight in one.sights] == [False]


def test_a_write_of_metadata_alone_is_nothing_to_see() -> None:
    mesh = compile_mesh(town(2))
    one = next(iter(mesh.manifests()))
    body = {**one.body, "metadata": {**one.body["metadata"], "annotations": {"a": "b"}}}
    step = ChangeStep("subsets", (Manifest(one.ref, body),))
    found = watching([(step, {one.ref: one})], World(mesh.mesh, mesh.plan, tuple(callers(2))))
    assert (found.watches, found.following, found.unwatched) == ((), (), ())


def test_nobody_follows_where_nobody_is() -> None:
    found = COMES.watched(0, ())
    assert (found.watches, found.following) == ((), ())


def test_where_a_users_routes_decide_lanes_routes_are_not_waited_for() -> None:
    route = {"route": [{"destination": {"host": CART, "port": {"number": 8000}}}]}
    private = virtual_service("own", "shop", [CART], http=[route], exportTo=["."])
    found = way(town(2, private), town(3, private)).watched(1, callers(3))
    (one,) = found.watches
    assert {sight.ref.name for sight in one.sights} == {"trafficlabel-vs-test-shop-stock"}


def test_gateways_behind_a_service_have_tables_by_the_ports_of_pods() -> None:
    ports: list[Object] = [{"name": "http", "port": 80, "targetPort": 8080}]
    front = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "door", "namespace": "istio-system"},
        "spec": {"selector": {"istio": "door"}, "ports": ports, "clusterIP": "10.96.1.1"},
    }
    found = way(town(2, front), town(3, front)).watched(2, callers(3))
    (sight,) = found.watches[0].sights
    assert isinstance(sight, RoutesSight)
    assert sight.tables == ("http.80", "http.8080")


def test_an_entry_at_a_gateway_that_was_not_read_is_not_taken_to_be_seen_by_nobody() -> None:
    mesh = compile_mesh([one for one in town(2) if one["kind"] != "Gateway"])
    routes = virtual_service("in", "istio-system", ["*"], gateways=["door"], http=[])
    one = Manifest(Ref("VirtualService", "istio-system", "in"), routes)
    world = World(mesh.mesh, mesh.plan, tuple(callers(2)))
    found = watching([(ChangeStep("entry routes", (one,)), {})], world)
    assert (found.watches, found.unwatched) == ((), (one.ref,))


def test_a_seat_puts_every_observer_into_one_namespace() -> None:
    found = COMES.watched(1, callers(3), "istio-system")
    (one,) = found.watches
    assert (one.proxy.namespace, dict(one.proxy.labels)["lane"]) == ("istio-system", "v3")
    assert following(found) == ["cart-v3", "stock-v3"]


def nine_lanes_at_once() -> tuple[ChangeStep, dict[Ref, Manifest]]:
    """Return a step of nine routes, each for the callers of another lane and of another host."""
    writes, before = [], {}
    for number in range(1, 10):
        host = CART if number % 2 else host_of("stock", "shop")
        to = {"destination": {"host": host, "subset": f"s{number}", "port": {"number": 8000}}}
        own = {"match": [{"sourceLabels": {"lane": f"v{number}"}}], "route": [to]}
        last = {"route": [{"destination": {"host": host, "port": {"number": 8000}}}]}
        ref = Ref("VirtualService", "shop", f"lanes-{number}")
        before[ref] = Manifest(ref, virtual_service(ref.name, "shop", [host], http=[last]))
        writes.append(Manifest(ref, virtual_service(ref.name, "shop", [host], http=[own, last])))
    return ChangeStep("mesh routes", tuple(writes)), before


def test_no_more_than_eight_look_and_what_is_left_is_told() -> None:
    mesh = compile_mesh(town(2))
    step, before = nine_lanes_at_once()
    found = watching([(step, before)], World(mesh.mesh, mesh.plan, tuple(callers(9))))
    assert len(found.watches) == MOST == 8
    assert len(found.unwatched) == 1
    (left,) = found.unwatched
    assert all(left not in some.refs for some in found.following)


def test_in_order_the_last_object_of_a_kind_tells_of_all() -> None:
    size = Crowded(services=12, lanes=3, own=5)
    mesh = [*size.running(), size.group(), *size.all_lanes()]
    everybody = [
        ExpectedProxy(one["metadata"]["name"], "default", labels_of(one))
        for one in size.running()
        if one["kind"] == "Pod" and one["metadata"]["namespace"] == "default"
    ]
    for there in (way([*size.running()], mesh), way(mesh, [*size.running()])):
        for at, (step, _) in enumerate(there.taken):
            one_by_one, in_order = (
                there.watched(at, everybody, in_order=order) for order in (False, True)
            )
            assert one_by_one.refs == one_by_one.seen
            assert (in_order.seen, in_order.unseen) == (one_by_one.seen, one_by_one.unseen)
            assert len(in_order.refs) == min(1, len(in_order.seen))
            assert in_order.refs <= {*step.removes} or not step.removes
            assert (in_order.unwatched, following(in_order)) == ((), following(one_by_one))


def labels_of(item: Object) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(item["metadata"]["labels"].items()))


def test_in_order_each_class_of_proxies_is_told_by_something_that_it_sees() -> None:
    mesh = compile_mesh(town(2))
    step, before = nine_lanes_at_once()
    world = World(mesh.mesh, mesh.plan, tuple(callers(9)))
    found = watching([(step, before)], world, in_order=True)
    assert len(found.refs) == MOST
    assert found.unwatched == tuple(found.seen - found.refs)
    assert following(found) == following(watching([(step, before)], world))


def test_in_order_what_has_no_name_is_not_told_by_what_has_one() -> None:
    mesh = compile_mesh(town(2))
    step, before = nine_lanes_at_once()
    tcp = Ref("VirtualService", "shop", "tcp")
    routes = virtual_service("tcp", "shop", [CART], tcp=[{"route": []}])
    step = replace(step, writes=(Manifest(tcp, routes), *step.writes))
    world = World(mesh.mesh, mesh.plan, tuple(callers(2)))
    found = watching([(step, before)], world, in_order=True)
    assert tcp in found.unwatched


def test_what_was_written_is_looked_for_with_nothing_before_it() -> None:
    mesh = compile_mesh(town(2))
    world = World(mesh.mesh, mesh.plan, tuple(callers(2)))
    found = watching([(written(mesh.manifests()), {})], world)
    assert found.refs == {one.ref for one in mesh.manifests()}
    assert not any(sight.differs for one in found.watches for sight in one.sights)
    assert following(found).count("cart-v1") == 1


def relabeled(labels: dict[str, str]) -> Manifest:
    body = destination_rule("cart", "shop", CART, subsets=[{"name": "s1", "labels": labels}])
    return Manifest(Ref("DestinationRule", "shop", "cart"), body)


def pod(name: str, lane: str, address: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": {"app": "cart", "lane": lane}},
        "spec": {"containers": [{"name": "c", "image": "laneway/mock:1"}]},
        "status": {
            "podIP": address,
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


@pytest.mark.parametrize(("label", "seen"), [("v2", True), ("v1", False)])
def test_a_name_that_comes_to_mean_other_pods_shows_by_their_addresses(
    label: str, *, seen: bool
) -> None:
    pods = [pod("cart-1", "v1", "10.1.0.1"), pod("cart-2", "v2", "10.1.0.2")]
    mesh = compile_mesh(town(2, *pods))
    old, new = relabeled({"lane": "v1"}), relabeled({"lane": label, "app": "cart"})
    world = World(mesh.mesh, mesh.plan, tuple(callers(2)))
    found = watching([(ChangeStep("subsets", (new,)), {old.ref: old})], world)
    sights = [sight for one in found.watches for sight in one.sights]
    assert sights == ([AddressesSight(new.ref, subset(1))] if seen else [])
    assert found.unwatched == (() if seen else (new.ref,))


def test_a_policy_alone_has_no_name_and_is_said_to_be_unwatched() -> None:
    mesh = compile_mesh(town(2))
    old = relabeled({"lane": "v1"})
    subsets = [{"name": "s1", "labels": {"lane": "v1"}, "trafficPolicy": {"tls": {}}}]
    new = replace(old, body=destination_rule("cart", "shop", CART, subsets=subsets))
    world = World(mesh.mesh, mesh.plan, tuple(callers(2)))
    found = watching([(ChangeStep("subsets", (new,)), {old.ref: old})], world)
    assert (found.watches, found.following, found.unwatched) == ((), (), (new.ref,))


def test_pods_of_one_lane_and_namespace_are_of_one_class() -> None:
    more = [ExpectedProxy(f"cart-v3-{at}", "shop", (("lane", "v3"),)) for at in range(5)]
    found = COMES.watched(1, [*callers(3), *more])
    (some,) = found.following
    assert len(some.proxies) == 7


def test_a_rule_of_many_hosts_shows_to_the_callers_it_is_for_by_one_of_them() -> None:
    pods = [pod("cart-1", "v1", "10.1.0.1"), pod("cart-2", "v2", "10.1.0.2")]
    mesh = compile_mesh(town(2, *pods))
    wide = "*.shop.svc.cluster.local"

    def rule(name: str, lane: str, selector: dict[str, str] | None) -> Manifest:
        more = {"workloadSelector": {"matchLabels": selector}} if selector else {}
        subsets = [{"name": "lane", "labels": {"lane": lane}}]
        body = destination_rule(name, "shop", wide, subsets=subsets, **more)
        return Manifest(Ref("DestinationRule", "shop", name), body)

    first, own = rule("others", "v1", None), rule("second", "v2", {"lane": "v2"})
    world = World(mesh.mesh, mesh.plan, tuple(callers(2)))
    found = watching([(ChangeStep("subsets", (own,)), {first.ref: first})], world)
    (one,) = found.watches
    assert dict(one.proxy.labels)["lane"] == "v2"
    assert one.sights == (AddressesSight(own.ref, f"outbound|8000|lane|{CART}"),)
    assert following(found) == ["cart-v2", "stock-v2"]


def rules_of_lanes(number: int) -> ChangeStep:
    """Return a step that writes a rule for the callers of each lane, of all hosts at once."""
    rules = []
    for at in range(1, number + 1):
        selector = {"matchLabels": {"lane": f"v{at}"}}
        subsets = [{"name": "lane", "labels": {"lane": f"v{at}"}}]
        body = destination_rule(
            f"in-{at}",
            "shop",
            "*.shop.svc.cluster.local",
            subsets=subsets,
            workloadSelector=selector,
        )
        rules.append(Manifest(Ref("DestinationRule", "shop", f"in-{at}"), body))
    return ChangeStep("subsets", tuple(rules))


@pytest.mark.parametrize("in_order", [False, True])
def test_a_rule_for_single_callers_is_looked_for_in_the_place_of_one_of_them(
    *, in_order: bool
) -> None:
    """Others see the same subset come, by their own rule: that does not tell of this one."""
    mesh, everybody = compile_mesh(town(3)), callers(3)[1:]
    world = World(mesh.mesh, mesh.plan, tuple(everybody))
    found = watching([(rules_of_lanes(3), {})], world, in_order=in_order)
    looking = {
        sight.ref.name: dict(one.proxy.labels)["lane"]
        for one in found.watches
        for sight in one.sights
    }
    assert looking
    assert all(name.removeprefix("in-") == lane.removeprefix("v") for name, lane in looking.items())
    assert following(found) == [one for one in names(everybody) if one not in ("door", "web")]
    assert found.unwatched == ()


def test_in_order_one_rule_tells_of_those_for_others_beside_it() -> None:
    mesh = compile_mesh(town(3))
    world = World(mesh.mesh, mesh.plan, tuple(callers(3)))
    found = watching([(rules_of_lanes(4), {})], world, in_order=True)
    assert len(found.refs) == 1
    assert ({one.name for one in found.unseen}, found.unwatched) == ({"in-4"}, ())
    assert {ref for some in found.following for ref in some.refs} == found.refs


def test_a_service_that_callers_do_not_see_shows_them_nothing() -> None:
    hidden = [
        {
            **one,
            "metadata": {
                **one["metadata"],
                "annotations": {"networking.istio.io/exportTo": "elsewhere"},
            },
        }
        if one["kind"] == "Service"
        else one
        for one in town(2)
    ]
    mesh = compile_mesh(hidden)
    sidecars = tuple(one for one in callers(2) if not one.is_gateway)
    for step, before in COMES.taken[:2]:
        found = watching([(step, before)], World(mesh.mesh, mesh.plan, sidecars))
        assert (found.watches, found.following, found.unwatched) == ((), (), ())


def test_tcp_routes_have_no_name_and_a_sidecar_has_none_either() -> None:
    mesh = compile_mesh(town(2))
    route = [{"route": [{"destination": {"host": CART, "port": {"number": 8000}}}]}]
    tcp = Manifest(
        Ref("VirtualService", "shop", "cart"), virtual_service("cart", "shop", [CART], tcp=route)
    )
    own = Manifest(Ref("Sidecar", "shop", "own"), {"spec": {"egress": [{"hosts": ["./*"]}]}})
    elsewhere = Manifest(Ref("Sidecar", "other", "own"), own.body)
    world = World(mesh.mesh, mesh.plan, tuple(callers(2)))
    found = watching([(ChangeStep("subsets", (tcp, own, elsewhere)), {})], world)
    assert (found.watches, found.unwatched) == ((), (tcp.ref, own.ref))


def test_a_gateway_with_tls_has_a_table_for_each_server_and_others_are_passed_by() -> None:
    servers = [
        {
            "port": {"number": 443, "name": "https", "protocol": "HTTPS"},
            "tls": {"mode": "SIMPLE", "credentialName": "cert"},
            "hosts": ["*"],
        },
        {"port": {"number": 9000, "name": "tcp", "protocol": "TCP"}, "hosts": ["*"]},
    ]
    door = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "safe", "namespace": "istio-system"},
        "spec": {"selector": {"istio": "door"}, "servers": servers},
    }
    mesh = compile_mesh(town(2, door))
    to = {"route": [{"destination": {"host": CART, "port": {"number": 8000}}}], "name": "in"}
    body = virtual_service("in", "istio-system", ["a.test"], gateways=["safe"], http=[to])
    one = Manifest(Ref("VirtualService", "istio-system", "in"), body)
    other = ExpectedProxy("inner", "istio-system", (("istio", "inner"),), is_gateway=True)
    world = World(mesh.mesh, mesh.plan, (*callers(2), other))
    found = watching([(ChangeStep("entry routes", (one,)), {})], world)
    (sight,) = found.watches[0].sights
    assert isinstance(sight, RoutesSight)
    assert sight.tables == ("https.443.https.safe.istio-system",)
    assert sight.virtual_hosts == ("a.test:443",)
    assert following(found) == ["door"]
