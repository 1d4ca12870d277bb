"""The requests by which the lanes of a group are entered, to copy and to send.

Comes in: a mesh, its plan, a group's name. Goes out: for each lane the request that its entry rules
ask for, or the one that a weighted split shares out; where neither is there, for each route of a
user into lanes of the group the smallest request that it decides. Of very many the first ones. A
request is held against the plan before it is offered: the usual one, by the lane's header, or the
smallest that one of the lane's own rules decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from msgspec.structs import replace

from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.routing.ask.reach import lanes_of_rule
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import enter
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan
from laneway.core.search.probes import request_for
from laneway.core.views.looking import lane_inquiry

View = dict[str, Any]
MOST = 50


def entry_requests(mesh: Mesh, plan: RoutePlan, name: str) -> list[View]:
    """Return the requests of a group; none of one that nobody can enter.

    `lane` names the lane that a request enters, or all that share it.
    """
    group = mesh.group(name)
    if group is None:
        return []
    of_lanes = list(islice(_of_lanes(mesh, plan, group), MOST))
    return of_lanes or list(islice(_of_routes(mesh, plan, group), MOST))


def _of_lanes(mesh: Mesh, plan: RoutePlan, group: Group) -> Iterator[View]:
    weighted = group.group.weighted
    if group.group.strategy == "weighted" and weighted is not None:
        match = next((one for one in weighted.matches if one.uri), None)
        hosts = [one for one in weighted.hosts if not one.startswith("*")]
        path = match.uri.value if match and match.uri and match.uri.kind != "regex" else "/"
        yield _view("", Request(hosts[0] if hosts else "", path))
        return
    for lane in group.lanes:
        asked = lane_inquiry(mesh, lane.lane.meta.ref)
        if asked is None:
            continue
        if _enters(mesh, plan, group, str(lane.name), asked.request):
            yield _view(lane.name, asked.request)
        else:  # its rules ask for something of their own; where nothing enters it, what should
            own = next(_of_routes(mesh, plan, group, str(lane.name)), None)
            yield own or _view(lane.name, asked.request)


def _enters(mesh: Mesh, plan: RoutePlan, group: Group, lane: str, request: Request) -> bool:
    """Whether a request comes into a lane at any port of its group's gateway."""
    met = (enter(mesh, plan, request, port).rule for port in _ports(plan, group))
    return any(rule is not None and lane in lanes_of_rule(mesh, rule) for rule in met)


def _ports(plan: RoutePlan, group: Group) -> Iterator[GatewayPort]:
    return (port for port in plan.gateway_ports if group.gateway in port.gateways)


def _of_routes(mesh: Mesh, plan: RoutePlan, group: Group, only: str = "") -> Iterator[View]:
    """Yield the request of each rule that leads into lanes of a group, or into one alone."""
    names = {only} if only else {str(lane.name) for lane in group.lanes}
    for port in _ports(plan, group):
        for host in port.virtual_hosts:
            for rule in host.rules:
                lanes = [one for one in lanes_of_rule(mesh, rule) if one in names]
                asked = request_for(mesh, plan, port, host, rule) if lanes else None
                if asked is not None:
                    named = replace(asked, host="" if host.domain == "*" else asked.host)
                    yield _view(", ".join(lanes), named)


def _view(lane: str, request: Request) -> View:
    named = [{"name": name, "value": value} for name, value in request.headers]
    return {"lane": str(lane), "host": request.host, "path": request.path, "headers": named}
