"""Links by which a browser enters a lane.

Comes in: a mesh, its plan, a lane's name. Goes out: the smallest requests that the lane's links
decide, one for each gateway port and host; or that of a page somebody asks for. Each is what the
walk says of it, so that no link is told that leads elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import enter
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan, Rule
from laneway.core.search.probes import probes


class Link(Struct, frozen=True):
    """One way into a lane by a link: the port of a gateway, its host as written, a request."""

    gateway: GatewayPort
    domain: str
    request: Request


def group_of_lane(mesh: Mesh, lane: str) -> Group | None:
    """Return the group that has a lane."""
    named = (group for group in mesh.groups for one in group.lanes if one.name == lane)
    return next(named, None)


def links(mesh: Mesh, plan: RoutePlan, lane: str) -> Iterator[Link]:
    """Yield a link for each port and host by which a lane is entered, by its first rule."""
    known = set()
    for probe in probes(mesh, plan).sent:
        place = (probe.gateway.selector, probe.gateway.port, probe.domain)
        if probe.purpose == "rule" and place not in known and _leads(probe.promise.rule, lane):
            known.add(place)
            yield Link(probe.gateway, probe.domain, probe.request)


def link_to(mesh: Mesh, plan: RoutePlan, lane: str, page: str, cookie: str) -> Iterator[Link]:
    """Yield links to a page of a lane, a path that may have a query, by the name of its cookie."""
    for link in links(mesh, plan, lane):
        path = f"{page}{'&' if '?' in page else '?'}{cookie}={lane}"
        request = replace(link.request, path=path)
        if _leads(enter(mesh, plan, request, link.gateway).rule, lane):
            yield replace(link, request=request)


def _leads(rule: Rule | None, lane: str) -> bool:
    return rule is not None and rule.by == "link" and rule.lane == lane
