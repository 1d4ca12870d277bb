"""The journey of one request: every hop it makes, and what decided each.

Comes in: a plan, a request and where it starts. Goes out: a tree of steps. Which service calls
which is read from the workloads: a variable of theirs that names a service of the mesh in a URL
is a call; where none is named, every other service of the lane group is shown as a possible one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import Host, service_host
from laneway.core.resources.workloads import Workload
from laneway.core.routing.plan import GatewayPort, RoutePlan
from laneway.core.routing.request import Request
from laneway.core.routing.walk import Decision, call, enter


@dataclass(frozen=True, slots=True)
class Step:
    """One hop: who asks whom, what was decided, and the steps that follow from each answer.

    `assumed` marks a call that no workload names, shown because the group could make it.
    """

    caller: str
    host: str
    decision: Decision
    next: tuple[Step, ...] = ()
    assumed: bool = False


def journey(
    mesh: Mesh,
    plan: RoutePlan,
    request: Request,
    start: GatewayPort | Workload | None = None,
) -> Step:
    """Follow a request from a gateway port, or from a workload that sends it to `request.host`."""
    if isinstance(start, Workload):
        host = named_service(mesh, request.host, start.namespace)
        target = host or Host(request.host)
        decision = call(mesh, plan, Caller.of(start), target, request)
        seen = frozenset({start.meta.ref.name})
        name, host_name = start.meta.name, str(target)
    else:
        decision = enter(mesh, plan, request, start)
        seen, name, host_name = frozenset(), "gateway", request.host
    return Step(name, host_name, decision, tuple(_onward(mesh, plan, decision, seen)))


def _onward(
    mesh: Mesh, plan: RoutePlan, decision: Decision, seen: frozenset[str]
) -> Iterator[Step]:
    """Yield the calls of every pod the request may meet; a pod already passed is not followed."""
    for target in decision.targets:
        for pod in target.pods:
            name = pod.meta.name
            if name in seen:
                continue
            asked = Request(headers=_forwarded(target.request))
            named = calls_of(mesh, pod)
            hosts = named or _siblings(mesh, target.destination.host)
            for host in hosts:
                met = call(mesh, plan, Caller.of(pod), host, asked)
                onward = _onward(mesh, plan, met, seen | {name}) if named else ()
                yield Step(name, host, met, tuple(onward), assumed=not named)


def _forwarded(request: Request) -> tuple[tuple[str, str], ...]:
    """Return the headers an application is sure to pass on: none but the request's id."""
    return tuple(pair for pair in request.headers if pair[0].lower() == "x-request-id")


def calls_of(mesh: Mesh, workload: Workload) -> tuple[Host, ...]:
    """Return the services a workload names in the URLs of its environment."""
    found: dict[Host, None] = {}
    for container in workload.containers:
        for _, value in container.environment:
            host = named_service(mesh, host_of_url(value), workload.namespace)
            if host is not None:
                found[host] = None
    return tuple(found)


def host_of_url(value: str) -> str:
    """Return the host in a URL, empty for what is no URL.

    >>> host_of_url("http://user@mockb:8000/path?q=1"), host_of_url("mockb:8000")
    ('mockb', '')
    """
    authority = re.split(r"[/?#]", value.partition("://")[2], maxsplit=1)[0]
    return authority.rpartition("@")[2].partition(":")[0]


def named_service(mesh: Mesh, name: str, namespace: str) -> Host | None:
    """Return the service a name stands for when a pod of a namespace uses it."""
    parts = name.split(".")
    space = parts[1] if len(parts) > 1 else namespace
    known = len(parts) <= 2 or parts[2] == "svc"
    host = service_host(parts[0], space)
    return host if known and host in mesh.services else None


def _siblings(mesh: Mesh, host: Host) -> tuple[Host, ...]:
    group = mesh.group(mesh.owner_of.get(host, ""))
    return tuple(other for other in group.hosts if other != host) if group else ()
