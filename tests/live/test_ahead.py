"""Observers who join ahead of their step, while istiod sends the step before: to them, it is late.

An entry has three states. What istiod sends of the second to whoever joined for the third, when
that is asked about and not written yet, is never taken for it.
"""

from __future__ import annotations

import asyncio
from itertools import pairwise, starmap

import pytest
from msgspec.structs import replace

from laneway.adapters.istiod import ControlPlane, IstiodCredentials
from laneway.apps.operator import observing
from laneway.apps.operator.ahead import WatchedStrides
from laneway.apps.operator.observing import AskingIstiod
from laneway.core.changes.order import ChangeStep
from laneway.core.emit.istio import Layout
from laneway.core.emit.manifest import Manifest
from laneway.core.keeping.change import PackedStep, PartOfWay, Stride
from laneway.core.keeping.packed import Packed
from laneway.core.live.ahead import may_join_ahead
from laneway.core.live.following import ListedProxy
from laneway.core.live.proxies import PROXY
from laneway.core.live.seen import Route
from laneway.core.live.sights import RoutesSight
from laneway.core.live.watching import MOST, Watching, World, watching
from laneway.core.resources.kubernetes.workloads import Container, Workload
from laneway.core.resources.meta import Meta, Ref
from tests.laws.compiling import compile_mesh
from tests.live.false_istiod import FalseIstiod, serving
from tests.live.town import DOOR, callers, town, way
from tests.operator.added import KINDS as ADDED
from tests.operator.added import mesh

PATIENCE = 30.0
ENTRY = Ref("VirtualService", "istio-system", "door")
WANTED = compile_mesh(town(3))
POD = Workload(
    Meta(Ref("Pod", "istio-system", "door")), DOOR, ready=1, containers=(Container(PROXY),)
)


def entry(lanes: int, **rule: object) -> Manifest:
    return next(one for one in compile_mesh(town(lanes, **rule)).manifests() if one.ref == ENTRY)


ONE, TWO, THREE = map(entry, (1, 2, 3))
IN = entry(1, match={"uri": {"prefix": "/in"}})
"""What no name tells from one lane as it was."""


def looked_for(old: Manifest | None, new: Manifest) -> Watching:
    world = World(WANTED.mesh, WANTED.plan, (callers(1)[-1],))
    before = {ENTRY: old} if old else {}
    return watching([(ChangeStep("entry routes", (new,)), before)], world)


def routes(one: Manifest) -> tuple[Route, ...]:
    """Return the routes of an entry as istiod sends them."""
    (watch,) = looked_for(None, one).watches
    (sight,) = watch.sights
    assert isinstance(sight, RoutesSight)
    return sight.present


@pytest.mark.parametrize("kind", ADDED, ids=[name for name, *_ in ADDED])
def test_all_steps_of_a_lane_that_is_added_may_be_joined_for_ahead(
    kind: tuple[str, Layout, bool],
) -> None:
    _, layout, is_permissive = kind
    two, three = (mesh(lanes, is_permissive=is_permissive) for lanes in (2, 3))
    comes = way(two, three, layout)
    found = [comes.watched(at, callers(3)) for at in range(len(comes.taken))]
    assert all(one.watches for one in found)
    assert all(starmap(may_join_ahead, pairwise(reversed(found))))


def test_no_more_join_than_an_istiod_may_have() -> None:
    one = looked_for(ONE, TWO)
    most = replace(one, watches=one.watches * (MOST - 1))
    assert may_join_ahead(one, most)
    assert not may_join_ahead(one, replace(one, watches=one.watches * MOST))


def stride(old: Manifest, new: Manifest) -> Stride:
    step = PackedStep("entry routes", Packed([new]), (), drain=False)
    return Stride(((PartOfWay(Packed([old]), ()), step),))


class Sending(FalseIstiod):
    """An istiod that says an entry, to whoever joined first, or to all."""

    def say(self, one: Manifest, mark: str = "") -> None:
        self.tables, self.mark = {"http.80": {"*:80": routes(one)}}, mark

    def push_to(self, number: int | None, push: int) -> None:
        """Send what is said to so many; the gateway has taken it."""
        nonce = f"2026-01-01T00:00:00Z/{push}" + "0" * 36
        taken = [ListedProxy("door.istio-system", route_sent=nonce, route_acked=nonce)]
        self.listed, self.push = lambda: taken, push
        for told in list(self.joined.values())[:number]:
            told.set()


def asking_of(istiod: FalseIstiod) -> AskingIstiod:
    """Return whoever asks an istiod that has begun to serve, of a gateway."""
    plane = ControlPlane(IstiodCredentials(), (istiod.replica,))
    asking = AskingIstiod(plane, 0.0, plane.replicas)
    asking.pods = lambda: (POD,)
    return asking


def test_who_joined_ahead_does_not_stand_once_another_proxy_is_there() -> None:
    istiod, pods = Sending(), [POD]
    istiod.say(ONE)

    async def run() -> tuple[bool, bool]:
        async with asyncio.timeout(PATIENCE), serving(istiod):
            asking = asking_of(istiod)
            asking.pods = lambda: tuple(pods)
            now, ahead = stride(ONE, TWO), stride(TWO, THREE)
            async with (
                asking.observing(now, WANTED) as looking,
                asking.ahead(ahead, WANTED, looking) as early,
            ):
                assert early is not None
                before = early.stands
                pods.append(replace(POD, meta=Meta(Ref("Pod", "istio-system", "door-2"))))
                return before, early.stands

    assert asyncio.run(run()) == (True, False)


@pytest.mark.parametrize(
    ("first", "second", "third", "looks"),
    [(ONE, TWO, THREE, 2), (TWO, ONE, TWO, 3), (TWO, ONE, IN, 2)],
    ids=["by name", "as it was before", "by digest"],
)
def test_the_step_before_is_never_taken_for_the_one_that_was_joined_for(
    monkeypatch: pytest.MonkeyPatch, first: Manifest, second: Manifest, third: Manifest, looks: int
) -> None:
    monkeypatch.setattr(observing, "LIMIT", 0.1)
    istiod = Sending()
    istiod.say(first)

    async def go() -> None:
        there = stride(first, second), stride(second, third)
        strides = WatchedStrides(iter(there), asking_of(istiod), WANTED)
        async with strides.watching(there[0], None) as looking:
            strides.written(looking, None)
            assert strides.joining is not None
            await strides.joining
            istiod.say(second)
            istiod.push_to(1, 8)
            live = await looking.confirm()
            assert live.is_live
        async with strides.watching(there[1], live) as looking:
            istiod.push_to(None, 8)
            assert (await looking.confirm()).reason == "ChangeNotSeen"
            istiod.say(third, "in" if third is IN else "")
            istiod.push_to(None, 9)
            assert (await looking.confirm()).is_live

    async def run() -> None:
        async with asyncio.timeout(PATIENCE), serving(istiod):
            await go()
            await istiod.until(lambda: not istiod.joined)

    asyncio.run(run())
    assert len(istiod.asked) == looks
