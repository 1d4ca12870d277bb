"""Where somebody wants to know the way of a request: the request, and where it begins.

Comes in: an inquiry, as a command line, a page or a counter-example puts it. Goes out: the workload
or the gateway's port where it begins, or why that cannot be told, with what there is instead. The
names are a user's, so a wrong one is an answer and no error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.passing import is_among
from laneway.core.routing.ask.request import Request
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan

_MOST_NAMES = 8

Part = Literal["workload", "gateway", "host", "forgets"]


class Inquiry(Struct, frozen=True, forbid_unknown_fields=True):
    """A request and where it begins: at a workload, or a gateway, or the first one of lanes.

    A workload and a gateway may be named with or without their namespace. `request.port` is the
    port of the gateway, or of the service that a workload calls. `forgets` names workloads and
    services that do not pass on the lane; None means those of which that is predicted.
    """

    request: Request
    workload: str = ""
    gateway: str = ""
    forgets: tuple[str, ...] | None = ()


class Unasked(Struct, frozen=True):
    """Why an inquiry has no answer: which part of it is wrong, and what there is instead."""

    part: Part
    why: str


def beginning(mesh: Mesh, plan: RoutePlan, inquiry: Inquiry) -> GatewayPort | Workload | Unasked:
    """Return where an inquiry begins."""
    unknown = next((name for name in inquiry.forgets or () if not _is_known(mesh, name)), None)
    if unknown is not None:
        services = sorted(f"{one.namespace}/{one.name}" for one in mesh.services.values())
        why = f"there is no workload and no service {unknown}{_choices(services)}"
        return Unasked("forgets", why)
    if not inquiry.workload:
        return _gateway(mesh, plan, inquiry.gateway, inquiry.request.port)
    if not inquiry.request.host:
        return Unasked("host", "a workload calls a host; the request names none")
    return _workload(mesh, inquiry.workload)


def _is_known(mesh: Mesh, name: str) -> bool:
    return any(is_among(mesh, pod, (name,)) for pod in mesh.workloads)


def _workload(mesh: Mesh, name: str) -> Workload | Unasked:
    """Find a workload by its name, with or without its namespace."""
    known = mesh.workloads
    found = [one for one in known if name in (one.meta.name, f"{one.namespace}/{one.meta.name}")]
    if len(found) == 1:
        return found[0]
    names = sorted(f"{one.namespace}/{one.meta.name}" for one in found or known)
    trouble = "more than one workload is called" if found else "there is no workload"
    return Unasked("workload", f"{trouble} {name}{_choices(names)}")


def _gateway(mesh: Mesh, plan: RoutePlan, name: str, number: int | None) -> GatewayPort | Unasked:
    """Find a gateway's port; where nothing more is said, the first one of a gateway of lanes."""
    ports = gateway_ports(mesh, plan)
    for port in ports:
        known = {part for full in port.gateways for part in (full, full.partition("/")[2])}
        if (not name or name in known) and number in (None, port.port):
            return port
    if not ports:
        why = "no gateway leads into this mesh; begin at a workload"
        return Unasked("gateway", why)
    names = [f"{full} port {port.port}" for port in ports for full in port.gateways]
    wanted = (f" {name}" if name else "") + (f" with port {number}" if number else "")
    return Unasked("gateway", f"there is no gateway{wanted}{_choices(names)}")


def gateway_ports(mesh: Mesh, plan: RoutePlan) -> list[GatewayPort]:
    """Return the ports of gateways, those of gateways of lanes first."""
    of_lanes = {group.gateway for group in mesh.groups}
    return sorted(plan.gateway_ports, key=lambda port: of_lanes.isdisjoint(port.gateways))


def port_dialed(plan: RoutePlan, number: int | None) -> int | None:
    """Return a dialed port if some gateway has it; another one only leads to a gateway."""
    return number if any(port.port == number for port in plan.gateway_ports) else None


def _choices(names: Sequence[str]) -> str:
    if not names:
        return "; the input holds none"
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"; there are: {', '.join(names[:_MOST_NAMES])}{more}"
