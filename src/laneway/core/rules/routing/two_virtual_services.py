"""LW1402: two of the user's VirtualServices speak for one host in the mesh.

https://istio.io/latest/docs/reference/config/analysis/ist0109/
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import TWO_VIRTUAL_SERVICES
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host, resolve_host
from laneway.core.resources.istio.networking import VirtualService
from laneway.core.resources.yaml.placed import placed
from laneway.core.routing.plan.written import binds_mesh, shown
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find VirtualServices whose host an older one has, where some proxy sees both."""
    seen: dict[Host, list[VirtualService]] = {}
    for service in filter(binds_mesh, mesh.virtual_services):
        meta = service.meta
        for index, written in placed(service.hosts, service.host_places):
            host = resolve_host(written, meta.namespace)
            older = [other for other in seen.get(host, ()) if _meet(other, service)]
            if older:
                words = {"second": meta.ref, "first": older[0].meta.ref, "host": short_host(host)}
                place = meta.place("spec", "hosts", index)
                yield finding(TWO_VIRTUAL_SERVICES, place, str(meta.ref), **words)
            seen.setdefault(host, []).append(service)


def _meet(one: VirtualService, other: VirtualService) -> bool:
    """Whether the proxies of some namespace see both, and both have routes of one protocol."""
    alike = (one.http and other.http) or (one.tcp and other.tcp) or (one.tls and other.tls)
    return one.meta.ref != other.meta.ref and bool(alike) and shown(one).meets(shown(other))


CHECK = Check.of_mesh(TWO_VIRTUAL_SERVICES, check)
