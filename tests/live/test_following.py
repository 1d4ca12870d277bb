"""Whether proxies follow, from what istiods list."""

from __future__ import annotations

import pytest

from laneway.core.live.following import IstiodReport, ListedProxy, Push, by_proxy, missing
from laneway.core.live.liveness import Liveness, Missing
from laneway.core.live.proxies import ExpectedProxy
from laneway.core.live.replicas import replicas
from laneway.core.live.watching import Concerned
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Meta, Ref

ROUTES = Ref("VirtualService", "shop", "cart")
SUBSETS = Ref("DestinationRule", "shop", "cart")
CART = ExpectedProxy("cart-1", "shop")


def nonce(push: int) -> str:
    return f"2026-11-28T14:40:16Z/{push}82d829c5-0000-4000-8000-000000000000"


def routed(sent: int, acked: int) -> ListedProxy:
    return ListedProxy("cart-1.shop", route_sent=nonce(sent), route_acked=nonce(acked))


def behind(listed: list[list[ListedProxy]], push: Push | None, ref: Ref = ROUTES) -> list[str]:
    """Return why the one proxy is behind, by what each istiod lists."""
    reports = [
        IstiodReport(f"istiod-{at}", {} if push is None else {ref: push}, by_proxy(some))
        for at, some in enumerate(listed)
    ]
    return [one.why for one in missing([Concerned((CART,), (ref,))], reports)]


def test_a_proxy_that_acknowledged_the_push_follows() -> None:
    assert behind([[routed(16, 16)]], Push(16)) == []


def test_a_later_push_has_the_change_as_well() -> None:
    assert behind([[routed(21, 20)]], Push(16)) == []


def test_in_step_with_an_older_push_is_not_enough() -> None:
    assert behind([[routed(15, 15)]], Push(16)) == ["has not acknowledged"]


def test_pushes_are_compared_as_numbers() -> None:
    assert behind([[routed(9, 9)]], Push(10)) == ["has not acknowledged"]


def test_a_proxy_that_nobody_lists_is_not_connected() -> None:
    assert behind([[], []], Push(16)) == ["not connected"]


def test_who_is_not_connected_is_told_apart_from_who_is_behind() -> None:
    reports = [IstiodReport("istiod-1", {ROUTES: Push(16)}, by_proxy([routed(15, 15)]))]
    gone = ExpectedProxy("cart-2", "shop")
    late = missing([Concerned((CART, gone), (ROUTES,))], reports)
    assert [(one.proxy, one.is_connected) for one in late] == [
        ("cart-1.shop", True),
        ("cart-2.shop", False),
    ]


def test_every_connection_that_is_listed_has_to_follow() -> None:
    assert behind([[routed(16, 16), routed(16, 15)]], Push(16)) == ["has not acknowledged"]
    assert behind([[routed(16, 16)], [routed(3, 3)]], Push(16)) == ["has not acknowledged"]


def test_an_istiod_that_was_not_seen_to_send_it_holds_its_proxies_back() -> None:
    assert behind([[routed(16, 16)]], None) == [f"not sent {ROUTES} by istiod-0"]


def test_clusters_follow_once_their_endpoints_are_there() -> None:
    one = ListedProxy("cart-1.shop", nonce(16), nonce(16), nonce(16), nonce(15))
    assert behind([[one]], Push(16), SUBSETS) == ["has not acknowledged"]
    whole = ListedProxy("cart-1.shop", nonce(16), nonce(16), nonce(15), nonce(15))
    assert behind([[whole]], Push(16), SUBSETS) == []


def test_routes_that_were_taken_say_nothing_of_clusters() -> None:
    assert behind([[routed(16, 16)]], Push(16), SUBSETS) == ["has not acknowledged"]


@pytest.mark.parametrize(("sent", "why"), [(9, []), (10, ["has not acknowledged"])])
def test_of_what_was_there_before_a_proxy_that_is_owed_nothing_has_it(
    sent: int, why: list[str]
) -> None:
    assert behind([[routed(sent, 9)]], Push(16, is_settled=True)) == why


def test_a_proxy_that_was_never_sent_routes_follows_nothing() -> None:
    settled = Push(16, is_settled=True)
    assert behind([[ListedProxy("cart-1.shop")]], settled) == ["has not acknowledged"]


def test_words_name_those_who_are_behind_and_count_the_rest() -> None:
    late = tuple(Missing(f"cart-{at}.shop", "not connected") for at in range(5))
    found = Liveness("waiting", "ProxiesBehind", 12, 7, 5.0, late)
    assert found.words == (
        "7 of 12 proxies; cart-0.shop not connected; cart-1.shop not connected; "
        "cart-2.shop not connected; and 2 more"
    )


def test_without_access_words_say_how_it_is_got_in_order() -> None:
    words = Liveness("unknown", "NoAccessToIstiod", detail="istiod-1: refused").words
    told = ["istio-system", "DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES", "of its own", "istiod-1"]
    assert sorted(told, key=words.index) == told


def test_istiods_of_every_revision_are_found_among_ready_pods() -> None:
    def pod(name: str, labels: dict[str, str], ready: int, space: str = "mesh") -> Workload:
        meta = Meta(Ref("Pod", space, name))
        return Workload(meta, labels, ready=ready, pod_ip="10.0.0.1")

    pods = [
        pod("istiod-a", {"app": "istiod"}, 1),
        pod("istiod-b", {"app": "istiod", "istio.io/rev": "canary"}, 1),
        pod("istiod-c", {"app": "istiod"}, 0),
        pod("cart", {"app": "cart"}, 1),
    ]
    assert [(one.name, one.revision, one.server) for one in replicas(pods)] == [
        ("istiod-a.mesh", "default", "istiod.mesh.svc"),
        ("istiod-b.mesh", "canary", "istiod.mesh.svc"),
    ]
