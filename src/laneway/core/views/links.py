"""What objects of a mesh have to do with each other: who selects, routes or is part of whom.

Comes in: a mesh and one object. Goes out: what it uses, and what uses it, each with a word for how.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from laneway.core.mesh.destination_rules import rule_host
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host, resolve_host
from laneway.core.resources.istio.networking import HttpRoute, TcpRoute
from laneway.core.resources.meta import Ref

View = dict[str, Any]


class _Link(NamedTuple):
    """One object uses another; `how` is a verb."""

    one: Ref
    how: str
    other: Ref


def links_view(mesh: Mesh, ref: Ref) -> View:
    """Return what an object uses and what uses it, each pair once."""
    found = dict.fromkeys(_links(mesh))
    return {
        "uses": [_end(link.how, link.other) for link in found if link.one == ref],
        "usedBy": [_end(link.how, link.one) for link in found if link.other == ref],
    }


def _end(how: str, ref: Ref) -> View:
    return {"how": how, "kind": ref.kind, "namespace": ref.namespace, "name": ref.name}


def _links(mesh: Mesh) -> Iterator[_Link]:
    for group in mesh.groups:
        yield from _of_group(mesh, group)
    for service in mesh.services.values():
        ref = service.service.meta.ref
        yield from (_Link(ref, "selects", pod.meta.ref) for pod in service.workloads)
    yield from _of_routes(mesh)
    for rule in mesh.destination_rules:
        yield from _to_host(mesh, rule.meta.ref, "is for", rule_host(rule))


def _of_group(mesh: Mesh, group: Group) -> Iterator[_Link]:
    ref = group.group.meta.ref
    gateway = mesh.gateways.get(group.gateway) if group.gateway else None
    if gateway is not None:
        yield _Link(ref, "is entered by", gateway.meta.ref)
    for host in group.hosts:
        yield from _to_host(mesh, ref, "routes", host)
    yield from (_Link(lane.lane.meta.ref, "is part of", ref) for lane in group.lanes)
    for host in group.hosts:
        for pod in mesh.services[host].workloads:
            for lane in lanes_of(group, pod.labels):
                yield _Link(lane.lane.meta.ref, "selects", pod.meta.ref)


def _of_routes(mesh: Mesh) -> Iterator[_Link]:
    for one in mesh.virtual_services:
        ref, space = one.meta.ref, one.meta.namespace
        for name in one.gateways:
            full = name if "/" in name else f"{space}/{name}"
            gateway = next((own for key, own in mesh.gateways.items() if key == full), None)
            if gateway is not None:
                yield _Link(ref, "is bound to", gateway.meta.ref)
        routes: tuple[HttpRoute | TcpRoute, ...] = (*one.http, *one.tcp)
        for route in routes:
            for to in route.destinations:
                yield from _to_host(mesh, ref, "leads to", resolve_host(to.host, space))


def _to_host(mesh: Mesh, ref: Ref, how: str, host: Host | str) -> Iterator[_Link]:
    service = mesh.services.get(Host(host))
    if service is not None:
        yield _Link(ref, how, service.service.meta.ref)
