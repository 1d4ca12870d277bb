"""Which ports of services each proxy knows: the core's answer beside Istio's clusters.

Comes in: a mesh as it is compiled, and Istio's translation of it. Goes out: in words, every port
that one of them gives a proxy and the other does not. Services exported to nobody are left out:
Istio has them or not, by the order in which it learned of things.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.compile import Compilation
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.visibility import exports_of, scope_of
from laneway.core.routing.ask.walk import Sight, is_known
from laneway.core.routing.plan.gateways import gateway_scope
from laneway.core.routing.plan.route_plan import Destination
from tests.agree.oracle import Translation


def known_ports(compilation: Compilation, translation: Translation) -> Iterator[tuple[str, bool]]:
    """Yield each port of a service at each proxy, and whether both say the same of it."""
    mesh, plan = compilation.mesh, compilation.plan
    scopes = {
        f"{pod.namespace}/{pod.meta.name}": scope_of(mesh, Caller.of(pod)) for pod in mesh.workloads
    }
    told = [one for one in mesh.services.values() if exports_of(one.service)]
    for name, proxy in translation.proxies.items():
        sight = Sight(mesh, plan, scopes.get(name, gateway_scope()))
        for service in told:
            for port in service.ports:
                ours = is_known(sight, Destination(service.host, port.number))
                theirs = f"outbound|{port.number}||{service.host}" in proxy.clusters
                words = f"{name} {service.host}:{port.number}, known {ours}, to Istio {theirs}"
                yield words, ours == theirs
