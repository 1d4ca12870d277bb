"""Emitted objects in the words of a case: their names, and the shape of the few that matter.

Comes in: manifests and what a case expects of them. Goes out: the differences. Subsets are
compared by name, since their order means nothing to Istio; everything else is compared as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from laneway.core.emit.manifest import Manifest
from laneway.core.resources.meta import Ref


def objects_of(manifests: Iterable[Manifest]) -> list[str]:
    """Return `Kind namespace/name` of every object, sorted."""
    return sorted(str(manifest.ref) for manifest in manifests)


def shapes_of(
    manifests: Iterable[Manifest], wanted: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the specs of the objects a case speaks of, in the form the case writes them."""
    specs = {manifest.ref: manifest.body["spec"] for manifest in manifests}
    found = []
    for shape in wanted:
        ref = Ref(shape["kind"], shape["namespace"], shape["name"])
        head = {key: shape[key] for key in ("kind", "name", "namespace")}
        found.append({**head, "spec": specs.get(ref, "is not there")})
    return found


def comparable(value: Any) -> Any:
    """Return a value in which equal meaning is equal: subsets by name, sequences as lists."""
    if isinstance(value, Mapping):
        found = {key: comparable(part) for key, part in value.items()}
        if isinstance(found.get("subsets"), list):
            found["subsets"] = sorted(found["subsets"], key=lambda subset: str(subset["name"]))
        return found
    return [comparable(part) for part in value] if isinstance(value, list | tuple) else value
