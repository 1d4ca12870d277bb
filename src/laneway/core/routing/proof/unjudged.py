"""What a proof would have spoken of and cannot, since it is not there.

Comes in: the mesh, and whose calls were looked at. Goes out: doubts. A proof about nothing is none:
no lanes, services that are named and not in the input, nobody who calls. Pods that may or may not
listen where a service leads leave it open whether requests are answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laneway.core.mesh.behind import misses, opens
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import service_host
from laneway.core.routing.proof.verdict import Doubt, Who


def unjudged(mesh: Mesh, who: Sequence[Who]) -> Iterator[Doubt]:
    """Yield what is missing, so that a verdict would be about less than it seems."""
    judged = [group for group in mesh.groups if group.lanes and not group.held]
    if not any(group.lanes for group in mesh.groups):
        yield Doubt("no lane group with a lane is in the input, so nothing is promised")
    for group in judged:
        yield from _services(mesh, group)
    if not who and any(group.hosts for group in judged):
        yield Doubt("no pod in the input has a sidecar, so no call in the mesh is judged")
    yield from _ports(mesh)


def _services(mesh: Mesh, group: Group) -> Iterator[Doubt]:
    """Yield the services that a group names and the input does not hold."""
    meta = group.group.meta
    if not group.group.services:
        why = f"group {group.name} names no service, so its lanes promise nothing"
        yield Doubt(why, meta.place("spec", "services"))
    for service in group.group.services:
        if service_host(service.name, service.namespace) not in mesh.services:
            why = (
                f"service {service.namespace}/{service.name} of group {group.name} is not in the "
                "input, so no request to it is judged"
            )
            yield Doubt(why, meta.place("spec", "services", service.index))


def _ports(mesh: Mesh) -> Iterator[Doubt]:
    """Yield the ports that lead to a number which pods do not say to open."""
    for host in mesh.owner_of:
        service = mesh.services[host]
        for port in service.ports:
            where = (
                f"to which port {port.number} of {host} leads, is not known: its containers name"
            )
            if isinstance(port.target, str):
                silent = any(opens(pod, port.target) is None for pod in service.workloads)
                why = f"which port is called {port.target}, {where} none" if silent else ""
            else:
                missed = misses(mesh, service, port)
                why = (
                    f"whether a program listens on {port.target}, {where} others" if missed else ""
                )
            if why:
                yield Doubt(why, service.place_of(port), ("delivered",))
