"""How a request's lane gets through an application, and which lane a request carries.

Comes in: the mesh, a pod and a request it serves. Goes out: the headers that its own calls carry.
Applications are taken to pass on what their group names: the route header, a list that holds the
lane, or the id of a trace, under which the filter beside the application restores it. One that is
said to forget passes on none of it. It stands apart from the walk, which knows proxies only.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import LaneName
from laneway.core.mesh.propagation import BAGGAGE, LISTS, Propagation
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.baggage_lines import in_order, lane_members, on_one_line
from laneway.core.routing.ask.request import Request, sent_on, unmet
from laneway.core.routing.plan.route_plan import Forward, Pairs, Rule, Share
from laneway.core.routing.plan.stamps import conditions

REQUEST_ID = "x-request-id"
"""What applications pass on even where no lane asks for it."""


def lane_of_request(group: Group, request: Request) -> LaneName | None:
    """Return the lane of a group that a request carries; None where it names none of the group."""
    if group.propagation is None or not request.headers:
        return None
    return _lane_in(group.propagation, group.lane_names, request.headers)


@lru_cache(maxsize=1024)
def _lane_in(
    propagation: Propagation, lanes: tuple[LaneName, ...], headers: Pairs
) -> LaneName | None:
    """Return the lane that headers carry; who follows many requests asks for few headers often."""
    request = Request(headers=headers)
    carried = [conditions(propagation, lane) for lane in lanes]
    for place in range(len(carried[0]) if carried else 0):
        for lane, signs in zip(lanes, carried, strict=True):
            if any(unmet(match, request) is None for match in signs[place][1]):
                return lane
    return None


def passed_on(mesh: Mesh, pod: Workload, request: Request, forgets: Collection[str]) -> Pairs:
    """Return the headers that the calls of a pod carry while it serves a request.

    Lines of a list are one to a program, and leave it as one line, baggage in order where the lane
    filter stands beside it. `forgets` names workloads, or services, whose programs pass on no
    header that carries a lane.
    """
    carrying = {
        name for group in mesh.groups if group.propagation for name in _kept(group.propagation)
    }
    forgotten = carrying if forgets and is_among(mesh, pod, forgets) else set()
    kept = (carrying | {REQUEST_ID}) - forgotten
    passed = tuple(pair for pair in on_one_line(request, *LISTS).headers if pair[0].lower() in kept)
    return as_sent(mesh, pod, Request(headers=passed)).headers


def as_sent(mesh: Mesh, pod: Workload, request: Request) -> Request:
    """Return a call as routes see it: of a pod whose proxy puts baggage in order."""
    if not request.values(BAGGAGE) or lack_of_sidecar(mesh, pod) is not None:
        return request
    kept = any(
        one.meta.ref == pod.meta.ref
        for group, way in mesh.traveling_by("baggage")
        if way.tidies
        for host in group.hosts
        for one in mesh.services[host].workloads
    )
    return in_order(request, lane_members(mesh)) if kept else request


def written_lane(mesh: Mesh, rule: Rule, share: Share) -> str:
    """Return the permissive lane that a rule's share writes into requests; empty if it does not.

    It is the lane's name in the route header of its group, as a user's own entry may set it.
    """
    written = sent_on(rule, share, Request())
    for group in mesh.groups:
        header = group.propagation.route_header if group.propagation else ""
        lane = group.lane(next(iter(written.values(header)), ""))
        if lane is not None:
            return lane.name
    return ""


def writes_lane(mesh: Mesh, rule: Rule) -> bool:
    """Whether a rule puts requests into permissive lanes."""
    shares = rule.action.shares if isinstance(rule.action, Forward) else ()
    return any(written_lane(mesh, rule, share) for share in shares)


def is_among(mesh: Mesh, pod: Workload, names: Collection[str]) -> bool:
    """Whether a workload, or a service of it, has one of these names, with or without namespace.

    A name with a kind, `Deployment shop/cart`, is one workload's alone.
    """
    own = {pod.meta.name, f"{pod.namespace}/{pod.meta.name}", str(pod.meta.ref)}
    if not own.isdisjoint(names):
        return True
    for service in mesh.services.values():
        called = {service.name, f"{service.namespace}/{service.name}"}
        if not called.isdisjoint(names) and any(
            one.meta.ref == pod.meta.ref for one in service.workloads
        ):
            return True
    return False


def carrier_text(propagation: Propagation) -> str:
    """Name the header that applications pass on.

    >>> carrier_text(Propagation("baggage", "x-lane", "baggage"))
    'baggage'
    """
    return propagation.route_header if propagation.carrier == "header" else propagation.trace_header


def _kept(propagation: Propagation) -> tuple[str, ...]:
    """Name the headers that are in a call again after an application and the filter beside it."""
    if propagation.carrier == "header":
        return (propagation.route_header,)
    if propagation.list_header:
        return tuple(filter(None, (propagation.list_header, propagation.second)))
    return (propagation.trace_header, propagation.route_header)
