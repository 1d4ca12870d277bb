"""Which application keeps an object of a cluster in step with a repository, and from where.

Comes in: an object as the API server has it, and what syncers say as far as it is seen. Goes out:
the application, its repository and folder, and the text to bring there. What is tracked is edited
in its repository alone: what is written beside that is put back, or taken back and forth.
https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.edits.forms.in_cluster import meant
from laneway.core.edits.forms.showing import group_named, lane_named, splits_of
from laneway.core.mesh.mesh import Mesh
from laneway.core.syncing.applications import ApplicationInArgo
from laneway.core.syncing.cluster.objects import ObjectId
from laneway.core.syncing.cluster.seen import SeenObject, kept_by
from laneway.core.views.syncers import KeptInventory

_TRACKING = "argocd.argoproj.io/tracking-id"
_ARGO, _SYNC = "Argo CD", "laneway sync"


class SyncersSeen(Struct, frozen=True):
    """What syncers say, as far as a user may read it."""

    applications: tuple[ApplicationInArgo, ...] = ()
    inventories: tuple[KeptInventory, ...] = ()


class TrackingApplication(Struct, frozen=True, rename="camel"):
    """Who tracks an object. What is not seen is empty: an Application that may not be read.

    `live` is the commit that all of it is at, as far as that is known.
    """

    what: str
    by: str
    application: str = ""
    repository: str = ""
    path: str = ""
    revision: str = ""
    namespace: str = ""
    live: str = ""

    @property
    def said(self) -> str:
        """The same in words."""
        name = f", application {self.application}" if self.application else ""
        path = self.path if self.path not in ("", ".") else "its top folder"
        where = f", from {self.repository} {self.revision}, {path}" if self.repository else ""
        return f"{self.by}{name}{where}"


def tracker_of(body: Mapping[str, Any], seen: SyncersSeen) -> TrackingApplication | None:
    """Return who tracks an object; None for nobody."""
    what = _id_of(body)
    listing = (one for one in seen.applications if _lists(one, what))
    if (found := next(listing, None)) is not None:
        return _argo(what, found)
    there = SeenObject(body)
    if words := kept_by(there):
        name = _told_name(there)
        named = (one for one in seen.applications if name and name in _names(one))
        known = next(named, None)
        return _argo(what, known) if known else TrackingApplication(str(what), words)
    for kept in seen.inventories:
        if what in kept.inventory.ids:
            return _synced(what, kept)
    return TrackingApplication(str(what), _SYNC) if there.is_ours else None


def text_for_repository(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object as somebody means it, without the mark by which it is tracked."""
    found = meant(body)
    head = dict(found["metadata"])
    notes = {key: one for key, one in (head.get("annotations") or {}).items() if key != _TRACKING}
    head.pop("annotations", None)
    return {**found, "metadata": {**head, **({"annotations": notes} if notes else {})}}


def objects_of(mesh: Mesh, kind: str, name: str) -> frozenset[str]:
    """Return the objects that a form changes, as `Kind namespace/name`, for `object_of` an edit.

    Weights of a group are where its splits are: in users' routes, or at its lanes.
    """
    if kind == "weights":
        return frozenset(_of_weights(mesh, name))
    if kind == "injection":
        return frozenset([f"Namespace {name}"] if name in mesh.namespaces else [])
    found = group_named(mesh, name) if kind == "group" else lane_named(mesh, name)
    return frozenset([str(found.meta.ref)]) if found else frozenset()


def _of_weights(mesh: Mesh, name: str) -> Iterator[str]:
    group = mesh.group(name)
    for split in splits_of(mesh, name):
        if split.in_routes:
            yield split.subject
        elif group is not None:
            yield from (str(one.lane.meta.ref) for one in group.lanes)


def _argo(what: ObjectId, one: ApplicationInArgo) -> TrackingApplication:
    source = one.source
    return TrackingApplication(
        str(what),
        _ARGO,
        one.metadata.name,
        source.repo_url,
        source.path,
        source.target_revision or "HEAD",
        one.spec.destination.namespace,
        one.revision if one.status.sync.status == "Synced" else "",
    )


def _synced(what: ObjectId, kept: KeptInventory) -> TrackingApplication:
    """Read what `laneway sync` follows: its URL, its revision and its folder, in a line."""
    url, revision, path = (*kept.inventory.source.split(" ", 2), "", "", "")[:3]
    commit = kept.inventory.commit
    return TrackingApplication(
        str(what), _SYNC, kept.application, url, path, revision, kept.namespace, commit
    )


def _lists(one: ApplicationInArgo, what: ObjectId) -> bool:
    return any(
        ObjectId(each.group, each.kind, each.namespace, each.name) == what
        for each in one.status.resources
    )


def _names(one: ApplicationInArgo) -> Iterable[str]:
    """Return how an Application is called in marks: in a namespace of its own with that."""
    return one.metadata.name, f"{one.metadata.namespace}_{one.metadata.name}"


def _told_name(there: SeenObject) -> str:
    marks = there.metadata.get("annotations") or {}
    return str(marks.get(_TRACKING, "")).partition(":")[0]


def _id_of(body: Mapping[str, Any]) -> ObjectId:
    group = str(body.get("apiVersion", "")).rpartition("/")[0]
    head = body["metadata"]
    return ObjectId(group, str(body["kind"]), str(head.get("namespace", "")), str(head["name"]))
