"""What only layout `asm` prints: the vendor's places, labels, doubled subsets and TrafficLabel.

The objects equal those the vendor's controller generates, field for field, so that people who know
them can compare. On vanilla Istio the TrafficLabel does nothing; isolation comes from the mesh
VirtualServices, which this layout has too.
https://www.alibabacloud.com/help/en/asm/sidecar/label-traffic
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.superseded import MARK_ANNOTATION
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan import LaneSubsets, RoutePlan, RulePlace

ROOT_NAMESPACE = "istio-system"
API_VERSION = "networking.istio.io/v1beta1"
LABELS = {"asm-system": "true", "provider": "asm"}
MARK = {MARK_ANNOTATION: "laneway"}
"""The one annotation of ours in this layout: ownership is never read from the vendor's labels."""


def home(subsets: LaneSubsets) -> tuple[RulePlace, ...]:
    """Return the one place the vendor's DestinationRule stands in."""
    return (replace(subsets.places[0], namespace=ROOT_NAMESPACE, export_to=None),)


def traffic_label(mesh: Mesh, plan: RoutePlan) -> Manifest | None:
    """Return the mesh's one TrafficLabel, which names every lane label key once."""
    planned = {subsets.group for subsets in plan.lane_subsets.values()}
    keys = [
        key
        for group in mesh.groups
        if group.name in planned
        for lane in group.lanes
        for key, _ in lane.selector
    ]
    if not keys:
        return None
    sources = [f"$getLabel({key})" for key in dict.fromkeys(keys)]
    ref = Ref("TrafficLabel", ROOT_NAMESPACE, "asm-trafficlabel-global")
    metadata = {
        "name": ref.name,
        "namespace": ref.namespace,
        "labels": dict(LABELS),
        "annotations": MARK,
    }
    rules = [{"labels": [{"name": "asm-label", "valueFrom": sources}]}]
    return Manifest(
        ref,
        {
            "apiVersion": "istio.alibabacloud.com/v1beta1",
            "kind": ref.kind,
            "metadata": metadata,
            "spec": {"rules": rules},
        },
    )


def as_printed(mesh: Mesh, route: dict[str, Any]) -> dict[str, Any]:
    """Return an entry route as the vendor prints it: no header set, no port where there is one."""
    printed = {key: value for key, value in route.items() if key != "headers"}
    printed["route"] = [_without_port(mesh, share) for share in route["route"]]
    return printed


def _without_port(mesh: Mesh, share: dict[str, Any]) -> dict[str, Any]:
    to = share["destination"]
    service = mesh.services.get(Host(to["host"]))
    if service is None or len(service.ports) != 1:
        return share
    return share | {"destination": {key: to[key] for key in to if key != "port"}}
