"""A draft of objects that a cluster has → the fields to apply, and the objects to delete.

Comes in: bodies as the API server has them, in the order in which they were read, and a draft of
their mesh. Goes out: what each is to be. Of an object that others wrote only the fields are applied
that the edit changes, and those applied before in the same name: who applies a field keeps it.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from laneway.core.changes.fields import field_changes
from laneway.core.edits.draft import Draft
from laneway.core.edits.forms.meanwhile import FieldConflict
from laneway.core.edits.intents import AppendDocument, RemoveDocument, intended
from laneway.core.resources.meta import Ref
from laneway.core.resources.yaml.exact import read_exactly

Body = Mapping[str, Any]
_BY_SERVER = frozenset(
    {"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"}
)
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class ClusterChange(Struct, frozen=True):
    """One object that is to be another. `now` is None for a new one, `wanted` for one that goes."""

    now: Body | None
    wanted: Body | None

    @property
    def body(self) -> Body:
        """The object, as it is to be or as it is."""
        return self.wanted or self.now or {}

    @property
    def ref(self) -> Ref:
        """Its kind, namespace and name."""
        return ref_of(self.body)

    @property
    def version(self) -> str:
        """The version at which it was read, empty for a new one."""
        return str(((self.now or {}).get("metadata") or {}).get("resourceVersion", ""))

    def applied(self, manager: str) -> dict[str, Any]:
        """Return the fields that a manager applies, at the version that was read."""
        wanted, now = meant(self.wanted or {}), meant(self.now or {})
        own = _owned(self.now or {}, manager)
        found = _part(wanted, now, own) if self.now else wanted
        head = {
            key: wanted["metadata"][key]
            for key in ("name", "namespace")
            if key in wanted["metadata"]
        }
        at = {"resourceVersion": self.version} if self.version else {}
        kind = {"apiVersion": wanted["apiVersion"], "kind": wanted["kind"]}
        return {**kind, **found, "metadata": {**found.get("metadata", {}), **head, **at}}

    def without_rest(self) -> dict[str, Any]:
        """Return a merge patch that takes away what is to go, at the version that was read."""
        patch = _nulls(meant(self.now or {}), meant(self.wanted or {}))
        return {key: self.body[key] for key in ("apiVersion", "kind")} | patch

    def left_in(self, answer: Body, *, is_ours_alone: bool) -> tuple[FieldConflict, ...]:
        """Return what an object holds after an edit that is not as it was meant to be.

        What is there now and never was before is a default of the server's, where the object
        `is_ours_alone`: nobody else has a field of it.
        """
        found = field_changes(meant(self.wanted or {}), meant(answer))
        news = field_changes(meant(self.now or {}), meant(answer)) if is_ours_alone else ()
        defaults = [f"{one.path}." for one in news if one.kind == "added"]
        return tuple(
            FieldConflict(one.path, one.before, one.after)
            for one in found
            if one.kind != "added" or not f"{one.path}.".startswith(tuple(defaults))
        )


def changes_of(draft: Draft, bodies: Sequence[Body]) -> list[ClusterChange]:
    """Return what a draft changes, new objects first and deletions last."""
    gone = {one.place.source.number for one in draft.intents if isinstance(one, RemoveDocument)}
    others = [one for one in draft.intents if not isinstance(one, RemoveDocument)]
    after = intended(list(bodies), others)[: len(bodies)]
    changed = [
        ClusterChange(now, wanted)
        for number, (now, wanted) in enumerate(zip(bodies, after, strict=True))
        if number not in gone and now != wanted
    ]
    new = [one.value for one in draft.intents if isinstance(one, AppendDocument)]
    new += [read_exactly(one.raw.decode()).value for one in draft.new_files]
    created = [ClusterChange(None, one) for one in new]
    return [*created, *changed, *(ClusterChange(bodies[number], None) for number in sorted(gone))]


def meant(body: Body) -> dict[str, Any]:
    """Return what somebody means an object to be: without status and what a server notes.

    >>> meant({"kind": "A", "metadata": {"name": "a", "uid": "1"}, "status": {}})
    {'kind': 'A', 'metadata': {'name': 'a'}}
    """
    if not body:
        return {}
    head = {key: value for key, value in body["metadata"].items() if key not in _BY_SERVER}
    notes = dict(head.pop("annotations", None) or {})
    notes.pop(_LAST_APPLIED, None)
    if notes:
        head["annotations"] = notes
    found = {key: value for key, value in body.items() if key != "status"}
    return {**found, "metadata": head}


def ref_of(body: Body) -> Ref:
    """Return the identity of an object."""
    head = body["metadata"]
    return Ref(str(body["kind"]), str(head.get("namespace", "")), str(head["name"]))


def _owned(body: Body, manager: str) -> Mapping[str, Any]:
    """Return the tree of the fields that a manager applies."""
    found: dict[str, Any] = {}
    for one in (body.get("metadata") or {}).get("managedFields") or []:
        if one.get("manager") == manager and one.get("operation") == "Apply":
            found |= one.get("fieldsV1") or {}
    return found


def _part(wanted: Body, now: Body, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a mapping that differ, and those that are owned; lists are whole."""
    found: dict[str, Any] = {}
    for key, value in wanted.items():
        mine, before = own.get(f"f:{key}"), now.get(key)
        if isinstance(value, dict) and value and isinstance(before, dict):
            inner = _part(value, before, mine or {})
            if inner:
                found[key] = inner
        elif mine is not None or value != before:
            found[key] = value
    return found


def _nulls(now: Body, wanted: Body) -> dict[str, Any]:
    """Return a merge patch of what is gone from mappings."""
    found: dict[str, Any] = {key: None for key in now if key not in wanted}
    for key, value in now.items():
        other = wanted.get(key)
        if isinstance(value, dict) and isinstance(other, dict) and (inner := _nulls(value, other)):
            found[key] = inner
    return found


def said_of(changes: Sequence[ClusterChange]) -> Iterator[str]:
    """Yield the objects that change, as people name them."""
    return (str(one.ref) for one in changes)
