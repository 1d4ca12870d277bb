"""Edits of a cluster's objects, by server-side apply as the user who is there.

Comes in: a client of the API server, what is known of the cluster, an edit. Goes out: objects that
are applied, created or deleted. Each is read anew and applied at the version that was read, and
nothing is forced that the user did not say: what others wrote is told first. What others apply
again and again, or a syncer keeps in step with a repository, is never taken. All of an edit is
tried by dry runs before any of it is done.
https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain
from typing import Any

from msgspec import Struct, json
from msgspec.structs import replace

from laneway.adapters.kube import Client, Conflict, Forbidden, Kind, NotFound
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.edits.draft import Draft
from laneway.core.edits.edited_snapshot import as_applied
from laneway.core.edits.forms.at_fields import at_field
from laneway.core.edits.forms.drafting import draft_of_form
from laneway.core.edits.forms.in_cluster import (
    Body,
    ClusterChange,
    changes_of,
    meant,
    ref_of,
    said_of,
)
from laneway.core.edits.forms.meanwhile import EditConflict, FieldConflict, as_of_now
from laneway.core.edits.forms.offers import Offers, offers
from laneway.core.edits.forms.values import FormEdit, object_of
from laneway.core.emit.istio import Layout
from laneway.core.emit.yaml_text import yaml_documents
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import unplaced
from laneway.core.mesh.mesh import Mesh
from laneway.core.syncing.cluster.seen import SeenObject
from laneway.core.views.form_outcome import EditNote, EditOutcome, EditWritten, WayKind, WayTold
from laneway.core.views.form_preview import Preview, Standpoint, form_of, refused, seen
from laneway.core.views.trackers import (
    SyncersSeen,
    TrackingApplication,
    objects_of,
    text_for_repository,
    tracker_of,
)

MANAGER = "laneway-console"
"""The field manager in whose name objects are applied."""
_LANES = "istio.alibabacloud.com"
EDITED: tuple[tuple[str, str], ...] = (
    (_LANES, "ASMSwimLaneGroup"),
    (_LANES, "ASMSwimLane"),
    ("networking.istio.io", "VirtualService"),
)
"""What forms change."""
_LOOKS = 5
"""How often an edit is worked out anew, where objects have another version when it is applied."""
_FILE = "new.yaml"
"""A name for where new objects go that are in no file."""

Kinds = Mapping[tuple[str, str], Kind]


class _OvertakenError(Exception):
    """An object has another version than the one that was read."""


class _SeenCluster(Struct, frozen=True):
    """The objects that forms change as the server has them, and the cluster with them."""

    bodies: Sequence[Body]
    standpoint: Standpoint
    syncers: SyncersSeen


class _Made(Struct, frozen=True):
    """An edit as it would be, and the objects that it changes."""

    told: Preview
    draft: Draft
    changes: Sequence[ClusterChange] = ()


class ClusterEditing:
    """A cluster, as one user may see and change it."""

    kind: WayKind = "cluster"

    def __init__(
        self,
        client: Client,
        kinds: Kinds,
        known: Callable[[], Compilation],
        syncers: Callable[[], SyncersSeen] = SyncersSeen,
        layout: Layout = "istio",
    ) -> None:
        """Take a client that writes as `MANAGER`, and what is known of the cluster otherwise."""
        self._syncers = syncers
        self._client = client
        self._kinds = kinds
        self._known = known
        self._layout: Layout = layout

    async def told(self) -> WayTold:
        """Return where an edit goes."""
        return WayTold(self.kind, "applied")

    async def head(self) -> str:
        """Nothing: each object has a version of its own."""
        return ""

    async def way_of(self, kind: str, name: str) -> ClusterEditing:
        """Return the way of an object: this one."""
        del kind, name
        return self

    async def mesh(self) -> Mesh:
        """Return what the cluster has now."""
        return (await self._look()).standpoint.now.mesh

    async def offers(self) -> Offers:
        """Return what forms offer."""
        return offers(await self.mesh())

    async def preview(self, edit: FormEdit) -> Preview | EditConflict:
        """Return what an edit would be."""
        found = await asyncio.to_thread(self._made, await self._look(), edit)
        return found if isinstance(found, EditConflict) else found.told

    async def write(self, edit: FormEdit, by: str) -> EditOutcome:
        """Write an edit. Raises KubeError where the server refuses for another reason.

        An object may have another version before it is applied, and be what the form showed: an
        operator writes its status. So it is looked at again, and told if it is another.
        """
        late = ""
        for _ in range(_LOOKS):
            try:
                return await self._write(edit, by)
            except _OvertakenError as error:
                late = str(error)
        return EditConflict(late)

    async def _write(self, edit: FormEdit, by: str) -> EditOutcome:
        made = await asyncio.to_thread(self._made, await self._look(), edit)
        if isinstance(made, EditConflict):
            return made
        if made.told.is_refused:
            return made.told
        version = ""
        for one in made.changes:
            found = await self._put(one, take=edit.take_over, dry_run=True)
            if isinstance(found, EditConflict):
                return found
        for one in made.changes:
            found = await self._put(one, take=edit.take_over, dry_run=False)
            if isinstance(found, EditConflict):
                return found
            version = version or found
        where = tuple(said_of(made.changes))
        note = EditNote(by, made.draft.title, where, "the cluster")
        return EditWritten(made.draft.title, version, where, note, became="applied")

    def _made(self, now: _SeenCluster, edit: FormEdit) -> _Made | EditConflict:
        """Work out what an edit of the objects as they are would be."""
        standpoint = now.standpoint
        mesh = standpoint.now.mesh
        current = as_of_now(mesh, edit)
        if isinstance(current, EditConflict):
            return current
        draft = draft_of_form(mesh, replace(current, file=_FILE))
        changes = [] if draft.is_refused else changes_of(draft, now.bodies)
        trackers = _trackers(now, changes, objects_of(mesh, *object_of(edit)))
        if draft.is_refused:
            told = refused(mesh, current, draft, draft.findings)
            return _Made(replace(told, trackers=trackers), draft)
        applied = [one.wanted for one in changes if one.wanted is not None]
        gone = {one.ref for one in changes if one.wanted is None}
        snapshot = as_applied(standpoint.now.snapshot, applied, gone)
        after = compile_snapshot(snapshot, standpoint.now)
        told = seen(standpoint, current, draft, after)
        if trackers:
            text = "".join(yaml_documents(map(text_for_repository, applied)))
            return _Made(_kept(replace(told, yaml=text, trackers=trackers), current), draft)
        text = "".join(yaml_documents(map(meant, applied)))
        return _Made(replace(told, yaml=text), draft, changes)

    async def trackers_of(self, kind: str, name: str) -> tuple[TrackingApplication, ...]:
        """Return who tracks the objects of a group, a lane or a group's weights."""
        now = await self._look()
        return _trackers(now, (), objects_of(now.standpoint.now.mesh, kind, name))

    async def _look(self) -> _SeenCluster:
        """Read the objects that forms change, as they are now."""
        bodies: dict[str, list[Body]] = {}
        for name in EDITED:
            kind = self._kinds.get(name)
            if kind is not None and (listed := await self._listed(kind)) is not None:
                bodies[kind.kind] = listed
        return await asyncio.to_thread(self._seen, self._known(), bodies, self._syncers())

    def _seen(
        self, known: Compilation, read: Mapping[str, Sequence[Body]], syncers: SyncersSeen
    ) -> _SeenCluster:
        bodies = list(chain.from_iterable(read.values()))
        there = set(map(ref_of, bodies))
        refs = (one.meta.ref for one in known.snapshot.resources)
        gone = {ref for ref in refs if ref.kind in read and ref not in there}
        now = compile_snapshot(as_applied(known.snapshot, bodies, gone), known)
        return _SeenCluster(bodies, Standpoint(now, self._layout), syncers)

    async def _listed(self, kind: Kind) -> list[Body] | None:
        """Return all objects of a kind; None where the user may not list it, in whole."""
        head = {"apiVersion": kind.api_version, "kind": kind.kind}
        try:
            listed = [json.decode(raw, type=dict) async for raw in self._client.listed(kind)]
        except (Forbidden, NotFound):
            return None  # it is not edited, and what is known of it stays so
        return [{**one, **head} for one in listed]

    async def _put(self, one: ClusterChange, *, take: bool, dry_run: bool) -> EditConflict | str:
        """Apply or delete an object; return its version then, or who is against it."""
        kind = self._kinds[str(one.body["apiVersion"]).rpartition("/")[0], one.ref.kind]
        try:
            if one.wanted is None:
                if not dry_run:
                    place = one.ref.namespace, one.ref.name
                    await self._client.delete(kind, *place, resource_version=one.version)
                return ""
            return await self._applied(kind, one, take=take, dry_run=dry_run)
        except Conflict as error:
            if not error.fields and not error.managers:
                raise _OvertakenError(str(one.ref)) from error
            fields = tuple(FieldConflict(path) for path in error.fields)
            return EditConflict(str(one.ref), fields, None, error.managers)

    async def _applied(
        self, kind: Kind, one: ClusterChange, *, take: bool, dry_run: bool
    ) -> EditConflict | str:
        """Apply fields, and see whether all is as it is meant to be."""
        body = one.applied(MANAGER)
        try:
            answer = await self._client.apply(kind, body, dry_run=dry_run)
        except Conflict as error:
            if not take or error.is_applied or not error.fields:
                raise
            answer = await self._client.take(kind, body, dry_run=dry_run)
        found = json.decode(answer, type=dict)
        owners = SeenObject(found).managers - {MANAGER}
        left = one.left_in(found, is_ours_alone=not owners)
        if left and take and not dry_run:
            found = await self._merged(kind, one, found)
            owners = SeenObject(found).managers - {MANAGER}
            left = one.left_in(found, is_ours_alone=not owners)
        if left and not (take and dry_run):
            return EditConflict(str(one.ref), left, None, tuple(sorted(owners)))
        return SeenObject(found).version

    async def _merged(self, kind: Kind, one: ClusterChange, found: Body) -> dict[str, Any]:
        """Take away what others keep, at the version that was just written."""
        patch = one.without_rest()
        head = {"name": one.ref.name, "resourceVersion": SeenObject(found).version}
        if one.ref.namespace:
            head["namespace"] = one.ref.namespace
        patch["metadata"] = {**patch.get("metadata", {}), **head}
        merged: dict[str, Any] = json.decode(await self._client.merge(kind, patch), type=dict)
        return merged


def _kept(told: Preview, edit: FormEdit) -> Preview:
    """Refuse an edit of objects that a syncer keeps in step with a repository."""
    findings = [
        unplaced(releasing.KEPT_ELSEWHERE, one.what, what=one.what, other=one.said)
        for one in told.trackers
    ]
    found = (*(at_field(one, form_of(edit), None) for one in findings), *told.findings)
    return replace(told, findings=found, has_errors=True, is_refused=True)


def _trackers(
    now: _SeenCluster, changes: Sequence[ClusterChange], also: Collection[str] = ()
) -> tuple[TrackingApplication, ...]:
    """Return who tracks objects that change, and others: those of the form."""
    touched = {str(one.ref) for one in changes if one.now} | set(also)
    bodies = [one for one in now.bodies if str(ref_of(one)) in touched]
    found = (tracker_of(one, now.syncers) for one in bodies)
    return tuple(one for one in found if one is not None)
