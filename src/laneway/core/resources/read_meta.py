"""Reads `metadata`: the head every object has.

Comes in: a cursor on an object. Goes out: its Meta, or nothing when it has no name, since an
object without one cannot be told from others.
"""

from __future__ import annotations

from laneway.core.findings.codes import reading
from laneway.core.resources.meta import Meta, Ref, kind_of
from laneway.core.resources.yaml.cursor import Cursor


def read_meta(root: Cursor, kind: str, *, namespaced: bool) -> Meta | None:
    """Read the head of an object. Without a namespace a namespaced one is where its notes say.

    Of a name that the cluster has to complete (`generateName`) its beginning is the name.
    """
    head = root.below("metadata")
    name = head.text("name") or head.text("generateName").rstrip("-")
    if not name:
        root.report(reading.HALF_OBJECT, "metadata", missing="metadata.name")
        return None
    namespace = (head.text("namespace") or root.notes.namespace) if namespaced else ""
    ref = Ref(kind, namespace, name)
    root.notes.subject = str(ref)
    return Meta(
        ref=ref,
        labels=head.words("labels"),
        annotations=head.words("annotations"),
        created=head.text("creationTimestamp"),
        owner=_owner(head, namespace) if head.written("ownerReferences") else None,
        api_version=root.text("apiVersion"),
        source=root.notes.source,
        prefix=root.notes.prefix,
        raw=root.raw,
    )


def _owner(head: Cursor, namespace: str) -> Ref | None:
    for _, owner in head.each("ownerReferences"):
        if owner.flag("controller"):
            kind = kind_of(owner.text("apiVersion"), owner.text("kind"))
            return Ref(kind, namespace, owner.text("name"))
    return None
