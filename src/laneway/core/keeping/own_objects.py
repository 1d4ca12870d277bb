"""An object of ours on the cluster, as a digest; and whole, where a change has to look into it.

Comes in: the bytes of an object that bears our label. Goes out: its identity, version, owners and
a digest of what we say of it, so that thousands of them cost next to nothing. What others add to
its head is theirs and in no digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, json

from laneway.core.changes.by_caller import has_selectors
from laneway.core.emit.manifest import Manifest
from laneway.core.keeping.names import FIELD_MANAGER
from laneway.core.keeping.owners import GROUP_KIND, OUR_LABELS, Body, is_ours
from laneway.core.mesh.superseded import MANAGED_BY
from laneway.core.resources.meta import Ref

Digest = bytes
_SIZE = 16


class OwnObject(Struct, frozen=True):
    """An object of ours as it stands. `groups` are those that own it, by name.

    `writer` is who wrote it last if that was not us, as the server's managed fields tell. Without
    `is_owned` somebody wrote it by `laneway render`, for lanes that may not be in this cluster.
    """

    ref: Ref
    digest: Digest
    version: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    is_owned: bool = False
    writer: str = ""
    is_for_some: bool = False
    """Whether it is a rule for single callers, of which the order of any change has to know."""


def is_own(head: Mapping[str, Any]) -> bool:
    """Whether an object bears our label, by its head."""
    return (head.get("labels") or {}).get(MANAGED_BY) == "laneway"


def digest_of(body: Body) -> Digest:
    """Return a digest of which object it is, and of what we say in it: labels, owners, spec."""
    from hashlib import blake2b  # noqa: PLC0415 - it loads OpenSSL, which only a cluster needs

    head = body["metadata"]
    ours = [one for one in head.get("ownerReferences") or () if is_ours(one)]
    owners = sorted((one["kind"], one["name"], one["uid"]) for one in ours)
    said = [ref_of(body), _labels(head), owners, body.get("spec")]
    return blake2b(json.encode(said, order="sorted"), digest_size=_SIZE).digest()


def own_object(value: Body) -> OwnObject:
    """Return an object of ours, of its body as the server gave it."""
    head = value["metadata"]
    ours = [one for one in head.get("ownerReferences") or () if is_ours(one)]
    return OwnObject(
        ref_of(value),
        digest_of(value),
        head.get("resourceVersion", ""),
        head.get("uid", ""),
        tuple(sorted(one["name"] for one in ours if one["kind"] == GROUP_KIND)),
        bool(ours),
        _last_writer(head.get("managedFields") or ()),
        has_selectors([manifest_of(value)]),
    )


def manifest_of(value: Body) -> Manifest:
    """Return an object of ours as we would have emitted it, to be compared field by field."""
    head = value["metadata"]
    metadata = {
        "name": head["name"],
        "namespace": head.get("namespace", ""),
        "labels": _labels(head),
    }
    body = {key: value[key] for key in ("apiVersion", "kind")}
    return Manifest(ref_of(value), body | {"metadata": metadata, "spec": value.get("spec", {})})


def ref_of(value: Body) -> Ref:
    """Return an object's identity."""
    head = value["metadata"]
    return Ref(value["kind"], head.get("namespace", ""), head["name"])


def _labels(head: Mapping[str, Any]) -> dict[str, str]:
    labels = head.get("labels") or {}
    return {key: labels[key] for key in OUR_LABELS if key in labels}


def _last_writer(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return who wrote last, empty if that was us; what writes a status alone does not count.

    Times are in whole seconds: of two in one second it is the other.
    """
    writers = [
        (str(one.get("time", "")), one.get("manager") != FIELD_MANAGER, str(one.get("manager", "")))
        for one in entries
        if one.get("subresource") != "status"
    ]
    _, is_foreign, name = max(writers, default=("", False, ""))
    return name if is_foreign else ""
