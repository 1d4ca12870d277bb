"""Changes applied to a real API server step by step, each confirmed by observers.

Comes in: a way between two meshes. Goes out: per step when the API server had answered and what is
known of its being live. What the mesh stands on is written before and is gone afterwards.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager

from msgspec import Struct

from laneway.adapters.istiod import ControlPlane, IstiodCredentials
from laneway.core.changes.order import ChangeStep
from laneway.core.emit.manifest import Manifest
from laneway.core.live.liveness import Liveness
from laneway.core.live.proxies import ExpectedProxy
from laneway.core.live.replicas import IstiodReplica
from laneway.core.resources.meta import Ref
from tests.agree.oracle import Workload
from tests.cluster.api_server import ApiServer
from tests.cluster.control_plane import ControlPlane as Cluster
from tests.cluster.control_plane import Istiod
from tests.cluster.writer import Writer
from tests.laws.objects import Object, namespace
from tests.live.town import Way, town, way

LIMIT = 30.0
"""Seconds in which a step has to be live: a hundred times what it takes."""
KINDS = ("Service", "Gateway")


class Taken(Struct, frozen=True):
    """A step that was applied: what came of it, and when the API server had answered, by `now`."""

    step: ChangeStep
    liveness: Liveness
    written: float
    joined: float
    """Seconds that observers took to join."""
    looked_for: frozenset[Ref] = frozenset()


class Applying:
    """Applies steps; `limit` is how long each is waited for, `in_order` how it is looked at."""

    def __init__(
        self, writer: Writer, plane: ControlPlane, limit: float = LIMIT, *, in_order: bool = False
    ) -> None:
        self.writer, self.plane, self.limit = writer, plane, limit
        self.in_order = in_order

    async def take(self, way: Way, proxies: Sequence[ExpectedProxy]) -> list[Taken]:
        """Apply a whole way, each step once the one before it was looked after."""
        return [await self.step(way, at, proxies) for at in range(len(way.taken))]

    async def step(
        self, way: Way, at: int, proxies: Sequence[ExpectedProxy], *, but: int = 0
    ) -> Taken:
        """Apply one step, and say what is known of it.

        Asked again until all `but` so many follow: where one is late, others may be slow.
        """
        step, before = way.taken[at]
        watched = way.watched(at, proxies, self.plane.seat, in_order=self.in_order)
        begun = time.monotonic()
        async with self.plane.observing(watched) as observation:
            joined = time.monotonic() - begun
            await asyncio.to_thread(self.write, step, before, watched.refs)
            written = time.monotonic()
            live = await observation.confirm(self.limit)
            while but and live.live < live.expected - but and time.monotonic() < written + LIMIT:
                live = await observation.confirm(self.limit)
            return Taken(step, live, written, joined, watched.refs)

    def write(
        self, step: ChangeStep, before: dict[Ref, Manifest], last: Collection[Ref] = ()
    ) -> None:
        """Write a step."""
        write(self.writer, step, before, last)


def write(
    writer: Writer, step: ChangeStep, before: dict[Ref, Manifest], last: Collection[Ref] = ()
) -> None:
    """Write and remove what a step is about, some objects behind all others."""
    for one in sorted(step.writes, key=lambda one: one.ref in last):
        body = json.loads(json.dumps(one.body))
        if one.ref in before:
            writer.merge(body)
        else:
            writer.create(body)
    for ref in sorted(step.removes, key=last.__contains__):
        writer.delete(json.loads(json.dumps(before[ref].body)), missing=True)


@contextmanager
def standing(api: ApiServer, mesh: Iterable[Object]) -> Iterator[Writer]:
    """Have what a mesh stands on, its services and gateways, lie in a cluster."""
    things = [one for one in mesh if one["kind"] in KINDS]
    with closing(Writer(api)) as writer:
        for space in sorted({one["metadata"]["namespace"] for one in things}):
            writer.ensure(namespace(space))
        for one in things:
            writer.ensure(one)
        try:
            yield writer
        finally:
            for one in things:
                writer.delete(one, missing=True)


@contextmanager
def applied(cluster: Cluster, istiod: Istiod, limit: float = LIMIT) -> Iterator[Applying]:
    """Have the town with two lanes lie in a cluster, with an istiod that asks for no token."""
    replica = IstiodReplica(
        f"istiod-{istiod.version}", "127.0.0.1", plain=istiod.grpc, secure=0, debug=istiod.http
    )
    plane = ControlPlane(IstiodCredentials(), (replica,))
    bare = [one for one in town(2) if one["kind"] in KINDS]
    with standing(cluster.api, town(2)) as writer:
        found = Applying(writer, plane, limit)
        for step, before in way(bare, town(2)).taken:
            found.write(step, before)
        try:
            yield found
        finally:
            for step, before in way(town(2), bare).taken:
                found.write(step, before)


def workloads(proxies: Sequence[ExpectedProxy], start: int = 1) -> list[Workload]:
    """Return proxies as they join, each with an address of its own."""
    return [
        Workload(
            one.name,
            f"10.77.{at // 250}.{at % 250 + 1}",
            one.namespace,
            "router" if one.is_gateway else "sidecar",
            dict(one.labels),
        )
        for at, one in enumerate(proxies, start)
    ]
