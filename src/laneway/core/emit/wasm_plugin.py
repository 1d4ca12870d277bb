"""The lane filter for a mesh of Istio: WasmPlugins beside the services and the gateways.

Comes in: the mesh, its plan, and where the filter's module is served. Goes out: a plugin for each
way into and out of the pods of a service whose lanes are remembered by trace, one for both ways
where baggage is put in order, and one for each thing a gateway does before its routes. The digest
pins the module: a proxy refuses another. They name no virtual machine of their own, so that what
comes in is remembered for what goes out.
https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from laneway.core.emit.filter_module import SHA256
from laneway.core.emit.lane_filter import Settings, at_entry, in_order, tidied, traced
from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.superseded import MANAGED_BY
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.route_plan import RoutePlan

API_VERSION = "extensions.istio.io/v1alpha1"

Selector = Mapping[str, str]


def wasm_plugins(mesh: Mesh, plan: RoutePlan, url: str) -> tuple[Manifest, ...]:
    """Return the plugins of a mesh; `url` is where its proxies find the module."""
    return tuple(
        _plugin(ref, selector, mode, settings, url)
        for ref, selector, mode, settings in (*_at_services(mesh), *_at_gateways(mesh, plan))
    )


Wanted = tuple[Ref, Selector, str, Settings]


def _at_services(mesh: Mesh) -> Iterator[Wanted]:
    for one, hosts in traced(mesh):
        for host in hosts:
            service = mesh.services[host]
            selector = dict(service.service.selector)
            if not selector:
                continue  # without a selector a service has no pods of its own
            name = f"lane-filter-{one.group}-{service.name}"
            inbound = Ref("WasmPlugin", service.namespace, f"{name}-in")
            outbound = Ref("WasmPlugin", service.namespace, f"{name}-out")
            yield inbound, selector, "SERVER", one.remembering()
            yield outbound, selector, "CLIENT", one.restoring()
    for group, hosts in tidied(mesh):
        for host in hosts:
            service = mesh.services[host]
            selector = dict(service.service.selector)
            for number, settings in enumerate(in_order(mesh, group=group) if selector else ()):
                name = f"lane-filter-{group}-{service.name}-baggage-{number}"
                yield Ref("WasmPlugin", service.namespace, name), selector, "", settings


def _at_gateways(mesh: Mesh, plan: RoutePlan) -> Iterator[Wanted]:
    """Yield what gateways do, once for the proxies of a selector, whatever ports they open.

    They are named after the first of their Gateways: a selector may hold what no name may.
    """
    for port in {port.selector: port for port in reversed(plan.gateway_ports)}.values():
        gateway = port.gateways[0].replace("/", "-")
        for number, settings in enumerate(at_entry(mesh, port)):
            name = f"lane-filter-{gateway}-{settings['role']}-{number}"
            ref = Ref("WasmPlugin", GATEWAY_NAMESPACE, name)
            yield ref, dict(port.selector), "", settings


def _plugin(ref: Ref, selector: Selector, mode: str, settings: Settings, url: str) -> Manifest:
    spec: dict[str, Any] = {
        "selector": {"matchLabels": dict(selector)},
        "url": url,
        "sha256": SHA256,
        "failStrategy": "FAIL_OPEN",
        "pluginConfig": dict(settings),
    }
    if mode:
        spec["match"] = [{"mode": mode}]
    metadata = {"name": ref.name, "namespace": ref.namespace, "labels": {MANAGED_BY: "laneway"}}
    body = {"apiVersion": API_VERSION, "kind": ref.kind, "metadata": metadata, "spec": spec}
    return Manifest(ref, body)
