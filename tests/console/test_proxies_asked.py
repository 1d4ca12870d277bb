"""What the proxies of a cluster have counted, as one user may ask them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from laneway.apps.cluster.following import SeenByUser
from laneway.apps.cluster.proxies import AT_ONCE, MOST, ProxiesRead, ProxyPod, ProxyReader
from laneway.apps.console.grounds.cluster import UserClusterGround
from laneway.apps.console.picture import Picture
from laneway.apps.console.run import CALLS
from laneway.core.compile import Compilation
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.views.topology.topology import Topology
from laneway.core.views.traffic.counts import ToldCounts
from laneway.core.views.traffic.traffic import MeshTraffic
from tests.console.fake_cluster import POD, FakeCluster
from tests.console.serving import StillGround, console
from tests.console.test_cluster_ground import client, ground, until
from tests.console.test_cluster_sending import strict

GATEWAY = "gateway:istio=ingressgateway"
INGRESS = "istio-ingressgateway"
Calls = dict[tuple[str, str], int]


def town(cluster: FakeCluster) -> None:
    """Have the strict lanes with pods that have addresses, and the gateway's own."""
    strict(cluster, 80)
    for path, one in list(cluster.objects.items()):
        if path.startswith("/api/v1/") and "/pods/" in path:
            cluster.write(path, one | {"status": {**one["status"], "podIP": "10.0.0.1"}})
    cluster.have(
        POD,
        INGRESS,
        "istio-system",
        metadata={"labels": {"istio": "ingressgateway"}},
        spec={"containers": [{"name": "istio-proxy"}]},
        status={
            "podIP": "10.0.0.2",
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    )
    names = (
        f"{app}-{version}" for app in ("mocka", "mockb", "mockc") for version in ["v1", "v2", "v3"]
    )
    cluster.pages = dict.fromkeys((*names, INGRESS), page({}))


def page(sent: Calls, more: str = "", reporter: str = "source") -> str:
    """Return what a proxy says of requests from one workload to another, as Envoy writes it."""
    lines = ["# TYPE istio_requests_total counter"]
    for (source, target), number in sent.items():
        space = "istio-system" if source == INGRESS else "default"
        labels = (
            f'reporter="{reporter}",source_workload="{source}",'
            f'source_workload_namespace="{space}",source_principal="a \\"b\\", c",'
            f'destination_workload="{target}",destination_workload_namespace="default",'
            f'destination_service_name="{target.partition("-")[0]}",'
            'destination_service_namespace="default"'
        )
        lines += [
            f'istio_requests_total{{{labels},response_code="200",response_flags="-"}} {number}',
            f'istio_request_bytes_bucket{{{labels},le="0.5"}} 3',
        ]
        name = "istio_request_duration_milliseconds_bucket"
        lines += [f'{name}{{{labels},le="{edge}"}} {number}' for edge in ("5", "+Inf")]
    return "\n".join([*lines, more, ""])


@asynccontextmanager
async def looking(
    cluster: FakeCluster, token: str, *namespaces: str
) -> AsyncIterator[tuple[UserClusterGround, Any]]:
    """A ground that has seen something, and what looks at its traffic."""
    async with ground(cluster, token, *namespaces) as found:
        picture, seconds = Picture(), iter(range(100, 1000))

        async def look() -> MeshTraffic:
            await asyncio.sleep(0.02)
            assert found.seen is not None
            return await picture.look(found.seen, found.traffic, next(seconds))

        yield found, look


def rates(told: MeshTraffic) -> dict[str, float]:
    return {name: one.rate for name, one in told.edges.items()}


def test_each_request_counts_once_by_whoever_sent_it() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        town(cluster)
        async with looking(cluster, cluster.user("ada", everywhere=True)) as (_, look):
            cluster.pages[INGRESS] = page({(INGRESS, "mocka-v1"): 500})
            first = await look()
            assert (first.known, first.why[:17]) == (False, "Counting has begu")
            cluster.pages[INGRESS] = page({(INGRESS, "mocka-v1"): 540})
            cluster.pages["mocka-v1"] = page({("mocka-v1", "mockb-v1"): 20}) + page(
                {(INGRESS, "mocka-v1"): 40}, reporter="destination"
            )
            cluster.pages["mockb-v1"] = page({("mocka-v1", "mockb-v1"): 20}, "", "destination")
            told = await look()
            entry, call = f"{GATEWAY}>default/mocka@s1", "default/mocka@s1>default/mockb@s1"
            found = rates(told)
            assert set(found) == {entry, call}
            assert found[entry] == pytest.approx(2 * found[call], rel=0.5)
            assert told.edges[call].p95 == pytest.approx(4.8, abs=0.1)
            assert (told.why, told.untold) == ("", ())
            assert rates(await look()) == {}

            cluster.pages["mocka-v1"] = page({("mocka-v1", "mockb-v1"): 4})  # it began anew
            (again,) = rates(await look()).values()
            assert again > 0
        asked = [one for one in cluster.asked if "/proxy/" in one.path]
        assert {one.query["filter"] for one in asked} == {
            "(istio_requests_total|istio_request_duration_milliseconds)"
        }

    asyncio.run(walk())


def test_of_whom_nobody_tells_rates_are_unknown_and_why_is_said() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        town(cluster)
        call = {("mocka-v2", "mockb-v2"): 3}
        async with looking(cluster, cluster.user("ada", everywhere=True)) as (_, look):
            await look()
            cluster.pages["mocka-v2"] = page(call)
            assert list(rates(await look())) == ["default/mocka@s2>default/mockb@s2"]
            silent = cluster.pages.pop("mocka-v2")
            told = await look()
            assert told.known
            assert told.untold == ("default/mocka@s2>default/mockb@s2",)
            assert "1 of 10 proxies do not answer, as mocka-v2 in default" in told.why
            assert "connection refused" in told.why
            cluster.pages["mocka-v2"] = silent
            assert ((await look()).untold, (await look()).why) == ((), "")

    asyncio.run(walk())


def test_who_may_not_ask_proxies_is_told_what_is_lacking_and_no_proxy_is_asked() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        town(cluster)
        token = cluster.user("eve", everywhere=True)
        cluster.users[token].refused = frozenset({"proxy"})
        async with looking(cluster, token) as (_, look):
            for told in (await look(), await look()):
                assert not told.known
                assert "get pods/proxy in default and istio-system" in told.why
                assert "-counters grants it" in told.why
        assert not [one for one in cluster.asked if "/proxy/" in one.path]

    asyncio.run(walk())


def test_a_right_in_one_namespace_makes_known_what_is_sent_there_alone() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        town(cluster)
        token = cluster.user("bob", everywhere=True)
        cluster.users[token].proxied = frozenset({"default"})
        async with looking(cluster, token) as (_, look):
            await look()
            told = await look()
            assert told.known
            assert told.untold
            assert all(one.startswith(GATEWAY) for one in told.untold)
            assert "in istio-system" in told.why
        asked = [one.path for one in cluster.asked if "/proxy/" in one.path]
        assert asked
        assert all("/namespaces/default/" in one for one in asked)

    asyncio.run(walk())


def test_gateways_that_one_does_not_see_are_unknown_and_named() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        town(cluster)
        del cluster.objects[POD.path("istio-system", INGRESS)]
        async with looking(cluster, cluster.user("ada", everywhere=True)) as (_, look):
            await look()
            told = await look()
            assert all(one.startswith(GATEWAY) for one in told.untold)
            assert (told.known, bool(told.untold)) == (True, True)
            assert told.why == "No proxy of ingressgateway is in sight."

    asyncio.run(walk())


def test_what_is_asked_at_once_and_read_is_bounded() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        town(cluster)
        under_way, most = 0, 0
        answer = cluster._do  # noqa: SLF001 - it is waited for

        async def slow(to: Any, asked: Any) -> None:
            nonlocal under_way, most
            is_page = "/proxy/" in asked.path
            under_way += is_page
            most = max(most, under_way)
            await asyncio.sleep(0.01 if is_page else 0)
            await answer(to, asked)
            under_way -= is_page

        cluster._do = slow  # type: ignore[method-assign]  # noqa: SLF001
        cluster.pages["mocka-v1"] = "istio_" * (1 << 20)
        following = SeenByUser(client(cluster, cluster.user("ada", everywhere=True)))
        running = asyncio.create_task(following.run(lambda: None))
        try:
            async with following.client as asking:
                await until(lambda: following.is_synced)
                read = await ProxyReader(asking).read(following.proxies)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
        finally:
            await cluster.stop()
        assert 1 < most <= AT_ONCE
        assert {pod.name: why.rpartition(": ")[2] for pod, why in read.missed.items()} == {
            "mocka-v1": "more than 4 MB"
        }

    asyncio.run(walk())


def test_too_many_proxies_are_not_asked() -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        town(cluster)
        for number in range(MOST):
            cluster.have(
                POD,
                f"more-{number}",
                "default",
                spec={"containers": [{"name": "istio-proxy"}]},
                status={
                    "podIP": "10.0.0.3",
                    "conditions": [{"type": "Ready", "status": "True"}],
                },
            )
        async with looking(cluster, cluster.user("ada", everywhere=True)) as (_, look):
            told = await look()
            assert (told.known, told.why) == (
                False,
                "There are more than 200 proxies to ask: have --metrics name a Prometheus.",
            )
        assert not [one for one in cluster.asked if "/proxy/" in one.path]

    asyncio.run(walk())


def test_the_doctor_tells_of_requests_that_the_gateway_had_no_route_for(tmp_path: Path) -> None:
    lost = (
        'istio_requests_total{reporter="source",source_workload="istio-ingressgateway",'
        'source_workload_namespace="istio-system",destination_workload="unknown",'
        'response_code="404",response_flags="NR"} %d'
    )

    async def walk() -> None:
        cluster = FakeCluster()
        town(cluster)
        cluster.pages[INGRESS] = page({}, lost % 3)
        async with looking(cluster, cluster.user("ada", everywhere=True)) as (found, look):
            await look()
            assert found.seen is not None
            assert found.seen.unrouted_counts == ()
            cluster.pages[INGRESS] = page({}, lost % 28)
            await look()
            await until(lambda: found.seen is not None and found.seen.unrouted_counts != ())
            served = console(tmp_path, CALLS, ground=found)
            await served.come_in()
            rows = (await served.client.get("/api/v1/doctor")).json()["rows"]["rows"]
            (row,) = [one for one in rows if one["code"] == "LW1722"]
            assert (row["level"], row["symptoms"]) == ("info", ["no-response"])
            assert "(20 times or more in ten minutes)" in row["cause"]
            assert row["object"]["kind"] == "Gateway"
            assert row["command"].startswith("kubectl logs -n istio-system -l istio=")

    asyncio.run(walk())


def test_proxies_are_asked_only_while_a_page_is_open(tmp_path: Path) -> None:
    class Costly:
        pause, window, asks_others, looks = 1, 1.0, True, 0

        async def look(self, compilation: Compilation, shown: Topology, now: float) -> ToldCounts:
            del compilation, shown, now
            self.looks += 1
            return ToldCounts(None)

    class Busy(StillGround):
        def __init__(self) -> None:
            super().__init__(Snapshot())
            self.traffic = Costly()  # type: ignore[assignment]

    async def walk() -> None:
        still = Busy()
        visit = console(tmp_path, CALLS, ground=still).visit
        running = asyncio.create_task(visit.run())
        try:
            await asyncio.sleep(1.2)
            assert still.traffic.looks == 0  # type: ignore[attr-defined]
            heard = visit.broadcast.events()
            await anext(heard)
            await until(lambda: still.traffic.looks > 0)  # type: ignore[attr-defined]
            await heard.aclose()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(walk())


def test_what_is_missing_is_said_in_one_line() -> None:
    assert ProxiesRead(begun=True).why == ""
    refused = tuple(ProxyPod(space, "pod", "made") for space in "ab")
    assert "\n" not in ProxiesRead(refused=refused).why
