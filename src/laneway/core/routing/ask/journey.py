"""The journey of one request: every hop it makes, and what decided each.

Comes in: a plan, a request and where it starts. Goes out: a tree of steps. Which service calls
which is read from the workloads: a variable of theirs that names a service of the mesh in a URL
is a call; where none is named, every other service of the lane group is shown as a possible one.
Applications are taken to pass the lane on as their group has it, but those that are said to forget.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.upstreams import CalledService, calls_of, named_service, other_calls
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.passing import as_sent, passed_on
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import (
    Decision,
    HeldRoutes,
    Target,
    call,
    enter,
    plain_routes,
    routes,
)
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan


class JourneyStep(Struct, frozen=True):
    """One hop: who asks whom, what was decided, and the steps that follow from each answer.

    `assumed` marks a call that no workload names, shown because the group could make it. `port` is
    None where the call does not say one. Behind another step, `answer` is the position of the
    target whose pods call, and `came_in` the lane in which they were asked.
    """

    caller: str
    host: str
    decision: Decision
    next: tuple[JourneyStep, ...] = ()
    assumed: bool = False
    port: int | None = None
    answer: int = 0
    came_in: str = ""


class _Land(Struct, frozen=True):
    """Where journeys are made: the mesh, its plan, and who forgets the lane."""

    mesh: Mesh
    plan: RoutePlan
    forgets: Collection[str]


def journey(
    mesh: Mesh,
    plan: RoutePlan,
    request: Request,
    start: GatewayPort | Workload | None = None,
    forgets: Collection[str] = (),
) -> JourneyStep:
    """Follow a request from a gateway port, or from a workload that sends it to `request.host`.

    `forgets` names workloads or services that pass the lane on to nobody.
    """
    if isinstance(start, Workload):
        host = named_service(mesh, request.hostname, start.namespace)
        target = host or Host(request.hostname)
        request = as_sent(mesh, start, _to_its_port(request))
        decision = routes_to(mesh, plan, Caller.of(start), target, request).decide(request)
        seen = frozenset({start.meta.ref.name})
        name, host_name = start.meta.name, str(target)
    else:
        decision = enter(mesh, plan, request, start)
        seen, name, host_name = frozenset(), "gateway", request.host
    onward = tuple(_onward(_Land(mesh, plan, forgets), decision, seen))
    return JourneyStep(name, host_name, decision, onward, port=request.port)


def _to_its_port(request: Request) -> Request:
    """Return a call with the port that its host names, where none is said otherwise."""
    port = request.host.removeprefix(request.hostname).removeprefix(":")
    named = int(port) if request.port is None and port.isascii() and port.isdigit() else None
    return replace(request, port=named) if named is not None else request


def _onward(land: _Land, decision: Decision, seen: frozenset[str]) -> Iterator[JourneyStep]:
    """Yield the calls of every pod the request may meet; a pod already passed is not followed."""
    for position, target in enumerate(decision.targets):
        for pod in target.pods:
            if pod.meta.name not in seen:
                for step in _calls(land, pod, target, seen):
                    yield replace(step, answer=position, came_in=target.lane)


def _calls(
    land: _Land, pod: Workload, target: Target, seen: frozenset[str]
) -> Iterator[JourneyStep]:
    mesh, name = land.mesh, pod.meta.name
    asked = Request(headers=passed_on(mesh, pod, target.request, land.forgets))
    named = named_calls(mesh, land.plan, pod)
    for one in named or _siblings(mesh, target.destination.host):
        request = replace(asked, host=one.spelled or one.host, port=one.port)
        held = routes_to(mesh, land.plan, Caller.of(pod), one.host, request)
        met = held.decide(request)
        onward = _onward(land, met, seen | {name}) if named else ()
        yield JourneyStep(name, one.host, met, tuple(onward), not named, one.port)


def named_calls(mesh: Mesh, plan: RoutePlan, pod: Workload) -> tuple[CalledService, ...]:
    """Return the calls a workload names, those to hosts that a VirtualService speaks of with them.

    What it names beside, no rule decides; where it names none, nobody knows whom it calls.
    """
    return (*calls_of(mesh, pod), *_outside(mesh, plan, pod))


def _outside(mesh: Mesh, plan: RoutePlan, pod: Workload) -> Iterator[CalledService]:
    """Yield the calls to hosts that are no service, and of which a VirtualService speaks."""
    for one in other_calls(mesh, pod) if plan.outside else ():
        asked = Request(one.spelled, port=one.port)
        if call(mesh, plan, Caller.of(pod), one.host, asked).rule is not None:
            yield one


def routes_to(
    mesh: Mesh, plan: RoutePlan, caller: Caller, host: Host, request: Request
) -> HeldRoutes:
    """Return what decides a call by what its port speaks; of TCP a proxy sees only who connects."""
    service = mesh.services.get(host)
    ports = service.ports if service else ()
    asked = (port for port in ports if request.port in (None, port.number))
    if next((port.protocol for port in asked), "http") == "tcp":
        return plain_routes(mesh, plan, caller, host, request.port)
    return routes(mesh, plan, caller, host, request)


def _siblings(mesh: Mesh, host: Host) -> tuple[CalledService, ...]:
    group = owner(mesh, host)
    return tuple(CalledService(other) for other in group.hosts if other != host) if group else ()
