"""A step under observation, with istiods that say what a test tells them to say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from laneway.adapters.istiod import (
    SURE,
    ControlPlane,
    IstiodCredentials,
    Observation,
    observation,
)
from laneway.adapters.istiod.messages import CLUSTER, TABLE
from laneway.core.live.following import ListedProxy
from laneway.core.live.liveness import Liveness
from laneway.core.live.proxies import ExpectedProxy
from laneway.core.live.seen import Route
from laneway.core.live.sights import AddressesSight, ClusterSight, RoutesSight, Sight
from laneway.core.live.watching import Concerned, Lookout, Watching
from laneway.core.resources.meta import Ref
from tests.live.false_istiod import FalseIstiod, serving

ROUTES = Ref("VirtualService", "shop", "cart")
SUBSETS = Ref("DestinationRule", "shop", "cart")
CART = ExpectedProxy("cart-1", "shop", (("lane", "v1"),))
OLD, NEW = Route("r", (("a", 0),)), Route("r", (("b", 0),))
TABLES_OLD, TABLES_NEW = {"t": {"h": (OLD,)}}, {"t": {"h": (NEW,)}}
ROUTED = RoutesSight(ROUTES, ("t",), ("h",), (NEW,), (OLD,))
PATIENCE = 30.0
"""Seconds that end a test which hangs; none waits for them."""

Deed = Callable[[Observation], Coroutine[Any, Any, Liveness]]


def watched(sight: Sight) -> Watching:
    return Watching((Lookout(CART, (sight,)),), (Concerned((CART,), (sight.ref,)),))


def listed(sent: int, acked: int) -> list[ListedProxy]:
    def nonce(push: int) -> str:
        return f"2026-01-01T00:00:00Z/{push}" + "0" * 36

    one = ListedProxy("cart-1.shop", *map(nonce, (sent, acked, sent, acked, sent, acked)))
    return [one]


def istiod(name: str = "istiod-1") -> FalseIstiod:
    found = FalseIstiod(name)
    found.tables = TABLES_OLD
    return found


def observed(watching: Watching, istiods: list[FalseIstiod], deed: Deed) -> Liveness:
    """Join istiods, do something, and return what came of it; all have left afterwards."""

    async def run() -> Liveness:
        async with asyncio.timeout(PATIENCE), serving(*istiods):
            plane = ControlPlane(IstiodCredentials(), tuple(one.replica for one in istiods))
            async with plane.observing(watching) as looking:
                found = await deed(looking)
            for one in istiods:
                await one.until(lambda left=one: not left.joined)  # type: ignore[misc]
            return found

    return asyncio.run(run())


def sends(one: FalseIstiod, push: int, acked: int) -> None:
    one.tables = TABLES_NEW
    one.listed = lambda: listed(push, acked)
    one.send(push)


def test_a_change_that_is_seen_and_acknowledged_is_live() -> None:
    one = istiod()

    async def deed(looking: Observation) -> Liveness:
        sends(one, 9, 9)
        return await looking.confirm(PATIENCE)

    found = observed(watched(ROUTED), [one], deed)
    assert (found.state, found.reason, found.live, found.expected) == ("live", "Live", 1, 1)
    assert found.sent is not None
    assert one.asked == [(TABLE, ("t",))]
    assert len(one.acknowledged) == 2


def test_in_step_before_the_change_was_sent_is_not_live() -> None:
    one = istiod()
    one.listed = lambda: listed(7, 7)

    found = observed(watched(ROUTED), [one], lambda looking: looking.confirm(0.05))
    assert (found.state, found.reason, found.sent) == ("waiting", "ChangeNotSeen", None)
    assert "istiod-1 was not seen to send it" in found.words


def test_a_push_without_the_change_is_not_it() -> None:
    one = istiod()

    async def deed(looking: Observation) -> Liveness:
        one.listed = lambda: listed(9, 9)
        one.send(9)
        return await looking.confirm(0.05)

    assert observed(watched(ROUTED), [one], deed).reason == "ChangeNotSeen"


def test_a_proxy_that_does_not_acknowledge_is_named() -> None:
    one = istiod()

    async def deed(looking: Observation) -> Liveness:
        sends(one, 9, 8)
        return await looking.confirm(0.05)

    found = observed(watched(ROUTED), [one], deed)
    assert found.reason == "ProxiesBehind"
    assert found.words == "0 of 1 proxies; cart-1.shop has not acknowledged"


def test_a_proxy_that_is_a_moment_late_is_looked_at_again_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(observation, "FIRST_LOOK", PATIENCE)
    monkeypatch.setattr(observation, "LAST_LOOK", PATIENCE)
    one, looks = istiod(), iter([listed(9, 8), listed(9, 9)])

    async def deed(looking: Observation) -> Liveness:
        sends(one, 9, 9)
        one.listed = lambda: next(looks)
        return await looking.confirm(PATIENCE)

    assert observed(watched(ROUTED), [one], deed).is_live


def test_a_proxy_that_ends_meanwhile_is_waited_for_no_longer() -> None:
    one, gone = istiod(), set[str]()

    async def deed(looking: Observation) -> Liveness:
        sends(one, 9, 8)
        assert (await looking.confirm(0.05, lambda: gone)).state == "waiting"
        gone.add("cart-1.shop")
        return await looking.confirm(PATIENCE, lambda: gone)

    found = observed(watched(ROUTED), [one], deed)
    assert (found.state, found.reason, found.expected) == ("live", "NothingToSee", 0)


def test_every_istiod_has_to_send_it() -> None:
    one, other = istiod(), istiod("istiod-2")

    async def deed(looking: Observation) -> Liveness:
        sends(one, 9, 9)
        assert (await looking.confirm(0.05)).reason == "ChangeNotSeen"
        other.tables = TABLES_NEW
        other.send(3)
        return await looking.confirm(PATIENCE)

    assert observed(watched(ROUTED), [one, other], deed).is_live


def test_an_istiod_that_is_not_there_is_told_by_its_name() -> None:
    one, gone = istiod(), istiod("istiod-2")

    async def run() -> Liveness:
        async with serving(gone):
            pass
        async with asyncio.timeout(PATIENCE), serving(one):
            plane = ControlPlane(IstiodCredentials(), (one.replica, gone.replica))
            async with plane.observing(watched(ROUTED)) as looking:
                sends(one, 9, 9)
                return await looking.confirm(0.05)

    found = asyncio.run(run())
    assert found.state == "waiting"
    assert "istiod-2 was not seen to send it; istiod-2: " in found.words


def test_an_istiod_that_begins_anew_counts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("laneway.adapters.istiod.observer.REST", 0.0)
    one = istiod()
    one.push = 50

    async def deed(looking: Observation) -> Liveness:
        for stream in list(one.joined):
            await stream.cancel()  # type: ignore[attr-defined]
        sends(one, 2, 2)
        return await looking.confirm(PATIENCE)

    assert observed(watched(ROUTED), [one], deed).is_live


def test_what_is_there_from_the_first_is_looked_at_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observation, "QUIET", 0.0)

    def found(sent: int, limit: float) -> str:
        one = istiod()
        one.tables, one.listed = TABLES_NEW, lambda: listed(sent, 5)
        return observed(watched(ROUTED), [one], lambda looking: looking.confirm(limit)).reason

    assert found(5, PATIENCE) == "Live"
    assert found(6, 0.05) == "ProxiesBehind"


def test_who_asks_for_more_quiet_waits_for_it() -> None:
    one = istiod()
    one.tables, one.listed = TABLES_NEW, lambda: listed(5, 5)

    async def deed(looking: Observation) -> Liveness:
        soon = await looking.confirm(0.05, quiet=SURE)
        assert soon.words == "1 of 1 proxies; what was there before was not yet looked at for 45 s"
        return await looking.confirm(PATIENCE, quiet=0.0)

    assert observed(watched(ROUTED), [one], deed).is_live


def test_what_was_there_and_goes_is_seen_when_it_comes_back() -> None:
    one = istiod()
    one.tables = TABLES_NEW

    async def deed(looking: Observation) -> Liveness:
        one.tables = TABLES_OLD
        one.send(8)
        await one.until(lambda: len(one.acknowledged) == 2)
        sends(one, 9, 9)
        return await looking.confirm(PATIENCE)

    assert observed(watched(ROUTED), [one], deed).is_live


@pytest.mark.parametrize("exists", [True, False])
def test_a_cluster_is_asked_for_by_name_in_the_state_of_the_world(*, exists: bool) -> None:
    one = istiod()
    one.clusters = () if exists else ("c",)

    async def deed(looking: Observation) -> Liveness:
        one.clusters = ("c",) if exists else ()
        sends(one, 9, 9)
        return await looking.confirm(PATIENCE)

    found = observed(watched(ClusterSight(SUBSETS, "c", exists)), [one], deed)
    assert found.is_live
    assert one.asked == [(CLUSTER, ("c",))]


def test_other_addresses_behind_a_cluster_are_seen() -> None:
    one = istiod()
    one.addresses = {"c": ("10.0.0.1",)}

    async def deed(looking: Observation) -> Liveness:
        sends(one, 8, 8)
        assert (await looking.confirm(0.05)).reason == "ChangeNotSeen"
        one.addresses = {"c": ("10.0.0.2",)}
        sends(one, 9, 9)
        return await looking.confirm(PATIENCE)

    assert observed(watched(AddressesSight(SUBSETS, "c")), [one], deed).is_live


def test_a_refusal_is_told_at_once_with_the_way_to_access() -> None:
    one = istiod()
    one.refuses = True

    found = observed(watched(ROUTED), [one], lambda looking: looking.confirm(PATIENCE))
    assert (found.state, found.reason, found.sent) == ("unknown", "NoAccessToIstiod", None)
    assert "istiod-1: PERMISSION_DENIED: not for you" in found.words


def test_who_may_look_but_not_ask_who_follows_is_told_when_it_was_sent() -> None:
    one = istiod()

    async def deed(looking: Observation) -> Liveness:
        one.refuses = True
        sends(one, 9, 9)
        return await looking.confirm(PATIENCE)

    found = observed(watched(ROUTED), [one], deed)
    assert found.reason == "NoAccessToIstiod"
    assert found.sent is not None
    assert "refused with 403" in found.words


def test_a_page_that_nobody_understands_is_told_and_waited_out() -> None:
    one = istiod()
    one.page = b"<html>"

    async def deed(looking: Observation) -> Liveness:
        sends(one, 9, 9)
        return await looking.confirm(0.05)

    found = observed(watched(ROUTED), [one], deed)
    assert found.reason == "ProxiesBehind"
    assert "syncz is not understood" in found.words


def test_a_page_that_gets_no_answer_ends_with_the_time_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("laneway.adapters.istiod.links.PATIENCE", 0.05)
    one, other = istiod(), istiod("istiod-2")
    one.is_silent = True

    async def deed(looking: Observation) -> Liveness:
        sends(one, 9, 9)
        sends(other, 9, 9)
        other.listed = list
        return await looking.confirm(0.1)

    found = observed(watched(ROUTED), [one, other], deed)
    assert found.reason == "ProxiesBehind"
    assert found.words == "0 of 1 proxies; istiod-1: no answer in time; cart-1.shop not connected"


def test_where_nothing_differs_for_anybody_nobody_is_asked() -> None:
    one = istiod()
    found = observed(Watching(), [one], lambda looking: looking.confirm(PATIENCE))
    assert (found.state, found.reason) == ("live", "NothingToSee")
    assert one.asked == []


def test_what_no_name_tells_is_unknown_though_all_else_is_live() -> None:
    one = istiod()
    seen = watched(ROUTED)
    more = Watching(seen.watches, seen.following, (Ref("Sidecar", "shop", "own"),))

    async def deed(looking: Observation) -> Liveness:
        sends(one, 9, 9)
        return await looking.confirm(PATIENCE)

    found = observed(more, [one], deed)
    assert (found.state, found.reason) == ("unknown", "NotObservable")
    assert "Sidecar shop/own" in found.words


def test_without_an_istiod_there_is_no_access() -> None:
    found = observed(watched(ROUTED), [], lambda looking: looking.confirm(PATIENCE))
    assert found.reason == "NoAccessToIstiod"
    assert found.words.startswith("no istiod was found")


def test_a_port_that_turns_out_to_be_closed_moves_observers_to_their_own_namespace() -> None:
    gone = istiod()

    async def run() -> tuple[str, str]:
        async with serving(gone):
            pass
        plane = ControlPlane(_Token(), (gone.replica,))
        before = plane.seat
        async with plane.observing(watched(ROUTED)):
            pass
        return before, plane.seat

    assert asyncio.run(run()) == ("", "laneway")


class _Token(IstiodCredentials, frozen=True):
    """Credentials of an account of a namespace."""

    def namespace(self) -> str:
        return "laneway"
