"""Reads a whole cluster once.

Comes in: a client of its API server. Goes out: the Snapshot, in which a kind that nobody lets us
read is named and never taken for absent. Objects are read one at a time as they arrive, and of each
only what decides is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from msgspec import Struct, field

from laneway.adapters.kube import Client, Expired, Forbidden, Kind, KubeError, NotFound, Unavailable
from laneway.core.findings.finding import Finding
from laneway.core.keeping.followed import FOLLOWED, GROUP, ISTIO, LANE, VENDOR, is_followed
from laneway.core.keeping.held import Held, Shared, read_held, read_pod_held
from laneway.core.mesh.not_read import NotRead
from laneway.core.mesh.of_cluster import of_cluster
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kinds import Resource

KindName = tuple[str, str]
"""An API group and the name of a kind."""
_POD: KindName = ("", "Pod")
_TOLD: dict[KindName, str] = {
    (ISTIO, "Gateway"): "gateways",
    (ISTIO, "VirtualService"): "virtualservices",
    (ISTIO, "DestinationRule"): "destinationrules",
    (ISTIO, "Sidecar"): "sidecars",
}
"""Kinds without which there is no Istio: told if the server has none of them."""
NOT_SERVED = "the API server has no such kind; is this the cluster whose Istio is meant?"
FORBIDDEN = "you may not list them cluster-wide"
_LISTS_AT_ONCE = 4
_TRIES = 3
"""How often a list is begun anew that took longer than the server remembers."""

Progress = Callable[[int, int, int], None]
"""Is told how many objects were read, how many kinds are done, and of how many."""


class ClusterReading(Struct, frozen=True):
    """What was read. Without `has_lane_kinds` the server does not know lanes at all."""

    snapshot: Snapshot
    has_lane_kinds: bool


class _Read(Struct):
    """What was read so far."""

    resources: list[Resource] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)
    objects: int = 0
    kinds: int = 0

    def take(self, held: list[Held]) -> None:
        """Take the objects of a kind."""
        for one in held:
            if one.resource is not None:
                self.resources.append(one.resource)
            self.findings += one.findings
            if one.is_lost:
                self.lost.append(one.findings[0].subject if one.findings else "an object")


async def read_cluster(client: Client, progress: Progress) -> ClusterReading:
    """Read every kind that matters. Raises KubeError where the server cannot be asked."""
    served = await client.kinds()
    kinds = {name: kind for name, kind in served.items() if name in FOLLOWED}
    reading = ClusterLists(client, progress, len(kinds))
    reading.found.not_read += not_served(kinds)
    try:
        async with asyncio.TaskGroup() as tasks:
            for kind in kinds.values():
                tasks.create_task(reading.read(kind))
    except* KubeError as errors:
        raise errors.exceptions[0] from None
    found = reading.found
    snapshot = of_cluster(found.resources, found.findings, found.lost, found.not_read)
    return ClusterReading(snapshot, (VENDOR, GROUP) in kinds or (VENDOR, LANE) in kinds)


class ClusterLists:
    """Reads kinds beside each other."""

    def __init__(self, client: Client, progress: Progress, total: int) -> None:
        self.found = _Read()
        self._client = client
        self._progress = progress
        self._total = total
        self._shared = Shared()
        self._gate = asyncio.Semaphore(_LISTS_AT_ONCE)

    async def read(self, kind: Kind) -> None:
        """Read a kind, or note why it cannot be read."""
        name = f"{kind.resource}.{kind.group}".rstrip(".")
        if not is_followed(kind.group, kind.version, kind.kind):
            why = f"the API server has them as {kind.api_version}, which Laneway does not read"
            self.found.not_read.append(NotRead(kind.kind, name, why))
            return
        async with self._gate:
            try:
                self.found.take(await self._listed(kind))
            except Forbidden:
                self.found.not_read.append(NotRead(kind.kind, name, FORBIDDEN))
            except NotFound:
                self.found.not_read.append(NotRead(kind.kind, name, NOT_SERVED))
            except Unavailable as error:
                if not error.status:
                    raise  # no answer at all: that is not about this kind
                why = f"the API server fails to list them ({error.status})"
                self.found.not_read.append(NotRead(kind.kind, name, why))
        self.found.kinds += 1
        self._tell()

    async def _listed(self, kind: Kind) -> list[Held]:
        decode = self._decoder(kind)
        for left in reversed(range(_TRIES)):
            held: list[Held] = []
            try:
                async for raw in self._client.listed(kind):
                    held.append(decode(raw))
                    self.found.objects += 1
                    if self.found.objects % 100 == 0:
                        self._tell()
            except Expired:
                self.found.objects -= len(held)
                if not left:
                    raise
            else:
                return held
        raise AssertionError(kind)

    def _decoder(self, kind: Kind) -> Callable[[bytes], Held]:
        if (kind.group, kind.kind) == _POD:
            return partial(read_pod_held, shared=self._shared)
        version = kind.api_version
        return partial(read_held, shared=self._shared, api_version=version, kind=kind.kind)

    def _tell(self) -> None:
        self._progress(self.found.objects, self.found.kinds, self._total)


def not_served(kinds: Mapping[KindName, Kind]) -> Iterator[NotRead]:
    """Yield the kinds of Istio without which there is no Istio in this cluster."""
    for (group, kind), resource in _TOLD.items():
        if (group, kind) not in kinds:
            yield NotRead(kind, f"{resource}.{group}", NOT_SERVED)
