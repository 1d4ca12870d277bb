"""LW1325: a user's VirtualService has a host of its own, where lanes' rules for a wider one end.

Where the lanes ask for that very host, LW1330 speaks.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import NARROWER_HOST
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import RoutePlan, VirtualHost
from laneway.core.rules.check import Check
from laneway.core.rules.questions.authors import Authors
from laneway.core.rules.questions.parted import parted, spot_of
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find hosts at gateways that only users' routes have, below a host of lanes."""
    authors = Authors(mesh)
    group_of = _groups(mesh)
    apart = {spot_of(one.port, one.host) for one in parted(mesh, plan)}
    for port in plan.gateway_ports:
        led = {host.domain: _names(host, group_of) for host in port.virtual_hosts}
        wide = {domain: names for domain, names in led.items() if names}
        for host in port.virtual_hosts:
            ended = [] if led[host.domain] else _ended(host.domain, wide)
            if ended and host.written and spot_of(port, host) not in apart:
                user = host.written[0]
                words = {
                    "host": host.domain,
                    "gateway": f"port {port.port} of {', '.join(port.gateways)}",
                    "lanes": f"the lanes of {listing(ended)}",
                    "user": user.origin.ref,
                }
                subject = str(user.origin.ref)
                yield finding(NARROWER_HOST, authors.place(user), subject, **words)


def _groups(mesh: Mesh) -> dict[Ref, str]:
    """Return the group of each lane and of each group itself."""
    found = {group.group.meta.ref: group.name for group in mesh.groups}
    for group in mesh.groups:
        found.update((lane.lane.meta.ref, group.name) for lane in group.lanes)
    return found


def _names(host: VirtualHost, group_of: dict[Ref, str]) -> list[str]:
    """Return the groups that have rules for a host."""
    refs = (rule.origin.ref for rule in host.written)
    return list(dict.fromkeys(group_of[ref] for ref in refs if ref in group_of))


def _ended(domain: str, wide: dict[str, list[str]]) -> list[str]:
    """Return the groups that have rules for a wider host."""
    wider = (names for known, names in wide.items() if covers(known, domain))
    return list(dict.fromkeys(name for names in wider for name in names))


CHECK = Check(NARROWER_HOST, check)
