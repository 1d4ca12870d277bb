"""What is live, asked of real istiods: with proxies that follow, that hang, that are gone.

Proxies are clients that acknowledge at once. Real Envoys and requests are in the figures
(`./dev figures live`).
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from laneway.adapters.istiod import ControlPlane, IstiodCredentials, observation
from laneway.core.live.proxies import ExpectedProxy
from laneway.core.live.replicas import IstiodReplica
from laneway.core.live.watching import World, watching, written
from tests.agree.oracle import Workload
from tests.cluster.control_plane import VERSIONS, Istiod
from tests.cluster.control_plane import ControlPlane as Cluster
from tests.cluster.crowd import Crowd
from tests.cluster.guarded import address, guarded
from tests.conftest import Had
from tests.engines import engine
from tests.live.applying import Applying, Taken, standing, workloads
from tests.live.relay import Relay
from tests.live.town import Way, callers, town, way
from tests.operator.crowded import Crowded

pytestmark = pytest.mark.cluster

COMES, GOES = way(town(2), town(3)), way(town(3), town(2))
ENTRY, BACK = (
    way(town(2), town(2, match={"uri": {"prefix": "/in"}})),
    way(town(2, match={"uri": {"prefix": "/in"}}), town(2)),
)
"""One step that no name tells."""
ALL, NOTHING = way([*town(2)[-3:]], town(2)), way(town(2), [*town(2)[-3:]])
CALLERS = callers(3)
LATE = "cart-v3.shop"


def open_to_all(istiod: Istiod) -> ControlPlane:
    """Return an istiod as it is asked from its own machine, without a token."""
    replica = IstiodReplica(
        f"istiod-{istiod.version}", "127.0.0.1", plain=istiod.grpc, secure=0, debug=istiod.http
    )
    return ControlPlane(IstiodCredentials(), (replica,))


@contextmanager
def applying(cluster: Cluster, plane: ControlPlane, limit: float = 30.0) -> Iterator[Applying]:
    """Have the town's services and two lanes lie in a cluster; they are gone afterwards."""
    with standing(cluster.api, town(2)) as writer:
        found = Applying(writer, plane, limit)
        for step, before in ALL.taken:
            found.write(step, before)
        try:
            yield found
        finally:
            for step, before in NOTHING.taken:
                found.write(step, before)


def taken(applying: Applying, changed: Way) -> list[Taken]:
    """Take a whole way."""
    return asyncio.run(applying.take(changed, CALLERS))


@pytest.fixture
def crowd(had: Had) -> Path:
    return had(lambda: engine("crowd"))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_step_of_a_lane_that_comes_and_goes_is_live(
    plane: Cluster, crowd: Path, version: str
) -> None:
    istiod = plane.istiods[version]
    with applying(plane, open_to_all(istiod)) as apply, Crowd(crowd, istiod) as proxies:
        proxies.join(workloads(CALLERS))
        found = [*taken(apply, COMES), *taken(apply, GOES)]
    assert [one.liveness.reason for one in found] == ["Live"] * len(found)
    assert [one.liveness.expected for one in found] == [8, 2, 1, 1, 2, 8]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_last_objects_of_many_tell_of_all(plane: Cluster, crowd: Path, version: str) -> None:
    size = Crowded(services=30, lanes=4, own=12, proxies=9)
    bare = list(size.running())
    mesh = [*bare, size.group(), *size.all_lanes()]
    with standing(plane.api, mesh) as writer, Crowd(crowd, plane.istiods[version]) as proxies:
        proxies.join(size.joining())
        apply = Applying(writer, open_to_all(plane.istiods[version]), in_order=True)
        for there in (way(bare, mesh), way(mesh, bare)):
            assert held_when_live(apply, there, size, proxies) == 3
            assert {len(step.refs) for step, _ in there.taken} == {1, 30}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_last_of_rules_for_single_callers_tells_of_those_for_others(
    plane: Cluster, crowd: Path, version: str
) -> None:
    """Each proxy has a rule of its own, and one observer sees one of them."""
    size = Crowded(services=2, lanes=10, own=2, is_strict=True, proxies=10)
    bare = list(size.running())
    mesh = [*bare, size.group(), *size.all_lanes()]
    comes, goes = way(bare, mesh, "scoped"), way(mesh, bare, "scoped")
    with standing(plane.api, mesh) as writer, Crowd(crowd, plane.istiods[version]) as proxies:
        proxies.join(size.joining())
        apply = Applying(writer, open_to_all(plane.istiods[version]), in_order=True)
        assert held_when_live(apply, comes, size, proxies) == 3
        for step, before in goes.taken:
            apply.write(step, before)


def held_when_live(apply: Applying, there: Way, size: Crowded, proxies: Crowd) -> int:
    """Go a way; what each proxy has when a step is live is what it has a second later."""
    everybody = [*map(expected, size.joining())]
    for at in range(len(there.taken)):
        done = asyncio.run(apply.step(there, at, everybody))
        at_once = held(proxies)
        time.sleep(1.0)
        assert done.liveness.is_live, done.liveness
        assert len(done.looked_for) <= 2
        assert held(proxies) == at_once
    return len(there.taken)


def held(proxies: Crowd) -> list[object]:
    return [proxies.shown("clusters"), proxies.shown("tables")]


def expected(one: Workload) -> ExpectedProxy:
    labels = tuple(sorted(one.labels.items()))
    return ExpectedProxy(one.name, one.namespace, labels, is_gateway=one.type == "router")


def nobody_late(cluster: Cluster, crowd: Path, joining: Istiod) -> tuple[Crowd, Crowd]:
    """Let all proxies join, the one that is going to be late by itself."""
    istiod = cluster.istiods["1.31"]
    others, late = Crowd(crowd, istiod), Crowd(crowd, joining)
    apart: dict[bool, list[Workload]] = {True: [], False: []}
    for one in workloads(CALLERS):
        apart[f"{one.name}.{one.namespace}" == LATE].append(one)
    others.join(apart[False])
    late.join(apart[True])
    return others, late


def test_a_proxy_that_hangs_is_named_until_it_goes_on(plane: Cluster, crowd: Path) -> None:
    istiod = plane.istiods["1.31"]
    with applying(plane, open_to_all(istiod), 0.5) as apply:
        others, late = nobody_late(plane, crowd, istiod)
        with others, late:
            asyncio.run(apply.step(COMES, 0, CALLERS))
            assert late.process is not None
            late.process.send_signal(signal.SIGSTOP)
            hung = asyncio.run(apply.step(COMES, 1, CALLERS, but=1)).liveness
            late.process.send_signal(signal.SIGCONT)
            apply.limit = 30.0
            after = asyncio.run(apply.step(COMES, 2, CALLERS)).liveness
            back = [*taken(apply, GOES)]
    assert hung.words.startswith("1 of 2 proxies; ")
    assert [(one.proxy, one.why) for one in hung.missing] == [(LATE, "has not acknowledged")]
    assert after.is_live
    assert all(one.liveness.is_live for one in back)


def test_a_proxy_that_left_is_not_connected(plane: Cluster, crowd: Path) -> None:
    istiod = plane.istiods["1.31"]
    with applying(plane, open_to_all(istiod), 0.5) as apply:
        others, late = nobody_late(plane, crowd, istiod)
        with others, late:
            asyncio.run(apply.step(COMES, 0, CALLERS))
            late.close()
            gone = asyncio.run(apply.step(COMES, 1, CALLERS, but=1)).liveness
            asyncio.run(apply.step(COMES, 2, CALLERS))
            apply.limit = 0.1
            taken(apply, GOES)
    assert [(one.proxy, one.why) for one in gone.missing] == [(LATE, "not connected")]


def test_a_connection_that_is_half_open_does_not_count(plane: Cluster, crowd: Path) -> None:
    istiod = plane.istiods["1.31"]
    with Relay(istiod.grpc) as relay, applying(plane, open_to_all(istiod), 0.5) as apply:
        through = Istiod(istiod.version, relay.port, istiod.http)
        others, late = nobody_late(plane, crowd, through)
        with others, late:
            asyncio.run(apply.step(COMES, 0, CALLERS))
            relay.hold()
            held = asyncio.run(apply.step(COMES, 1, CALLERS, but=1)).liveness
            relay.go_on()
            apply.limit = 30.0
            back = [asyncio.run(apply.step(COMES, 2, CALLERS)), *taken(apply, GOES)]
    assert [(one.proxy, one.why) for one in held.missing] == [(LATE, "has not acknowledged")]
    assert all(one.liveness.is_live for one in back)


def test_what_was_written_is_found_by_who_comes_later(
    plane: Cluster, crowd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observation, "QUIET", 0.1)
    istiod = plane.istiods["1.31"]
    there = open_to_all(istiod)
    wanted = ALL.wanted
    world = World(wanted.mesh, wanted.plan, tuple(CALLERS))

    async def later() -> str:
        asked = watching([(written(wanted.manifests()), {})], world)
        async with there.observing(asked) as looking:
            return (await looking.confirm(30)).reason

    with applying(plane, there), Crowd(crowd, istiod) as proxies:
        proxies.join(workloads(CALLERS))
        assert asyncio.run(later()) == "Live"


@pytest.mark.parametrize("version", VERSIONS)
def test_an_istiod_that_asks_for_tokens_tells_its_own_namespace_and_those_it_allows(
    plane: Cluster, crowd: Path, tmp_path: Path, version: str
) -> None:
    if not address():
        pytest.skip("this machine has no address but loopback")
    reasons = {}
    with guarded(plane, tmp_path, version, "laneway-allowed") as istiod:
        joining = Istiod(version, istiod.replica.plain, 0)
        closed = replace(istiod.replica, plain=0)
        with Crowd(crowd, joining, istiod.replica.host) as proxies:
            proxies.join(workloads(CALLERS))
            for space, replica in (
                ("istio-system", closed),
                ("laneway-allowed", istiod.replica),
                ("laneway-alone", closed),
            ):
                asking = ControlPlane(istiod.credentials(space), (replica,))
                with applying(plane, asking) as apply:
                    found = [*taken(apply, ENTRY), *taken(apply, BACK)]
                reasons[space] = [one.liveness.reason for one in found]
                assert all(one.liveness.sent is not None for one in found)
    assert reasons == {
        "istio-system": ["Live"] * 2,
        "laneway-allowed": ["Live"] * 2,
        "laneway-alone": ["NoAccessToIstiod"] * 2,
    }
