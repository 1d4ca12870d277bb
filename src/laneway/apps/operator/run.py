"""`laneway operator`: finds the cluster, waits until it has what is needed, leads, and works.

Comes in: what the command line says. Goes out: an exit code, when told to stop. Where kinds are
missing it says which and waits; a SIGTERM has it end after the step that it is about, and give the
lead to the next one at once.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from laneway.adapters.istiod import ControlPlane, IstiodCredentials
from laneway.adapters.kube import Access, Client, Following, Kind, Leading
from laneway.apps.operator.counting import Counting
from laneway.apps.operator.installation import installed
from laneway.apps.operator.observing import AskingIstiod
from laneway.apps.operator.operation import Operation, lacking
from laneway.apps.operator.pages import served
from laneway.apps.operator.target import OperatorSettings
from laneway.apps.operator.unread import tell_unread
from laneway.core.emit.istio import Layout
from laneway.core.keeping.followed import VENDOR
from laneway.core.keeping.owners import Owner
from laneway.core.live.replicas import IstiodReplica

LOG = logging.getLogger("laneway.operator")
T = TypeVar("T")
LEASE = "laneway-operator"
GRACE = 20.0
"""Seconds in which a step may still come to its end after a SIGTERM: less than a kubelet gives."""
LOOK_AGAIN = 10.0
"""Seconds after which a cluster that lacks something is looked at again."""
RARELY = (50_000, 20, 100)
"""How many objects come before unreachable ones are looked for, and how often that goes further.

A plan of a large mesh is a million objects that stay. By default they are gone through whenever a
few thousand more are read from a cluster, which takes four fifths of the time of a change.
"""


class OperatorOptions(Struct, frozen=True):
    """What the command line says. Without `installation` the CRD of groups stands for it."""

    namespaces: frozenset[str] | None = None
    installation: str = ""
    layout: Layout = "istio"
    drain: float = 5.0
    wait: float = 5.0
    istiods: tuple[IstiodReplica, ...] = ()
    """Those to ask; empty for the ones among the pods."""
    istiod_token: Path | None = None
    istiod_root: Path | None = None
    metrics_address: str = ""
    health_address: str = ""
    lease_namespace: str = ""
    """Where the Lease lies by which one of several leads; empty for one alone."""


class FollowingClient(Client):
    """An API server, with kinds that are followed."""

    def follow(self, kind: Kind, decode: Callable[[bytes], T | None]) -> Following[T]:
        """Return a kind's objects, to be run."""
        return Following(self, kind, decode)


async def operate(access: Access, options: OperatorOptions) -> None:
    """Work until told to stop by SIGTERM or SIGINT. Raises NoAccess, OSError."""
    gc.set_threshold(*RARELY)
    async with FollowingClient(access) as cluster:
        stop = _told_to_stop()
        kinds = await _first_of(stop, _kinds(cluster))
        owner = await _first_of(stop, _installation(cluster, options)) if kinds else None
        if not kinds or owner is None:
            return
        settings = OperatorSettings(owner, options.namespaces, options.layout, options.drain)
        plane = ControlPlane(IstiodCredentials(options.istiod_token, options.istiod_root))
        asking = AskingIstiod(plane, options.wait, options.istiods)
        operation = Operation(cluster, list(kinds.values()), asking, settings)
        asking.pods = operation.caches.pods
        counting = Counting(operation, cluster.requests)
        operation.heard(counting.through, counting.drifted)
        async with _pages(operation, counting, options):
            await _work(cluster, operation, counting, options, stop)


async def _work(
    cluster: FollowingClient,
    operation: Operation,
    counting: Counting,
    options: OperatorOptions,
    stop: asyncio.Event,
) -> None:
    """Follow the cluster, and keep it whenever this process leads, until told to stop."""
    following = asyncio.create_task(operation.caches.run())
    if options.lease_namespace:
        leading = Leading(cluster, options.lease_namespace, LEASE, _identity())
        counting.is_leading = lambda: leading.is_leading
        work = asyncio.create_task(leading.run(operation.run))
    else:
        work = asyncio.create_task(operation.run())
    stopped = asyncio.create_task(stop.wait())
    telling = asyncio.create_task(tell_unread(operation.caches))
    try:
        await asyncio.wait({following, work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stopped.done() and operation.is_at_work:
            operation.stop()
            await asyncio.wait({work}, timeout=GRACE)
        for task in (following, work):
            if task.done():
                task.result()
    finally:
        await _ended(work, following, stopped, telling)


async def _ended(*tasks: asyncio.Task[Any]) -> None:
    """Cancel what is not done yet, and wait until it has ended."""
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    return stop


async def _first_of(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Return what comes of some work, None if told to stop before."""
    doing, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({doing, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if doing.done():
        return doing.result()
    doing.cancel()
    return None


async def _kinds(cluster: Client) -> Mapping[tuple[str, str], Kind]:
    """Return what the cluster has, as soon as it has what is needed."""
    told: list[str] = []
    while True:
        kinds = await cluster.kinds()
        missing = lacking(kinds)
        if not missing:
            return kinds
        if missing != told:
            LOG.warning("the cluster lacks %s: waiting for them", ", ".join(missing))
            told = missing
        await asyncio.sleep(LOOK_AGAIN)


async def _installation(cluster: Client, options: OperatorOptions) -> Owner:
    """Return what stands for the installation; while it is there, objects are taken away in order.

    Raises KubeError where it is not to be had.
    """
    if options.installation:
        return await installed(cluster, "ClusterRole", options.installation)
    return await installed(cluster, "CustomResourceDefinition", f"asmswimlanegroups.{VENDOR}")


@asynccontextmanager
async def _pages(
    operation: Operation, counting: Counting, options: OperatorOptions
) -> AsyncIterator[None]:
    """Serve metrics and health where they are asked for."""
    servers = []
    health = {
        "/healthz": lambda: (200, "ok\n"),
        "/readyz": lambda: (200, "ok\n") if operation.caches.is_synced else (503, "reading\n"),
    }
    try:
        if options.health_address:
            servers.append(await served(options.health_address, health))
        if options.metrics_address:
            pages = {"/metrics": lambda: (200, counting.text())}
            servers.append(await served(options.metrics_address, pages))
        yield
    finally:
        for server in servers:
            server.close()


def _identity() -> str:
    """Return a name that no other process has."""
    return f"{socket.gethostname()}_{os.getpid()}_{os.urandom(4).hex()}"
