"""Writes objects of ours and takes them away; what the server refuses is a trouble of their groups.

Comes in: objects that a step writes or removes. Goes out: whether all of it came about. Fields are
applied on the server and nobody else's are taken, but for one case: an object that bears our owner
is ours, so what was edited there by hand is put right. Whoever *applies* fields of it is asked to
let go of them instead.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

from msgspec import json

from laneway.adapters.kube import Conflict, Forbidden, Kind, KubeError, NotFound, Unavailable
from laneway.apps.operator.caches import Caches
from laneway.apps.operator.seams import Cluster
from laneway.core.emit.manifest import Manifest
from laneway.core.keeping.conditions import Trouble
from laneway.core.keeping.followed import ISTIO
from laneway.core.keeping.own_objects import Digest, OwnObject, digest_of, manifest_of
from laneway.core.keeping.packed import Packed
from laneway.core.keeping.undone import Watchful
from laneway.core.keeping.wanted import WantedObjects
from laneway.core.resources.meta import Ref

AT_ONCE = 8
"""Objects that are read, and statuses that are written, at the same time."""
WRITTEN_AT_ONCE = 2
"""Istio's objects that are written at the same time.

istiod sends what it has to all proxies once it heard nothing for 100 ms (PILOT_DEBOUNCE_AFTER). A
busy API server answers many writes together, after that long, and each such pause has half a change
sent to everybody. https://istio.io/latest/docs/reference/commands/pilot-discovery/
"""
Refusals = dict[Ref, KubeError]


class ObjectWriting:
    """One writer of one cluster."""

    def __init__(
        self,
        cluster: Cluster,
        caches: Caches,
        watchful: Watchful,
        now: Callable[[], float],
    ) -> None:
        self._cluster = cluster
        self._caches = caches
        self._watchful = watchful
        self._now = now
        self.settled: dict[Ref, tuple[Digest, Digest]] = {}
        self.done: Counter[str] = Counter()
        """How many objects were written and removed."""

    def kind(self, ref: Ref) -> Kind:
        """Return the kind of an object of ours."""
        return self._caches.kinds[ISTIO, ref.kind]

    async def bodies(self, owns: Iterable[OwnObject]) -> Packed:
        """Read objects of ours whole; one that is gone meanwhile is left out.

        So is a rule that somebody took its host: Istio has no such rule.
        """
        found = Packed()

        async def read(some: Iterator[OwnObject]) -> None:
            for own in some:
                with suppress(NotFound):
                    kind = self.kind(own.ref)
                    raw = await self._cluster.get(kind, own.ref.namespace, own.ref.name)
                    one = manifest_of(json.decode(raw))
                    if own.ref.kind != "DestinationRule" or one.body["spec"].get("host"):
                        found.put(one)

        asked = list(owns)
        left = iter(asked)
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(min(AT_ONCE, len(asked))):
                    tasks.create_task(read(left))
        except* KubeError as refused:
            problem = refused.exceptions[0]
        else:
            return found
        raise problem

    async def write(self, manifests: Iterable[Manifest], wanted: WantedObjects) -> Refusals:
        """Write objects in any order; return what was refused, and why."""
        refused: Refusals = {}
        turns = asyncio.Semaphore(WRITTEN_AT_ONCE)
        there = self._caches.own(self._now())

        async def one(manifest: Manifest) -> None:
            async with turns:
                try:
                    await self._apply(manifest, wanted, there.get(manifest.ref))
                except KubeError as error:
                    refused[manifest.ref] = error

        async with asyncio.TaskGroup() as tasks:
            for manifest in manifests:
                tasks.create_task(one(manifest))
        return refused

    async def _apply(
        self, manifest: Manifest, wanted: WantedObjects, own: OwnObject | None
    ) -> None:
        body, kind = wanted.owned(manifest), self.kind(manifest.ref)
        try:
            raw = await self._cluster.apply(kind, body)
        except Conflict as error:
            if own is None or not own.is_owned or error.is_applied:
                raise
            raw = await self._cluster.take(kind, body)
        made = self._caches.note_written(raw, self._now())
        self.done["apply"] += 1
        part = wanted.parts.get(manifest.ref)
        is_last = part is not None and part.digest == digest_of(body)
        self._watchful.wrote(manifest.ref, part.digest if part and is_last else None)
        if part is not None and is_last:
            self.settled[manifest.ref] = (part.digest, made.digest)

    async def remove(self, refs: Iterable[Ref]) -> Refusals:
        """Delete objects of ours that are still the ones we know."""
        refused: Refusals = {}
        there: Mapping[Ref, OwnObject] = self._caches.own(self._now())
        for ref in refs:
            if (own := there.get(ref)) is None:
                continue
            try:
                await self._cluster.delete(self.kind(ref), ref.namespace, ref.name, uid=own.uid)
            except KubeError as error:
                refused[ref] = error
                continue
            self._caches.note_gone(own, self._now())
            self.settled.pop(ref, None)
            self.done["delete"] += 1
        return refused


def trouble_of(error: Exception, ref: Ref | None = None) -> Trouble:
    """Return what a refusal means, of an object if it is about one; what is none is our mistake."""
    about = f"{ref}: " if ref else ""
    if not isinstance(error, KubeError):
        said = f"a mistake in Laneway, {error!r}: the operator's log says where"
        return Trouble("Failed", f"{about}{said}; it is tried again")
    if isinstance(error, Conflict):
        who = ", ".join(sorted(set(error.managers))) or "somebody else"
        fields = ", ".join(error.fields)
        fix = "take it out of what is applied there, and it is written again"
        return Trouble("FieldConflict", f"{about}{who} has applied {fields}: {fix}")
    reasons = ((Forbidden, "Forbidden"), (Unavailable, "Unavailable"))
    reason = next((one for kind, one in reasons if isinstance(error, kind)), "Refused")
    return Trouble(reason, f"{about}{error}")
