"""Requests through a cluster's gateways: as oneself, and by a console that many come to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from laneway.apps.cluster.following import SeenByUser
from laneway.apps.console.grounds.cluster import UserClusterGround
from laneway.apps.console.run import CALLS
from tests.console.fake_cluster import GATEWAY, GROUPS, LANES, POD, SERVICE, FakeCluster
from tests.console.serving import console
from tests.console.test_cluster_ground import client, until

EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"
SENT = {"text": "curl -H 'x-asm-prefer-tag: s2' http://localhost/mock", "times": 1}


def strict(cluster: FakeCluster, gateway_port: int) -> None:
    """Have the example's lanes and a gateway that a Service of 127.0.0.1 leads to."""
    kinds = {one.kind: one for one in (SERVICE, GATEWAY, GROUPS, LANES)}
    for path in sorted(EXAMPLE.glob("*.yaml")):
        for one in yaml.safe_load_all(path.read_text()):
            if one and one["kind"] in kinds:
                head = one["metadata"]
                more = {"metadata": {"labels": head.get("labels", {})}, "spec": one["spec"]}
                cluster.have(kinds[one["kind"]], head["name"], head.get("namespace", ""), **more)
    for app in ("mocka", "mockb", "mockc"):
        for version in ("v1", "v2", "v3"):
            cluster.have(
                POD,
                f"{app}-{version}",
                "default",
                metadata={"labels": {"app": app, "ASM_TRAFFIC_TAG": version}},
                spec={"containers": [{"name": "app"}, {"name": "istio-proxy"}]},
                status={"conditions": [{"type": "Ready", "status": "True"}]},
            )
    cluster.have(
        SERVICE,
        "ingressgateway",
        "istio-system",
        spec={
            "selector": {"istio": "ingressgateway"},
            "clusterIP": "127.0.0.1",
            "ports": [{"port": gateway_port, "targetPort": 80}],
        },
        status={"loadBalancer": {"ingress": [{"ip": "127.0.0.1"}]}},
    )


@asynccontextmanager
async def gateway(met: list[str]) -> AsyncIterator[int]:
    """Something that answers, or leads elsewhere; the port of it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.append((await reader.readuntil(b"\r\n\r\n")).decode())
        body = b"-> mocka(version: v2, ip: 10.0.0.1)"
        head = f"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.2/\r\ncontent-length: {len(body)}"
        writer.write(f"{head}\r\n\r\n".encode() + body)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def sent(tmp_path: Path, cluster: FakeCluster, token: str, *, is_inside: bool) -> Any:
    """Send a request as somebody; return whether it is offered, and the answer."""
    following = SeenByUser(client(cluster, token), again=0.05)
    found = UserClusterGround("fake", following, is_inside=is_inside)
    running = asyncio.create_task(found.run(lambda: None))
    try:
        await until(lambda: found.seen is not None)
        served = console(tmp_path, CALLS, ground=found)
        await served.come_in()
        about = (await served.client.get("/api/v1/about")).json()
        answer = await served.client.post("/api/v1/send", json=SENT, headers=served.headers)
        return about["sends"], answer
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await cluster.stop()


@pytest.mark.parametrize("is_inside", [False, True])
def test_who_may_sends_to_the_gateway_and_nowhere_else(tmp_path: Path, is_inside: bool) -> None:  # noqa: FBT001
    async def walk() -> None:
        met: list[str] = []
        async with gateway(met) as port:
            cluster = FakeCluster()
            strict(cluster, port)
            ada = cluster.user("ada", everywhere=True)
            offered, answer = await sent(tmp_path, cluster, ada, is_inside=is_inside)
        assert offered
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["address"] == f"127.0.0.1:{port}"
        assert told["answers"]["statuses"] == {"302": 1}
        assert told["promise"]["answers"][0]["pods"][0]["name"] == "mocka-v2"
        assert told["taken"] is None
        (head,) = met
        assert head.startswith("GET /mock HTTP/1.1\r\nhost: localhost\r\n")

    asyncio.run(walk())


def test_a_console_for_many_lends_its_place_to_nobody_without_the_right(tmp_path: Path) -> None:
    async def walk() -> None:
        met: list[str] = []
        async with gateway(met) as port:
            cluster = FakeCluster()
            strict(cluster, port)
            eve = cluster.user("eve", everywhere=True)
            cluster.users[eve].refused = frozenset({"proxy"})
            offered, answer = await sent(tmp_path, cluster, eve, is_inside=True)
        assert (offered, answer.status_code, met) == (False, 403, [])

    asyncio.run(walk())


def test_a_right_that_went_since_it_was_offered_counts_no_more(tmp_path: Path) -> None:
    async def walk() -> None:
        met: list[str] = []
        async with gateway(met) as port:
            cluster = FakeCluster()
            strict(cluster, port)
            token = cluster.user("eve", everywhere=True)
            ground = partial(UserClusterGround, "fake", is_inside=True)
            found = ground(SeenByUser(client(cluster, token), again=60))
            running = asyncio.create_task(found.run(lambda: None))
            try:
                await until(lambda: found.sender is not None)
                cluster.users[token].refused = frozenset({"proxy"})
                served = console(tmp_path, CALLS, ground=found)
                await served.come_in()
                answer = await served.client.post("/api/v1/send", json=SENT, headers=served.headers)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await cluster.stop()
        assert answer.status_code == 400
        assert "services/proxy of istio-system/ingressgateway" in answer.text
        assert met == []

    asyncio.run(walk())
