"""Reads where a container takes variables and files from that its manifest does not show.

Comes in: the raw container and the raw spec of its pod. Goes out: names of objects and volumes,
`ConfigMap shop`. Whoever asks what a program knows has to know what it may have been told besides.
It reports nothing: what is written wrongly here, others complain of or nobody needs.
https://kubernetes.io/docs/concepts/storage/volumes/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_NAMED = {"configMap": ("ConfigMap", "name"), "secret": ("Secret", "secretName")}
_REFERENCES = {
    "configMapRef": "ConfigMap",
    "secretRef": "Secret",
    "configMapKeyRef": "ConfigMap",
    "secretKeyRef": "Secret",
}
_EMPTY = frozenset({"emptyDir", "downwardAPI"})
"""Volumes in which nothing stands that tells a program whom to call."""
_TOKEN = "kube-api-access-"  # noqa: S105 - the name of a volume
"""How the volume begins that Kubernetes adds to every pod."""


def unsaid(container: Mapping[str, Any], pod: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a container takes variables or files from, each once.

    >>> unsaid({"envFrom": [{"configMapRef": {"name": "shop"}}]}, {})
    ('ConfigMap shop',)
    """
    found = [*_of_variables(container)] if "env" in container or "envFrom" in container else []
    if "volumeMounts" in container:
        found += _of_files(container, pod)
    return tuple(dict.fromkeys(found))


def _of_variables(container: Mapping[str, Any]) -> Iterator[str]:
    for one in _items(container, "env"):
        yield from _referred(one.get("valueFrom"))
    for one in _items(container, "envFrom"):
        yield from _referred(one)


def _referred(source: object) -> Iterator[str]:
    for key, kind in _REFERENCES.items() if isinstance(source, dict) else ():
        named = source.get(key) if isinstance(source, dict) else None
        if isinstance(named, dict):
            yield f"{kind} {named.get('name', '')}"


def _of_files(container: Mapping[str, Any], pod: Mapping[str, Any]) -> Iterator[str]:
    mounted = {one.get("name") for one in _items(container, "volumeMounts")}
    for volume in _items(pod, "volumes"):
        name = volume.get("name")
        if name in mounted and not str(name).startswith(_TOKEN):
            yield from _of_volume(volume)
    known = {volume.get("name") for volume in _items(pod, "volumes")}
    claimed = sorted(str(name) for name in mounted - known if not str(name).startswith(_TOKEN))
    yield from (f"volume {name}" for name in claimed)


def _of_volume(volume: Mapping[str, Any]) -> Iterator[str]:
    if not _EMPTY.isdisjoint(volume):
        return
    for key, (kind, field) in _NAMED.items():
        if isinstance(volume.get(key), dict):
            yield f"{kind} {volume[key].get(field, '')}"
            return
    yield f"volume {volume.get('name')}"


def _items(raw: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    found = raw.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
