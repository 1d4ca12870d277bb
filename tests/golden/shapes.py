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
    """Return the objects a case speaks of, in the form the case writes them.

    That is their spec, and their labels where the case has any.
    """
    bodies = {manifest.ref: manifest.body for manifest in manifests}
    found = []
    for shape in wanted:
        ref = Ref(shape["kind"], shape["namespace"], shape["name"])
        shown = {key: shape[key] for key in ("kind", "name", "namespace")}
        if ref not in bodies:
            found.append({**shown, "spec": "is not there"})
            continue
        if "labels" in shape:
            shown["labels"] = bodies[ref]["metadata"]["labels"]
        found.append({**shown, "spec": bodies[ref]["spec"]})
    return found


def comparable(value: Any) -> Any:
    """Return a value in which equal meaning is equal: subsets by name, sequences as lists."""
    if isinstance(value, Mapping):
        found = {key: comparable(part) for key, part in value.items()}
        if isinstance(found.get("subsets"), list):
            found["subsets"] = sorted(found["subsets"], key=lambda subset: str(subset["name"]))
        return found
    return [comparable(part) for part in value] if isinstance(value, list | tuple) else value
