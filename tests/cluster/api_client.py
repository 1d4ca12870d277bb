"""The adapter of the Kubernetes API, asking the real cluster, in a namespace of its tests.

Comes in: a control plane and a coroutine. Goes out: its run, with a client. What is waited for ends
with the test's own patience.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from laneway.adapters.kube import Client, Conflict, Extent, Following, Kind, access
from tests.cluster.control_plane import ControlPlane

SPACE = "asked"
PATIENCE = 30.0
Objects = dict[str, Any]


def run(plane: ControlPlane, test: Callable[[Client], Coroutine[Any, Any, None]]) -> None:
    """Run a test with a client of the cluster, in a namespace of its own."""

    async def main() -> None:
        async with asyncio.timeout(PATIENCE * 2), client_of(plane) as client:
            with suppress(Conflict):
                await client.create(NAMESPACES, {**named(NAMESPACES, SPACE)})
            await test(client)

    asyncio.run(main())


def client_of(plane: ControlPlane) -> Client:
    return Client(access(str(plane.kubeconfig), environ={}))


NAMESPACES = Kind("", "v1", "Namespace", "namespaces", is_namespaced=False)
CONFIG_MAPS = Kind("", "v1", "ConfigMap", "configmaps", is_namespaced=True)
EVENTS = Kind("events.k8s.io", "v1", "Event", "events", is_namespaced=True)
ROUTES = Kind("networking.istio.io", "v1", "VirtualService", "virtualservices", is_namespaced=True)


def named(kind: Kind, name: str, space: str = "", **more: Any) -> Objects:
    meta: Objects = {"name": name, **({"namespace": space} if space else {})}
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": meta, **more}


def config_map(name: str, **values: str) -> Objects:
    return named(CONFIG_MAPS, name, SPACE, data=values)


def route(name: str, host: str) -> Objects:
    to = [{"route": [{"destination": {"host": host}}]}]
    return named(ROUTES, name, SPACE, spec={"hosts": [host], "http": to})


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; what waits forever ends with the test's own patience."""
    while not holds():  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0.02)


@asynccontextmanager
async def followed(client: Client, extent: Extent, *, paged: bool = False) -> AsyncIterator[Any]:
    """ConfigMaps of the namespace as they come."""
    following = Following(client, CONFIG_MAPS, json.loads, extent)
    if paged:
        following._can_stream = False  # noqa: SLF001 - as an older server has it
    task = asyncio.create_task(following.run(lambda: None))
    await until(lambda: following.is_synced)
    yield following
    task.cancel()
    await asyncio.wait({task})
