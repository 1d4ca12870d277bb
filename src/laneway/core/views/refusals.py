"""Who may refuse a request behind its route, as plain data for a journey.

Comes in: a mesh and where a request is on its way. Goes out: the policies of Istio that may refuse
it there, with their places. Routes know nothing of them, so they change no decision and no share.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from laneway.core.findings.line import file_and_line
from laneway.core.mesh.access import AccessRefusal, refusals_at, strict_before
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.ask.guarded import at_gateway
from laneway.core.routing.ask.walk import Target
from laneway.core.routing.plan.route_plan import GatewayPort

View = dict[str, Any]


def refused_at_gateway(mesh: Mesh, port: GatewayPort) -> list[View]:
    """Return the policies that may refuse requests at a gateway's port."""
    return _views(at_gateway(mesh, port))


def refused_by_pods(mesh: Mesh, caller: str, target: Target) -> list[View]:
    """Return the policies that may refuse a request of a caller to the pods it is led to."""
    access = (one for pod in target.pods for one in refusals_at(mesh, pod))
    return _views(access) + _plain(mesh, caller, target)


def _views(refusals: Iterable[AccessRefusal]) -> list[View]:
    found: dict[Ref, View] = {}
    for one in refusals:
        says = "refuses every request with 403" if one.total else "may refuse it with 403"
        found.setdefault(one.policy.meta.ref, _view(one.policy.meta, says))
    return list(found.values())


def _plain(mesh: Mesh, caller: str, target: Target) -> list[View]:
    """Return the policies that take no plain call, if the caller can make no other."""
    bare = [
        pod
        for pod in mesh.workloads
        if pod.meta.name == caller and lack_of_sidecar(mesh, pod) is not None
    ]
    if not mesh.peer_policies or not bare:
        return []
    to = target.destination
    says = f"takes only mTLS, and {caller} has no sidecar: the connection is refused"
    policies = strict_before(mesh, to.host, to.port, target.pods)
    return [_view(policy.meta, says) for policy in policies]


def _view(meta: Meta, says: str) -> View:
    place = meta.place("metadata", "name")
    at = file_and_line(place)
    return {"policy": str(meta.ref), "says": says, "at": at}
