"""Objects get the ages a plan takes them to have, by the fewest waits for the clock."""

from __future__ import annotations

from tests.cluster.ages import waits
from tests.laws.objects import Object, destination_rule, gateway, virtual_service

CART, ORDER = "cart.default.svc.cluster.local", "order.default.svc.cluster.local"


def _waited(*oldest_first: Object) -> list[bool]:
    return list(waits(oldest_first))


def test_of_two_routes_of_a_host_the_one_named_first_needs_no_wait() -> None:
    older, newer = (virtual_service(name, "default", [CART]) for name in ("a", "b"))

    assert _waited(older, newer) == [False, False]
    assert _waited(newer, older) == [False, True]


def test_a_wait_dates_all_before_it() -> None:
    first, second, third = (virtual_service(name, "default", [CART]) for name in ("c", "a", "b"))

    assert _waited(first, second, third) == [False, True, False]


def test_a_wildcard_meets_what_it_covers_and_a_short_name_its_host() -> None:
    wide = virtual_service("b", "clients", ["*.default.svc.cluster.local"])

    assert _waited(wide, virtual_service("a", "default", ["cart"])) == [False, True]
    assert _waited(wide, virtual_service("a", "shop", ["cart"])) == [False, False]


def test_objects_that_never_meet_may_be_made_at_once() -> None:
    route = virtual_service("b", "default", [CART])

    assert _waited(route, virtual_service("a", "default", [ORDER])) == [False, False]
    assert _waited(route, virtual_service("a", "default", ["*"], gateways=["main"])) == [False] * 2
    assert _waited(route, destination_rule("a", "default", CART)) == [False, False]
    rules = [destination_rule(*place, CART) for place in (("b", "default"), ("a", "shop"))]
    assert _waited(*rules) == [False, False]
    gates = [gateway(name, {"istio": name}, 80, ["*"]) for name in ("b", "a")]
    assert _waited(*gates) == [False, False]
