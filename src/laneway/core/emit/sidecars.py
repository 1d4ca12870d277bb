"""Sidecars as objects, for the pods of which it is known whom they call.

Comes in: a mesh and the objects its lanes become. Goes out: the Sidecars to apply with them, and
who gets none. What a pod calls that nobody knew of is refused by its own proxy, or goes to the
address it dialed, as the one word says that is passed in. What each imports is decided elsewhere.
https://istio.io/latest/docs/reference/config/networking/sidecar/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from laneway.core.emit.istio import API_VERSION
from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.superseded import MANAGED_BY
from laneway.core.routing.plan.narrowing import Narrow, Speaker, Unnarrowed, narrowing
from laneway.core.routing.plan.written import binds_mesh, mesh_hosts

Outbound = Literal["REGISTRY_ONLY", "ALLOW_ANY"]


def sidecars(
    mesh: Mesh, manifests: Iterable[Manifest], outbound: Outbound = "REGISTRY_ONLY"
) -> tuple[tuple[Manifest, ...], tuple[Unnarrowed, ...]]:
    """Return the Sidecars for a mesh and its manifests, and the workloads that get none."""
    found = narrowing(mesh, [*_of_users(mesh), *_of_lanes(manifests)])
    return tuple(_spelled(one, outbound) for one in found.sidecars), found.left


def _of_users(mesh: Mesh) -> Iterator[Speaker]:
    for one in filter(binds_mesh, mesh.virtual_services):
        yield one.meta.namespace, mesh_hosts(one)


def _of_lanes(manifests: Iterable[Manifest]) -> Iterator[Speaker]:
    for one in manifests:
        spec = one.body.get("spec", {})
        if one.ref.kind == "VirtualService" and "gateways" not in spec:
            yield one.ref.namespace, tuple(spec.get("hosts", ()))


def _spelled(one: Narrow, outbound: Outbound) -> Manifest:
    spec = {
        "workloadSelector": {"labels": dict(one.selector)},
        "outboundTrafficPolicy": {"mode": outbound},
        "egress": [{"hosts": list(one.hosts)}],
    }
    metadata = {
        "name": one.ref.name,
        "namespace": one.ref.namespace,
        "labels": {MANAGED_BY: "laneway"},
    }
    body = {"apiVersion": API_VERSION, "kind": "Sidecar", "metadata": metadata, "spec": spec}
    return Manifest(one.ref, body)
