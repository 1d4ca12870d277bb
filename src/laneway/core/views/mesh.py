"""The Mesh as a plain object, for people who want to see what was understood.

Comes in: a Mesh. Goes out: dictionaries and lists: groups with their lanes, services with their
pods, gateways, and the user's own objects by name. What is missing is said where it is missed. It
is a view and no input: nothing reads it back.
"""

from __future__ import annotations

from typing import Any

from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Group, GroupLane, Mesh, MeshPort, MeshService
from laneway.core.mesh.propagation import Propagation
from laneway.core.resources.istio.networking import Gateway
from laneway.core.resources.kubernetes.workloads import Workload

Object = dict[str, Any]


def mesh_object(mesh: Mesh) -> Object:
    """Return the mesh as an object; parts that are empty are left out."""
    shown: Object = {
        "groups": [_group(group) for group in mesh.groups],
        "services": [_service(mesh, service) for service in mesh.services.values()],
        "gateways": [_gateway(name, gateway) for name, gateway in mesh.gateways.items()],
        "virtualServices": [str(one.meta.ref) for one in mesh.virtual_services],
        "destinationRules": [str(one.meta.ref) for one in mesh.destination_rules],
        "sidecars": [str(one.meta.ref) for one in mesh.sidecars],
        "superseded": [str(ref) for ref in mesh.superseded],
        "lanesWithoutGroup": [lane.meta.name for lane in mesh.stray_lanes],
        "workloadsOfNoService": [_workload(one) for one in _outside(mesh)],
        "unread": list(mesh.snapshot.unread),
        "otherKinds": dict(mesh.snapshot.other_kinds),
    }
    return {key: value for key, value in shown.items() if value}


def _group(group: Group) -> Object:
    shown: Object = {
        "name": group.name,
        "mode": "permissive" if group.group.is_permissive else "strict",
        "entry": group.group.strategy,
    }
    if group.gateway:
        shown["gateway"] = group.gateway
    if group.held:
        shown["held"] = list(group.held)
    if group.propagation:
        shown |= _permissive(group, group.propagation)
    shown["services"] = list(group.hosts)
    shown["lanes"] = [_lane(group, lane) for lane in group.lanes]
    if group.excluded:
        shown["leftOut"] = [lane.meta.name for lane in group.excluded]
    return shown


def _permissive(group: Group, propagation: Propagation) -> Object:
    """Say how the lane of a request travels, and who answers for lanes that lack a service."""
    shown: Object = {
        "carrier": propagation.carrier,
        "routeHeader": propagation.route_header,
        "traceHeader": propagation.trace_header,
        "baseline": group.baseline,
    }
    if group.service_targets:
        shown["standIns"] = dict(group.service_targets)
    return shown | {"fallsBackAtRunTime": group.falls_back}


def _lane(group: Group, lane: GroupLane) -> Object:
    shown: Object = {"name": lane.name, "labels": dict(lane.selector)}
    answering = {host: group.resolve(lane.name, host) for host in group.hosts}
    others = {host: name for host, name in answering.items() if name != lane.name}
    if others:
        shown["answeredBy"] = others
    if lane.absent:
        shown["withoutPods"] = [host for host in lane.declared if host in lane.absent]
    if lane.rules:
        shown["rulesOn"] = sum(rule.online and rule.valid for rule in lane.rules)
        shown["rules"] = len(lane.rules)
    if lane.weight is not None:
        shown["weight"] = lane.weight.weight
    return shown


def _service(mesh: Mesh, service: MeshService) -> Object:
    shown: Object = {"host": service.host}
    group = owner(mesh, service.host)
    if group is not None:
        shown["group"] = group.name
    if service.headless:
        shown["headless"] = True
    shown["ports"] = [_port(port) for port in service.ports]
    shown["pods"] = [_workload(one) for one in service.workloads]
    return shown


def _port(port: MeshPort) -> Object:
    protocol = "sniffed" if port.sniffed else port.protocol
    return {"number": port.number, "protocol": protocol, "target": port.target}


def _workload(workload: Workload) -> Object:
    shown: Object = {"ref": str(workload.meta.ref), "replicas": workload.replicas}
    if workload.ready is not None:
        shown["ready"] = workload.ready
    return shown | {"labels": dict(workload.labels)}


def _outside(mesh: Mesh) -> list[Workload]:
    inside = {id(one) for service in mesh.services.values() for one in service.workloads}
    return [workload for workload in mesh.workloads if id(workload) not in inside]


def _gateway(name: str, gateway: Gateway) -> Object:
    servers = [
        {"port": server.port, "protocol": server.protocol, "hosts": list(server.hosts)}
        for server in gateway.servers
    ]
    return {"name": name, "selector": dict(gateway.selector), "servers": servers}
