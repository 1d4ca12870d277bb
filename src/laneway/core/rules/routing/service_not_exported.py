"""LW1415: a lane service whose exportTo hides it from proxies that are taken to call it.

https://istio.io/latest/docs/reference/config/annotations/#NetworkingExportTo
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from laneway.core.findings.codes.routing import SERVICE_NOT_EXPORTED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.visibility import EXPORT_TO, exports_of, is_shown
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.route_plan import Forward, RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.sidecars import hidden_services
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find them with who does not see them: pods, and gateways with a route there."""
    for group in mesh.groups:
        found: dict[Host, dict[str, str]] = {}
        for host in _not_shown_to_gateways(mesh, plan, group):
            found[host] = {f"gateways in {GATEWAY_NAMESPACE}": GATEWAY_NAMESPACE}
        for hidden in hidden_services(mesh, group):
            if hidden.by.meta.ref.kind == "Service" and hidden.pods:
                pods = {pod_name(pod): pod.namespace for pod in hidden.pods.values()}
                found.setdefault(next(iter(hidden.hosts)), {}).update(pods)
        for host, callers in found.items():
            yield _found(mesh, host, callers)


def _found(mesh: Mesh, host: Host, callers: Mapping[str, str]) -> Finding:
    """Say it of callers, each with its namespace."""
    service = mesh.services[host].service
    spaces = exports_of(service)
    words = {
        "host": short_host(host),
        "spaces": f"{listing(spaces)} only" if spaces else "nobody",
        "callers": listing(callers, limit=2),
        "missing": listing(dict.fromkeys(callers.values())),
        "annotation": EXPORT_TO,
    }
    place = service.meta.place("metadata", "annotations", EXPORT_TO)
    return finding(SERVICE_NOT_EXPORTED, place, str(service.meta.ref), **words)


def _not_shown_to_gateways(mesh: Mesh, plan: RoutePlan, group: Group) -> list[Host]:
    """Return the services of a group that gateways have a route to and do not see."""
    blind = {
        host for host in group.hosts if not is_shown(mesh.services[host].service, GATEWAY_NAMESPACE)
    }
    if not blind:
        return []
    led_to = {
        share.destination.host
        for port in plan.gateway_ports
        for domain in port.virtual_hosts
        for rule in domain.rules
        if isinstance(rule.action, Forward)
        for share in rule.action.shares
    }
    return [host for host in group.hosts if host in blind & led_to]


CHECK = Check(SERVICE_NOT_EXPORTED, check, of_calls=True)
