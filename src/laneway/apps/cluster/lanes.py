"""The groups and lanes of a cluster as objects: once, or whenever one of them changes.

Comes in: a client of its API server. Goes out: what there is. Only the two lane kinds are asked
for, so that it costs nothing however large the mesh is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from laneway.adapters.kube import Client, Following, Kind, KubeError, NotFound
from laneway.core.keeping.followed import GROUP, LANE, VENDOR
from laneway.core.views.lanes_on_cluster import LanesOnCluster

_LOOK = 1.0
"""Seconds between two looks at what keeps the server from being heard."""
_object = msgspec.json.Decoder(dict[str, Any])
NO_KINDS = (
    "the cluster does not know lanes: its API server serves no kinds of istio.alibabacloud.com; "
    "`kubectl laneway crds | kubectl apply -f -` adds them"
)


async def lanes_of_cluster(client: Client) -> LanesOnCluster:
    """Return all groups and lanes. Raises KubeError."""
    groups, lanes = await _kinds(client)
    return LanesOnCluster.of(await _all(client, groups), await _all(client, lanes))


async def _all(client: Client, kind: Kind) -> list[dict[str, Any]]:
    return [_object.decode(raw) async for raw in client.listed(kind)]


async def changes_of_lanes(
    client: Client, troubled: Callable[[KubeError], None]
) -> AsyncIterator[LanesOnCluster]:
    """Yield all groups and lanes, and again whenever they changed. Raises KubeError at first.

    What goes wrong later is tried again for ever, and told.
    """
    kinds = await _kinds(client)
    for kind in kinds:
        await _all(client, kind)  # a right that is missing is told now, and not tried for ever
    changed = asyncio.Event()
    following = [Following(client, kind, _object.decode) for kind in kinds]
    tasks = [asyncio.create_task(one.run(changed.set)) for one in following]
    tasks.append(asyncio.create_task(_tell(following, troubled)))
    try:
        while True:
            await changed.wait()
            changed.clear()
            if all(one.is_synced for one in following):
                groups, lanes = (list(one.objects.values()) for one in following)
                yield LanesOnCluster.of(groups, lanes)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tell(
    following: Sequence[Following[dict[str, Any]]], troubled: Callable[[KubeError], None]
) -> None:
    """Tell why the server is not heard, once for each time."""
    told: set[str] = set()
    while True:
        problems = {str(one.problem): one.problem for one in following if one.problem}
        for words, problem in problems.items():
            if words not in told:
                troubled(problem)
        told = set(problems)
        await asyncio.sleep(_LOOK)


async def _kinds(client: Client) -> tuple[Kind, Kind]:
    served = await client.kinds()
    if (VENDOR, GROUP) not in served or (VENDOR, LANE) not in served:
        raise NotFound(NO_KINDS)
    return served[VENDOR, GROUP], served[VENDOR, LANE]
