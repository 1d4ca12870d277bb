"""What a cluster has of a commit's objects, and which of them differ.

Comes in: objects to apply, and an inventory. Goes out: a view, or the findings for which nothing is
applied. Whether an object differs is asked of the server itself, by applying it on trial: it knows
what it would make of it. What is as it was when that was asked last is not asked again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field, json

from laneway.adapters.kube import Client, Conflict, Kind, KubeError, NoAccess, NotFound, Unavailable
from laneway.core.findings.codes.syncing import KEPT_BY_OTHERS, REFUSED_BY_SERVER
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.syncing.cluster.inventory import NAME, Inventory, config_map, inventory_of
from laneway.core.syncing.cluster.lane_health import PATIENCE
from laneway.core.syncing.cluster.objects import ObjectId, ObjectToApply
from laneway.core.syncing.cluster.rounds import ClusterView
from laneway.core.syncing.cluster.seen import SeenObject, is_alike, kept_by

AT_ONCE = 8
"""Questions that are put at the same time."""
CONFIG_MAP = Kind("", "v1", "ConfigMap", "configmaps", True)  # noqa: FBT003 - it has namespaces


class AppliedReading(Struct):
    """Reads one cluster, again and again. `name` and `namespace` are the inventory's."""

    client: Client
    name: str
    namespace: str
    kinds: Mapping[tuple[str, str], Kind] = {}
    alike: dict[ObjectId, tuple[Mapping[str, Any], str]] = field(default_factory=dict)
    """The body and the version of objects that were found to be as they are to be."""

    async def inventory(self) -> Inventory:
        """Read what was applied before."""
        try:
            raw = await self.client.get(CONFIG_MAP, self.namespace, NAME.format(self.name))
        except NotFound:
            return Inventory()
        return inventory_of(json.decode(raw))

    async def write(self, inventory: Inventory) -> None:
        """Write what was applied."""
        await self.client.apply(CONFIG_MAP, config_map(self.name, self.namespace, inventory))

    async def kind(self, one: ObjectId) -> Kind | None:
        """Return a kind as the server has it; asked once more where it was not there."""
        if (one.group, one.kind) not in self.kinds:
            self.kinds = await self.client.kinds()
        return self.kinds.get((one.group, one.kind))

    async def view(
        self, wanted: Sequence[ObjectToApply], ids: Iterable[ObjectId]
    ) -> tuple[ClusterView, tuple[Finding, ...]]:
        """Look at all of it. With findings nothing is to be applied. Raises KubeError."""
        turns = asyncio.Semaphore(AT_ONCE)
        live: dict[ObjectId, SeenObject] = {}
        differing: set[ObjectId] = set()
        wrong: dict[ObjectId, Finding] = {}

        async def compared(one: ObjectToApply) -> None:
            async with turns:
                try:
                    seen = await self._seen(one.id)
                    if seen is not None:
                        live[one.id] = seen
                    if found := _of_others(one, seen):
                        wrong[one.id] = found
                    elif await self._differs(one, seen):
                        differing.add(one.id)
                except (NoAccess, Unavailable):
                    raise
                except KubeError as error:
                    wrong[one.id] = _refused(one.id, str(error))

        async def looked(one: ObjectId) -> None:
            async with turns:
                if (seen := await self._seen(one)) is not None:
                    live[one] = seen

        others = set(ids) - {one.id for one in wanted}
        await asyncio.gather(*map(compared, wanted), *map(looked, others))
        findings = tuple(wrong[one.id] for one in wanted if one.id in wrong)
        return ClusterView(live, frozenset(differing), _long_ago()), findings

    async def _seen(self, one: ObjectId) -> SeenObject | None:
        kind = await self.kind(one)
        if kind is None:
            return None
        try:
            return SeenObject(json.decode(await self.client.get(kind, one.namespace, one.name)))
        except NotFound:
            return None

    async def _differs(self, one: ObjectToApply, seen: SeenObject | None) -> bool:
        """Ask the server what it would make of an object."""
        kind = await self.kind(one.id)
        if kind is None:
            raise NotFound(f"the cluster has no kind {one.id.kind} of {one.id.group}")
        if seen is not None and self.alike.get(one.id) == (one.body, seen.version):
            return False
        try:
            made = json.decode(await self.client.apply(kind, one.body, dry_run=True))
        except Conflict as error:
            if error.is_applied or seen is None or not seen.is_ours:
                raise
            return True  # somebody edited fields of ours by hand
        if seen is None or not seen.is_ours or not is_alike(made, seen.body):
            return True
        self.alike[one.id] = (one.body, seen.version)
        return False


def _long_ago() -> str:
    """Return the time before which nothing is expected of a lane any more."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - PATIENCE))


def _of_others(one: ObjectToApply, seen: SeenObject | None) -> Finding | None:
    other = kept_by(seen) if seen else ""
    if not other:
        return None
    return unplaced(KEPT_BY_OTHERS, str(one.id), what=str(one.id), other=other)


def _refused(one: ObjectId, why: str) -> Finding:
    return unplaced(REFUSED_BY_SERVER, str(one), what=str(one), why=why)
