"""A cluster, asked from the threads in which releases are looked at.

Comes in: a client, the loop that it belongs to. Goes out: answers, waited for. Git and metrics
servers are asked in threads, so a release is looked at in one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct, json

from laneway.adapters.kube import Client, Kind, Unavailable
from laneway.apps.release.cluster_side import Body
from laneway.core.release.applying import ClusterRecord, read_record
from laneway.core.resources.releases.plan import API_GROUP, API_VERSION, KIND

MANAGER = "laneway-release"
"""The field manager in whose name weights are applied, and statuses written."""
RELEASES = (API_GROUP, KIND)
_LANES = "istio.alibabacloud.com"
WEIGHED: tuple[tuple[str, str], ...] = (
    (_LANES, "ASMSwimLaneGroup"),
    (_LANES, "ASMSwimLane"),
    ("networking.istio.io", "VirtualService"),
    ("", "Service"),
)
"""What says where weights are."""
COUNTED: tuple[tuple[str, str], ...] = tuple(
    ("apps", kind) for kind in ("DaemonSet", "Deployment", "StatefulSet")
)
"""Whose answers are counted."""

T = TypeVar("T")
Kinds = Mapping[tuple[str, str], Kind]


class ReleasesApi(Struct, frozen=True):
    """An API server. What it refuses, or does not answer, is a KubeError."""

    client: Client
    kinds: Kinds
    is_leading: Callable[[], bool]
    """Whether anything may be written now."""

    async def release(self, name: str) -> dict[str, Any]:
        """Return a LaneRelease. Raises NotFound."""
        return json.decode(await self.client.get(self.kinds[RELEASES], "", name), type=dict)

    async def write_status(self, name: str, status: Body, version: str = "") -> str:
        """Write fields of a LaneRelease's status; return the version of what is there now.

        Raises Conflict where it is at another version by now than the one that is named.
        """
        self._may_write()
        metadata = {"name": name, **({"resourceVersion": version} if version else {})}
        body = {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "status": status}
        answer = await self.client.merge(self.kinds[RELEASES], body, subresource="status")
        return str(json.decode(answer, type=dict)["metadata"]["resourceVersion"])

    async def apply(self, body: Body, *, force: bool, dry_run: bool) -> None:
        """Apply fields of an object."""
        self._may_write()
        kind = self.kinds[str(body["apiVersion"]).rpartition("/")[0], str(body["kind"])]
        apply = self.client.take if force else self.client.apply
        await apply(kind, body, dry_run=dry_run)

    async def bodies(self, *, workloads: bool) -> list[dict[str, Any]]:
        """Return the objects in which lanes and weights are, and workloads if they are wanted."""
        found: list[dict[str, Any]] = []
        names = (*WEIGHED, *(COUNTED if workloads else ()))
        for kind in filter(None, map(self.kinds.get, names)):
            head = {"apiVersion": kind.api_version, "kind": kind.kind}
            listed = self.client.listed(kind)
            found.extend([{**json.decode(raw, type=dict), **head} async for raw in listed])
        return found

    def _may_write(self) -> None:
        if not self.is_leading():
            raise Unavailable("another one executes releases now")


class AskedCluster(Struct, frozen=True):
    """The same for a thread: each call waits for its answer."""

    api: ReleasesApi
    loop: asyncio.AbstractEventLoop

    def bodies(self, *, workloads: bool = False) -> Sequence[Body]:
        """Return the objects in which lanes and weights are, and workloads if they are wanted."""
        return self._asked(self.api.bodies(workloads=workloads))

    def apply(self, body: Body, *, force: bool = False, dry_run: bool = False) -> None:
        """Apply fields of an object."""
        self._asked(self.api.apply(body, force=force, dry_run=dry_run))

    def release(self, name: str) -> dict[str, Any]:
        """Return a LaneRelease. Raises NotFound."""
        return self._asked(self.api.release(name))

    def write_status(self, name: str, status: Body, version: str = "") -> str:
        """Write fields of a LaneRelease's status; return the version of what is there now."""
        return self._asked(self.api.write_status(name, status, version))

    def _asked(self, question: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(question, self.loop).result()


class StatusRecord(Struct, frozen=True):
    """The record of a release, in the status of its LaneRelease."""

    cluster: AskedCluster
    name: str

    def read(self) -> tuple[str, ClusterRecord | None]:
        """Return the version of the LaneRelease, and the record in it."""
        found = self.cluster.release(self.name)
        status = found.get("status") or {}
        return str(found["metadata"]["resourceVersion"]), read_record(status.get("record"))

    def write(self, record: ClusterRecord, version: str) -> str:
        """Write it."""
        return self.cluster.write_status(self.name, {"record": record.as_value()}, version)
