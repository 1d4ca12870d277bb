"""Objects that were in the input, as manifests, so that they can be compared like those we write.

Comes in: a Mesh. Goes out: the user's own routing objects, or those that a compiler of lanes had
generated. Only what an author decides is taken (labels and spec): what a server adds when an object
is applied would count as a change otherwise.
"""

from __future__ import annotations

from typing import Any

from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.superseded import MARK_ANNOTATION
from laneway.core.resources.meta import Meta


def own_objects(mesh: Mesh) -> tuple[Manifest, ...]:
    """Return the user's Gateways, VirtualServices, DestinationRules and Sidecars."""
    metas = [gateway.meta for gateway in mesh.gateways.values()]
    metas += [service.meta for service in mesh.virtual_services]
    metas += [rule.meta for rule in mesh.destination_rules]
    metas += [sidecar.meta for sidecar in mesh.sidecars]
    return tuple(map(_manifest, metas))


def generated_objects(mesh: Mesh) -> tuple[Manifest, ...]:
    """Return the objects of the input that Laneway or a lane controller had generated."""
    generated = set(mesh.superseded)
    things = mesh.snapshot.resources
    return tuple(_manifest(thing.meta) for thing in things if thing.meta.ref in generated)


def _manifest(meta: Meta) -> Manifest:
    metadata: dict[str, Any] = {"name": meta.name}
    if meta.namespace:
        metadata["namespace"] = meta.namespace
    if meta.labels:
        metadata["labels"] = dict(meta.labels)
    if MARK_ANNOTATION in meta.annotations:
        metadata["annotations"] = {MARK_ANNOTATION: meta.annotations[MARK_ANNOTATION]}
    body = {"apiVersion": meta.api_version, "kind": meta.ref.kind, "metadata": metadata}
    return Manifest(meta.ref, body | {"spec": meta.raw.get("spec", {})})
