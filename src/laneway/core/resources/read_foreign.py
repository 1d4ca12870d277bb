"""Finds pods in objects of kinds that nobody here reads.

Comes in: the raw mapping of an object of any API. Goes out: the labels of the pod templates in it,
wherever they stand; or nothing. What operators make of their objects is theirs to know, so this
says only that there may be pods with these labels. It gives no finding: the object is not ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from laneway.core.resources.kubernetes.workloads import ForeignPods
from laneway.core.resources.meta import Meta, Ref, kind_of
from laneway.core.resources.yaml.cursor import Notes

_DEEPEST = 8
_MOST = 5000
"""Values that are looked at; pod templates stand near the top, and schemas are endless."""


def read_foreign(
    raw: Mapping[str, Any], api_version: str, kind: str, notes: Notes
) -> ForeignPods | None:
    """Return the pods an object may make; nothing where it holds no template with labels."""
    templates = tuple(_templates(raw.get("spec")))
    head = raw.get("metadata")
    if not templates or not isinstance(head, dict):
        return None
    name, namespace = (head.get("name") or head.get("generateName")), head.get("namespace")
    if not isinstance(name, str) or not isinstance(namespace or "", str):
        return None
    space = namespace or notes.namespace
    meta = Meta(
        Ref(kind_of(api_version, kind), space, name),
        owner=_owner(head, space),
        api_version=api_version,
        source=notes.source,
        prefix=notes.prefix,
        raw=raw,
    )
    return ForeignPods(meta, templates)


def _owner(head: Mapping[str, Any], namespace: str) -> Ref | None:
    owners = head.get("ownerReferences")
    for one in owners if isinstance(owners, list) else ():
        if isinstance(one, dict) and one.get("controller") is True:
            words = [one.get(key) for key in ("apiVersion", "kind", "name")]
            version, kind, name = (word if isinstance(word, str) else "" for word in words)
            return Ref(kind_of(version, kind), namespace, name)
    return None


def _templates(spec: Any) -> Iterator[Mapping[str, str]]:
    """Yield the labels of every mapping that has containers in its spec and labels in its head."""
    rest = [(spec, 0)]
    seen = 0
    while rest and seen < _MOST:
        value, depth = rest.pop()
        seen += 1
        if isinstance(value, dict):
            if depth and (labels := _labels(value)):
                yield labels
            inner = list(value.values())
        else:
            inner = value if isinstance(value, list) else []
        if depth < _DEEPEST:
            rest += [(one, depth + 1) for one in inner if isinstance(one, dict | list)]


def _labels(value: Mapping[str, Any]) -> dict[str, str]:
    pod, head = value.get("spec"), value.get("metadata")
    if not isinstance(pod, dict) or not isinstance(head, dict):
        return {}
    labels = head.get("labels")
    if not isinstance(pod.get("containers"), list) or not isinstance(labels, dict):
        return {}
    return {key: word for key, word in labels.items() if type(key) is str and type(word) is str}
