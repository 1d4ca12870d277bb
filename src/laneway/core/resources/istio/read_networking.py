"""Reads the Istio kinds a user may have written, and the vendor's TrafficLabel.

Comes in: a cursor on an object. Goes out: the typed object, or nothing when it has no name. What
does not decide where a request goes stays raw. A route that cannot be read is left out whole: with
a condition or a destination missing it would send requests where nobody wants them.
https://istio.io/latest/docs/reference/config/networking/
"""

from __future__ import annotations

from laneway.core.findings.codes import shape
from laneway.core.resources.alike import Lists, read_alike
from laneway.core.resources.istio.known_fields import ISTIO_SPECS
from laneway.core.resources.istio.networking import (
    DestinationRule,
    Gateway,
    GatewayServer,
    Sidecar,
    SidecarEgress,
    SubsetRule,
    TrafficLabel,
)
from laneway.core.resources.istio.read_policy import read_traffic_policy
from laneway.core.resources.lanes.looking import note_shapes, read_selector
from laneway.core.resources.lanes.tagging_fields import TRAFFIC_LABEL_SPEC
from laneway.core.resources.matching import Labels
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor


def read_gateway(root: Cursor) -> Gateway | None:
    """Read a Gateway; a server without a port is left out."""
    meta = read_meta(root, "Gateway", namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    servers = (_server(index, entry) for index, entry in spec.each("servers"))
    return Gateway(
        meta=meta,
        selector=spec.labels("selector"),
        servers=tuple(server for server in servers if server is not None),
    )


def _server(index: int, entry: Cursor) -> GatewayServer | None:
    port = entry.below("port")
    number = port.port("number")
    if number is None:
        if not port.written("number"):
            port.report(shape.MISSING_FIELD, "number")
        return None
    return GatewayServer(
        port=number,
        protocol=port.text("protocol"),
        hosts=entry.texts("hosts"),
        port_name=port.text("name"),
        tls=entry.mapping("tls") is not None,
        index=index,
        https_redirect=entry.below("tls").flag("httpsRedirect"),
        bind=entry.text("bind"),
        passes_on=entry.below("tls").text("mode") == "AUTO_PASSTHROUGH",
    )


def read_destination_rule(root: Cursor) -> DestinationRule | None:
    """Read a DestinationRule; a subset without a name or readable labels is left out."""
    meta = read_meta(root, "DestinationRule", namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    return DestinationRule(
        meta=meta,
        host=spec.required("host"),
        subsets=_subsets(spec),
        traffic_policy=read_traffic_policy(spec),
        export_to=export_to(spec),
        workload_selector=_match_labels(spec) if spec.written("workloadSelector") else None,
    )


def export_to(spec: Cursor) -> tuple[str, ...] | None:
    """Read `exportTo`; None where it is not written, which Istio tells from an empty list."""
    return spec.texts("exportTo") if spec.written("exportTo") else None


def _subsets(spec: Cursor) -> tuple[SubsetRule, ...]:
    """Read the subsets, which of one lane group are alike for every service."""
    return read_alike(spec, _SUBSETS)


def _each_subset(spec: Cursor) -> tuple[SubsetRule, ...]:
    subsets = (_subset(index, entry) for index, entry in spec.each("subsets"))
    return tuple(subset for subset in subsets if subset is not None)


_SUBSETS = Lists("subsets", _each_subset, ISTIO_SPECS["DestinationRule"]["subsets"])


def _subset(index: int, entry: Cursor) -> SubsetRule | None:
    name = entry.required("name")
    lost = entry.written("labels") and entry.mapping("labels") is None
    if lost or not name:
        return None  # without its labels it would be every pod
    return SubsetRule(
        name=name,
        labels=entry.labels("labels"),
        traffic_policy=read_traffic_policy(entry),
        index=index,
    )


def _match_labels(spec: Cursor) -> Labels:
    return spec.below("workloadSelector").labels("matchLabels")


def read_sidecar(root: Cursor) -> Sidecar | None:
    """Read a Sidecar."""
    meta = read_meta(root, "Sidecar", namespaced=True)
    if meta is None:
        return None
    spec = root.below("spec")
    egress = [
        SidecarEgress(entry.texts("hosts"), entry.below("port").port("number"))
        for _, entry in spec.each("egress")
    ]
    selector = spec.below("workloadSelector").labels("labels")
    outside = spec.below("outboundTrafficPolicy").text("mode") or "REGISTRY_ONLY"
    refuses = spec.written("outboundTrafficPolicy") and outside == "REGISTRY_ONLY"
    return Sidecar(meta, selector, tuple(egress), refuses)


def read_traffic_label(root: Cursor) -> TrafficLabel | None:
    """Read a TrafficLabel, version v1 or v1beta1, which have the same fields."""
    meta = read_meta(root, "TrafficLabel", namespaced=True)
    if meta is None:
        return None
    kind, spec = meta.ref.kind, root.below("spec")
    spec.known(kind, TRAFFIC_LABEL_SPEC)
    spec.texts("hosts")
    rules = tuple(entry for _, entry in spec.each("rules"))
    for rule in rules:
        note_shapes(rule, TRAFFIC_LABEL_SPEC["rules"].below, kind)
    selector = read_selector(spec, TRAFFIC_LABEL_SPEC, kind)
    return TrafficLabel(meta, selector, tuple(rule.raw for rule in rules))
