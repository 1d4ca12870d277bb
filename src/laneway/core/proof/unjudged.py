"""What a proof would have spoken of and cannot, since it is not there.

Comes in: the mesh and who calls in it. Goes out: doubts. A proof about nothing is none:
no lanes, services that are not in the input or that the mesh cannot route, nobody who calls, an
entry without a gateway, hosts that are none. Pods that may or may not listen where a service leads
leave it open whether requests are answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laneway.core.mesh.behind import lacks_selector, misses, opens
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import GatewayName, Host, service_host
from laneway.core.proof.verdict import Doubt, Who
from laneway.core.routing.plan.entries import asked_entries
from laneway.core.routing.plan.entry_hosts import illegal_hosts
from laneway.core.routing.plan.gateways import openings, told_apart


def unjudged(mesh: Mesh, callers: Sequence[Who]) -> Iterator[Doubt]:
    """Yield what is missing, so that a verdict would be about less than it seems."""
    judged = [group for group in mesh.groups if group.lanes and not group.held]
    if not any(group.lanes for group in mesh.groups):
        yield Doubt("no lane group with a lane is in the input, so nothing is promised")
    for group in judged:
        yield from _services(mesh, group)
        yield from _hosts(group)
    yield from _entries(mesh, judged)
    if any(group.hosts for group in judged) and not callers:
        yield Doubt("no pod in the input has a sidecar, so no call in the mesh is judged")
    yield from _ports(mesh)


def _services(mesh: Mesh, group: Group) -> Iterator[Doubt]:
    """Yield the services that a group names and that are not there to be judged."""
    meta = group.group.meta
    if not group.group.services:
        why = f"group {group.name} names no service, so its lanes promise nothing"
        yield Doubt(why, meta.place("spec", "services"))
    for service in group.group.services:
        flaw = unroutable(mesh, service_host(service.name, service.namespace))
        if flaw:
            why = (
                f"service {service.namespace}/{service.name} of group {group.name} {flaw}, "
                "so no request to it is judged"
            )
            yield Doubt(why, meta.place("spec", "services", service.index))


def unroutable(mesh: Mesh, host: Host) -> str:
    """Say why no request to a service can be led into a lane; empty where one can."""
    service = mesh.services.get(host)
    if service is None:
        return "is not in the input"
    lack = lacks_selector(service.service)
    if lack:
        return f"selects no pods by labels ({lack})"
    return "" if service.ports else "has no port the mesh can route"


def _entries(mesh: Mesh, judged: list[Group]) -> Iterator[Doubt]:
    """Yield the groups whose lanes ask for an entry that no gateway opens.

    Where the input holds no Gateway at all, the one they name is unknown and taken to be open.
    """
    asked = asked_entries(mesh)
    entered = {name for entry in asked for name in entry.groups}
    opened = {one.name for one, before in told_apart(openings(mesh, asked)) if before is None}
    for group in judged:
        if group.gateway is None or group.gateway in opened or group.name not in entered:
            continue
        flaw = _closed(mesh, group.gateway)
        why = f"no request enters group {group.name} to be judged: gateway {group.gateway} {flaw}"
        yield Doubt(why, group.group.meta.place("spec", "ingress", "gateway"), ("delivered",))


def _closed(mesh: Mesh, name: GatewayName) -> str:
    """Say why a gateway has no server whose routes are looked at."""
    gateway = mesh.gateways.get(name)
    if gateway is None:
        return "is not in the input"
    for one in mesh.refused:
        if one.meta.ref == gateway.meta.ref:
            return f"is refused by Istio ({one.why})"
    if any(one.name == name for one in openings(mesh, ())):
        return "has servers that Istio leaves out, since others have their hosts"
    spoken = ", ".join(dict.fromkeys(one.protocol for one in gateway.servers))
    return f"has no HTTP server, and routes behind {spoken} are not looked at"


def _hosts(group: Group) -> Iterator[Doubt]:
    """Yield the hosts of entries that no route can have, so that nothing is promised for them."""
    for one in illegal_hosts(group) if group.gateway is not None else ():
        why = f"{one.host!r} of {one.said} is not a valid host, so no request for it is judged"
        yield Doubt(why, one.place, ("delivered",))


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
