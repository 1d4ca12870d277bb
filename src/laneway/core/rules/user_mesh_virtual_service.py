"""LW1401: a user's VirtualService speaks for a lane service in the mesh.

It is kept as it is, and no lane routes are written for the host: two would fight on every sidecar.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import USER_MESH_VIRTUAL_SERVICE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host, resolve_host
from laneway.core.resources.placed import placed
from laneway.core.routing.hosts import covers
from laneway.core.routing.plan import RoutePlan
from laneway.core.routing.written import binds_mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.user_rules import owner
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find users' mesh VirtualServices on hosts of lane groups, one finding per written host.

    The root that a group hands a service over to is what the user was asked for.
    """
    roots = {(delegated.root, host) for host, delegated in plan.delegated.items()}
    for service in filter(binds_mesh, mesh.virtual_services):
        meta = service.meta
        for index, written in placed(service.hosts, service.host_places):
            taken = _lane_hosts(mesh, resolve_host(written, meta.namespace))
            taken = [host for host in taken if (meta.ref, host) not in roots]
            if taken:
                words = {"user": meta.ref, "host": listing(short_host(host) for host in taken)}
                place = meta.place("spec", "hosts", index)
                yield finding(USER_MESH_VIRTUAL_SERVICE, place, str(meta.ref), **words)


def _lane_hosts(mesh: Mesh, pattern: Host) -> list[Host]:
    """Return the lane services that a host or a wildcard speaks of."""
    wide = pattern.startswith("*")
    hosts = [host for host in mesh.owner_of if covers(pattern, host)] if wide else [pattern]
    groups = ((host, owner(mesh, host)) for host in hosts)
    return [host for host, group in groups if group is not None and group.lanes]


CHECK = Check(USER_MESH_VIRTUAL_SERVICE, check)
