"""What an observer has to see, against what a proxy holds."""

from __future__ import annotations

import pytest

from laneway.core.live.proxies import expected
from laneway.core.live.seen import Route, SentHost, SentResources
from laneway.core.live.sights import AddressesSight, ClusterSight, RoutesSight
from laneway.core.resources.kubernetes.workloads import Container, Workload
from laneway.core.resources.meta import Meta, Ref

ROUTES = Ref("VirtualService", "shop", "cart")
ONE, OTHER, LAST = Route("one", (("a", 0),)), Route("other", (("b", 0),)), Route("last")


def table(*routes: Route, digest: bytes = b"1", name: str = "80") -> SentResources:
    return SentResources({name: {"cart": SentHost(routes, digest)}})


def sight(*present: Route, absent: tuple[Route, ...] = (), differs: bool = False) -> RoutesSight:
    return RoutesSight(ROUTES, ("80", "8080"), ("cart",), present, absent, differs=differs)


NOTHING = SentResources()


def test_routes_are_seen_once_all_of_them_stand_there_in_their_order() -> None:
    assert sight(ONE, LAST).is_met(table(ONE, OTHER, LAST), NOTHING)
    assert not sight(ONE, LAST).is_met(table(LAST, ONE), NOTHING)
    assert not sight(ONE, LAST).is_met(table(ONE), NOTHING)


def test_routes_that_have_gone_may_stand_nowhere() -> None:
    assert not sight(ONE, absent=(OTHER,)).is_met(table(ONE, OTHER), NOTHING)
    assert sight(absent=(OTHER,)).is_met(NOTHING, NOTHING)


def test_another_weight_is_another_route() -> None:
    half = Route("one", (("a", 50), ("b", 50)))
    assert not sight(half).is_met(table(Route("one", (("a", 60), ("b", 40)))), NOTHING)


def test_where_names_do_not_tell_the_digest_has_to_be_another() -> None:
    first = table(ONE)
    assert not sight(ONE, differs=True).is_met(table(ONE), first)
    assert sight(ONE, differs=True).is_met(table(ONE, digest=b"2"), first)


def test_a_table_may_have_any_of_its_names() -> None:
    assert sight(ONE).is_met(table(ONE, name="8080"), NOTHING)
    assert not sight(ONE).is_met(table(ONE, name="81"), NOTHING)


@pytest.mark.parametrize("exists", [True, False])
def test_a_cluster_comes_or_goes(*, exists: bool) -> None:
    held = SentResources(clusters=frozenset(["a"]))
    one = ClusterSight(ROUTES, "a", exists)
    assert one.is_met(held, NOTHING) is exists
    assert one.is_met(NOTHING, held) is not exists


def test_addresses_come_to_be_others() -> None:
    first = SentResources(addresses={"a": frozenset(["10.0.0.1"])})
    one = AddressesSight(ROUTES, "a")
    assert not one.is_met(first.copy(), first)
    assert one.is_met(SentResources(addresses={"a": frozenset(["10.0.0.2"])}), first)


def pod(name: str, *containers: Container, ready: int = 1) -> Workload:
    return Workload(Meta(Ref("Pod", "shop", name)), ready=ready, containers=containers)


def test_ready_pods_with_a_proxy_are_expected_and_a_proxy_alone_is_a_gateway() -> None:
    program, proxy = Container("cart"), Container("istio-proxy")
    pods = [
        pod("cart", program, proxy),
        pod("unready", program, proxy, ready=0),
        pod("plain", program),
        pod("door", proxy),
        pod("routed", program, Container("istio-proxy", args=("proxy", "router"))),
        pod("waypoint", Container("istio-proxy", args=("proxy", "waypoint"))),
        Workload(Meta(Ref("Deployment", "shop", "cart")), ready=1, containers=(program, proxy)),
    ]
    assert [(one.id, one.is_gateway) for one in expected(pods)] == [
        ("cart.shop", False),
        ("door.shop", True),
        ("routed.shop", True),
    ]


def test_a_native_sidecar_is_a_proxy_and_no_gateway() -> None:
    proxy = Container("istio-proxy")
    native = Workload(
        Meta(Ref("Pod", "shop", "cart")),
        ready=1,
        containers=(Container("cart"),),
        init_containers=(proxy,),
    )
    assert [(one.id, one.is_gateway) for one in expected([native])] == [("cart.shop", False)]
