"""The lane filter for a mesh of Istio: WasmPlugins beside the services and the gateways.

Comes in: the mesh, its plan, and where the filter's module is served. Goes out: a plugin for each
way into and out of the pods of a service whose lanes are remembered by trace, and one for each
thing a gateway does before its routes. The digest pins the module: a proxy refuses another. They
name no virtual machine of their own, so that what comes in is remembered for what goes out.
https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from laneway.core.emit.filter_module import SHA256
from laneway.core.emit.lane_filter import Settings, ids_to_make, tagging, traced
from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.superseded import MANAGED_BY
from laneway.core.resources.meta import Ref
from laneway.core.routing.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan import RoutePlan

API_VERSION = "extensions.istio.io/v1alpha1"

Selector = Mapping[str, str]


def needs_filter(mesh: Mesh, plan: RoutePlan) -> bool:
    """Whether anything in a mesh needs the lane filter."""
    return any(True for _ in traced(mesh)) or any(port.tagging for port in plan.gateway_ports)


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


def _at_gateways(mesh: Mesh, plan: RoutePlan) -> Iterator[Wanted]:
    """Yield what gateways do: ids are made before users are tagged, as the names order them."""
    made: set[str] = set()
    for port in plan.gateway_ports:
        words = "-".join(value for _, value in port.selector) or "all"
        wanted = [*ids_to_make(mesh), *(tagging(rule) for rule in port.tagging)]
        for number, settings in enumerate(wanted):
            name = f"lane-filter-{words}-{settings['role']}-{number}"
            if name not in made:
                made.add(name)
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
