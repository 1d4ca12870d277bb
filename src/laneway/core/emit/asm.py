"""What only layout `asm` prints: the vendor's places, labels, doubled subsets and own kinds.

The objects equal those the vendor's controller generates, field for field, so that people who know
them can compare. On vanilla Istio those kinds do nothing; isolation comes from the mesh
VirtualServices, which this layout has too.
https://www.alibabacloud.com/help/en/asm/sidecar/label-traffic
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.destination_rules import exported, rule_host
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.superseded import GROUP_LABEL, MARK_ANNOTATION
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.entry_cookies import BROWSER_MEANS
from laneway.core.routing.plan.lane_subsets import LaneSubsets, RulePlace
from laneway.core.routing.plan.object_names import ObjectNames
from laneway.core.routing.plan.route_plan import Forward, RoutePlan, Rule

ROOT_NAMESPACE = "istio-system"
API_VERSION = "networking.istio.io/v1beta1"
VENDOR_VERSION = "istio.alibabacloud.com/v1beta1"
LABELS = {"asm-system": "true", "provider": "asm"}
MARK = {MARK_ANNOTATION: "laneway"}
"""The one annotation of ours in this layout: ownership is never read from the vendor's labels."""
STRICT_CARRIER = Ref("TrafficLabel", ROOT_NAMESPACE, "asm-trafficlabel-global")
"""What carries the lanes of all strict groups on."""
Exports = Mapping[Host, tuple[str, ...] | None]
"""The `exportTo` of a user's rule by its host, as written."""


def home(subsets: LaneSubsets, exports: Exports) -> tuple[RulePlace, ...]:
    """Return the one place the vendor's DestinationRule stands in, exported as a rule beside it."""
    beside = exports.get(subsets.host)
    return (replace(subsets.places[0], namespace=ROOT_NAMESPACE, exported=beside),)


def exports(mesh: Mesh) -> Exports:
    """Return how the users' rules of the root namespace are exported, by host.

    Rules of one host are merged only if their exportTo is written alike.
    """
    return {
        rule_host(rule): exported(rule)
        for rule in mesh.destination_rules
        if rule.meta.namespace == ROOT_NAMESPACE and rule.workload_selector is None
    }


def vendor_kinds(mesh: Mesh, plan: RoutePlan, names: ObjectNames) -> tuple[Manifest, ...]:
    """Return the vendor's own kinds: what its controller makes to carry lanes from hop to hop.

    Strict groups share one TrafficLabel that names every lane label key once. A permissive group
    has one per service that finds the lane by the trace's id, or takes it out of baggage; where
    applications forward the lane itself there is nothing to carry, and the vendor has no kind for
    SkyWalking's correlation, in which routes find it by themselves.
    """
    planned = {subsets.group for subsets in plan.lane_subsets.values()}
    groups = [group for group in mesh.groups if group.name in planned]
    keys = [
        key
        for group in groups
        if group.propagation is None
        for lane in group.lanes
        for key, _ in lane.selector
    ]
    carriers = (_carrier(mesh, group, host, names) for group in groups for host in group.hosts)
    found = [one for one in carriers if one is not None]
    return (_global_label(keys), *found) if keys else tuple(found)


def _global_label(keys: list[str]) -> Manifest:
    sources = [f"$getLabel({key})" for key in dict.fromkeys(keys)]
    rules = [{"labels": [{"name": "asm-label", "valueFrom": sources}]}]
    return _vendors(STRICT_CARRIER, LABELS, {"rules": rules})


def _carrier(mesh: Mesh, group: Group, host: Host, names: ObjectNames) -> Manifest | None:
    """Return what carries a permissive group's lanes through one service.

    The function's arguments stand as the vendor generates them: the header, then the trace's id.
    """
    way, service = group.propagation, mesh.services[host]
    if way is None or way.carrier in ("header", "correlation"):
        return None
    name = names.carrier(host)
    labels = LABELS | {GROUP_LABEL: group.name}
    selector = {"workloadSelector": {"labels": dict(service.service.selector)}}
    if way.carrier == "baggage":
        ref = Ref("ASMHeaderPropagation", service.namespace, name)
        return _vendors(ref, labels, {"headers": [way.route_header], **selector})
    ref = Ref("TrafficLabel", service.namespace, name)
    source = f"$getExternalInboundRequestHeader({way.route_header}, {way.trace_header})"
    rules = [{"labels": [{"name": "asm-label", "valueFrom": [source]}]}]
    return _vendors(ref, labels, {"rules": rules, **selector})


def _vendors(ref: Ref, labels: dict[str, str], spec: dict[str, Any]) -> Manifest:
    metadata = {
        "name": ref.name,
        "namespace": ref.namespace,
        "labels": dict(labels),
        "annotations": MARK,
    }
    body = {"apiVersion": VENDOR_VERSION, "kind": ref.kind, "metadata": metadata, "spec": spec}
    return Manifest(ref, body)


def as_printed(rule: Rule, route: dict[str, Any]) -> dict[str, Any]:
    """Return an entry route as the vendor prints it: no header set, and no port nobody wrote.

    What browsers are led by is nothing of the vendor's, and stays as it is.
    """
    if rule.by in BROWSER_MEANS or not isinstance(rule.action, Forward):
        return route
    shares = rule.action.shares
    printed = {key: value for key, value in route.items() if key != "headers"}
    printed["route"] = [
        _without_port(spelled) if share.implied_port else spelled
        for share, spelled in zip(shares, route["route"], strict=True)
    ]
    return printed


def _without_port(spelled: dict[str, Any]) -> dict[str, Any]:
    to = spelled["destination"]
    return spelled | {"destination": {key: to[key] for key in to if key != "port"}}
