"""Consoles on a cluster as processes: for one by a kubeconfig, and for many behind a proxy."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import Struct

from tests.cluster.control_plane import free_ports
from tests.console.fake_cluster import GROUPS, LANES, POD, SERVICE, FakeCluster, shop_and_cart

ONESELF = "from laneway.apps.cli import kubectl_laneway as main; main()"
MANY = "from laneway.apps.cli import main; main()"
SERVICES, LANES_OF_IT = 300, 20
GONE = "gone"
PAGE = 4096
"""Bytes of a page of memory."""


class ConsoleProcess(Struct, frozen=True):
    """A console that runs, and what it says first."""

    process: asyncio.subprocess.Process
    first: str

    @property
    def memory(self) -> int:
        """Bytes of memory that it holds."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE


@asynccontextmanager
async def served(cluster: FakeCluster) -> AsyncIterator[str]:
    """Have a cluster answer at a port; return its address."""
    server = await asyncio.start_server(cluster._serve, "127.0.0.1", 0)  # noqa: SLF001
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(60):
        yield f"http://127.0.0.1:{port}"
    server.close()
    await cluster.stop()


@asynccontextmanager
async def running(
    folder: Path, address: str, code: str, *words: str, token: str = ""
) -> AsyncIterator[ConsoleProcess]:
    """Run a console with a kubeconfig; it has said something."""
    named = [
        ("clusters", {"cluster": {"server": address}}),
        ("users", {"user": {"token": token}}),
        ("contexts", {"context": {"cluster": "it", "user": "it", "namespace": "shop"}}),
    ]
    config: dict[str, Any] = {key: [{"name": "it", **value}] for key, value in named}
    file = folder / "kubeconfig"
    file.write_text(json.dumps({"current-context": "it", **config}))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-u", "-c", code, "console", "--kubeconfig", str(file), *words),
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        assert process.stdout is not None
        yield ConsoleProcess(process, (await process.stdout.readline()).decode().strip())
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def known(browser: httpx.AsyncClient, path: str = "/api/v1/mesh") -> httpx.Response:
    """Ask until the console has looked for the first time."""
    while True:
        answer = await browser.get(path)
        if "Nothing is known yet" not in answer.text:
            return answer
        await asyncio.sleep(0.05)


@asynccontextmanager
async def sue_is_in(folder: Path) -> AsyncIterator[tuple[ConsoleProcess, httpx.AsyncClient, str]]:
    """Run a console of one who may look at a namespace, and come in; gives her token, too."""
    cluster = FakeCluster()
    shop_and_cart(cluster)
    token = cluster.user("sue", "shop").removeprefix("Bearer ")
    async with (
        served(cluster) as address,
        running(folder, address, ONESELF, token=token) as console,
    ):
        origin = console.first.partition("/enter")[0]
        async with httpx.AsyncClient(base_url=origin, follow_redirects=True) as browser:
            assert (await browser.get(console.first)).status_code == 200
            yield console, browser, token


def test_oneself_sees_by_a_kubeconfig_what_its_namespace_has(tmp_path: Path) -> None:
    async def walk() -> None:
        async with sue_is_in(tmp_path) as (_, browser, token):
            told = (await known(browser)).text
            about = (await browser.get("/api/v1/about")).text
        assert "shop-service" in told
        assert "cart" not in told + about
        assert token not in told + about

    asyncio.run(walk())


def test_a_kubeconfig_whose_token_is_refused_is_told(tmp_path: Path) -> None:
    async def walk() -> None:
        async with (
            served(FakeCluster()) as address,
            running(tmp_path, address, ONESELF, token=GONE) as console,
        ):
            assert console.process.stdout is not None
            rest = (await console.process.stdout.read()).decode()
            assert "does not take the credentials of context 'it'" in rest
            assert await console.process.wait() == 3

    asyncio.run(walk())


def test_a_console_that_ends_ends_what_is_heard_and_complains_of_nothing(tmp_path: Path) -> None:
    async def walk() -> None:
        async with sue_is_in(tmp_path) as (console, browser, _):
            await known(browser)
            async with browser.stream("GET", "/api/v1/events") as events:
                heard = events.aiter_lines()
                assert (await anext(heard)).startswith("event:")
                console.process.terminate()
                async for _ in heard:  # it ends as answers end
                    pass
            assert console.process.stdout is not None
            assert "ASGI" not in (await console.process.stdout.read()).decode()

    asyncio.run(walk())


def large(cluster: FakeCluster) -> None:
    """Have many services with a pod each, in one group with lanes."""
    for number in range(SERVICES):
        selector = {"selector": {"app": f"a{number}"}, "ports": [{"port": 80}]}
        cluster.have(SERVICE, f"large-{number}", "cart", spec=selector)
        labels = {"app": f"a{number}", "version": "v1"}
        containers = {"containers": [{"name": "app"}, {"name": "istio-proxy"}]}
        cluster.have(POD, f"large-{number}", "cart", metadata={"labels": labels}, spec=containers)
    services = [{"name": f"large-{number}", "namespace": "cart"} for number in range(SERVICES)]
    door = {"gateway": {"name": "door", "namespace": "cart"}}
    cluster.have(GROUPS, "large", spec={"services": services, "ingress": door})
    for number in range(LANES_OF_IT):
        head = {"labels": {"swimlane-group": "large"}}
        cluster.have(LANES, f"l{number}", metadata=head, spec={"labelSelector": {"version": "v1"}})


def test_many_see_each_their_own_and_what_a_visit_holds_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster = FakeCluster()
    shop_and_cart(cluster)
    large(cluster)
    (port,) = free_ports(1)
    origin = f"http://127.0.0.1:{port}"
    where = ("--proxied", f"--public-origin={origin}", f"--address=127.0.0.1:{port}")

    async def told_to(name: str, **rights: bool) -> str:
        token = cluster.user(name, *(() if rights else ("shop",)), **rights)
        headers = {"authorization": token}
        async with httpx.AsyncClient(base_url=origin, headers=headers) as browser:
            told = (await known(browser)).text
            async with browser.stream("GET", "/api/v1/events") as events:
                lines = events.aiter_lines()
                assert await anext(lines) == "event: state"
                assert (await anext(lines)).startswith('data: {"revision": ')
        return told

    async def walk() -> list[int]:
        async with served(cluster) as address, running(tmp_path, address, MANY, *where) as console:
            assert console.first.startswith(f"Serving {origin}")
            figures = [console.memory]
            for name in ("one", "two", "three"):
                assert "large-299" in await told_to(name, everywhere=True)
                figures.append(console.memory)
            told = await told_to("sue")
            assert "large" not in told
            assert "cart" not in told
        return figures

    figures = asyncio.run(walk())
    grown = [after - before for before, after in pairwise(figures)]
    with capsys.disabled():
        told = ", ".join(f"{one / 1e6:.1f}" for one in grown)
        sys.stdout.write(f"\n{figures[0] / 1e6:.1f} MB alone, then MB for each visit: {told}\n")
    assert grown[-1] < 60e6
