"""`laneway release agent`: waits until it leads, and looks at each LaneRelease until told to stop.

Comes in: what the command line says. Goes out: nothing but what releases come to. Each release has
a task of its own, so that a repository that does not answer holds no other one up.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from msgspec import Struct, json

from laneway.adapters.kube import (
    Access,
    Client,
    Following,
    Kind,
    KubeError,
    Leading,
    NotFound,
)
from laneway.apps.executor.asking import MANAGER, RELEASES, AskedCluster, ReleasesApi
from laneway.apps.executor.carrying import CarriedRelease, rfc3339_now
from laneway.apps.executor.sides import ReleaseMeans
from laneway.apps.local.mesh.configuration import Configuration
from laneway.core.release.status import stopped_status

LOG = logging.getLogger("laneway.release")
LEASE = "laneway-release"
_OFTEN, _RARELY = 1.0, 2.0
"""Seconds between two looks at a release that goes on by itself, and at any other. Whatever changes
in a LaneRelease is looked at sooner."""
_LOOK_AGAIN = 10.0
"""Seconds after which a cluster that lacks the kind is looked at again."""

_GRACE = 5.0
"""Seconds for a look that is under way when there is to be none any more."""


class AgentOptions(Struct, frozen=True):
    """What the command line says. Without `lease_namespace` there is one alone."""

    configuration: Configuration
    folder: str
    lease_namespace: str = ""


async def execute_releases(access: Access, options: AgentOptions) -> None:
    """Execute releases until told to stop by SIGTERM or SIGINT. Raises NoAccess."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Client(access, manager=MANAGER) as client:
        work = asyncio.create_task(_led(client, options))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            for task in (work, stopped):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def _led(client: Client, options: AgentOptions) -> None:
    """Work while this process leads."""
    kinds = await _kinds(client)
    runner = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(2).hex()}"
    leading = Leading(client, options.lease_namespace, LEASE, runner)
    is_alone = not options.lease_namespace
    api = ReleasesApi(client, kinds, lambda: is_alone or leading.is_leading)
    cluster = AskedCluster(api, asyncio.get_running_loop())
    means = ReleaseMeans(cluster, options.configuration, options.folder, runner)
    work = Executing(Following(client, kinds[RELEASES], decoded), means)
    if is_alone:
        await work.run()
    else:
        await leading.run(work.run)


async def _kinds(client: Client) -> Mapping[tuple[str, str], Kind]:
    """Return what the cluster has, as soon as it has releases."""
    while RELEASES not in (kinds := await client.kinds()):
        LOG.warning("the cluster does not know LaneRelease yet; `laneway crds` defines it")
        await asyncio.sleep(_LOOK_AGAIN)
    return kinds


class Executing:
    """All releases of a cluster, each looked at by a task of its own."""

    def __init__(self, following: Following[Mapping[str, Any]], means: ReleaseMeans) -> None:
        self._following = following
        self._means = means
        self._changed = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._news: dict[str, asyncio.Event] = {}
        self._versions: dict[str, Any] = {}

    async def run(self) -> None:
        """Execute releases until cancelled; then say that nobody does any more."""
        following = asyncio.create_task(self._following.run(self._changed.set))
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await self._meet({name for _, name in self._following.objects})
        finally:
            await _ended(following, *self._tasks.values())
            await self._tell_stopped()

    async def _meet(self, names: set[str]) -> None:
        """Begin with releases that are new, leave those that are gone, look at what changed."""
        for name in names - self._tasks.keys():
            self._news[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._carry(name))
        for name in self._tasks.keys() - names:
            await _ended(self._tasks.pop(name))
            self._versions.pop(name, None)
        for (_, name), body in self._following.objects.items():
            if self._versions.get(name) is not body:
                self._versions[name] = body
                self._news[name].set()

    async def _carry(self, name: str) -> None:
        """Look at a release again and again."""
        carried = CarriedRelease(name, self._means)
        try:
            while True:
                self._news[name].clear()
                goes_on = False
                try:
                    goes_on = await _to_its_end(carried.look)
                except NotFound:
                    pass  # whoever follows tells of it
                except KubeError as error:
                    LOG.warning("release %s: %s", name, error)
                except Exception:
                    LOG.exception("release %s", name)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_OFTEN if goes_on else _RARELY):
                        await self._news[name].wait()
        finally:
            carried.leave()

    async def _tell_stopped(self) -> None:
        """Say of each release that nobody executes it now; who comes next says otherwise."""
        api = self._means.cluster.api
        for name in self._tasks:
            with suppress(KubeError):
                if status := (await api.release(name)).get("status"):
                    await api.write_status(name, stopped_status(status, rfc3339_now()))


async def _to_its_end(look: Callable[[], bool]) -> bool:
    """Look in a thread; whoever is told to end meanwhile waits a while for what is under way."""
    looking = asyncio.create_task(asyncio.to_thread(look))
    try:
        return await asyncio.shield(looking)
    except asyncio.CancelledError:
        await asyncio.wait({looking}, timeout=_GRACE)
        raise


async def _ended(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def decoded(raw: bytes) -> Mapping[str, Any]:
    """Return an object as it is."""
    return json.decode(raw, type=dict)
