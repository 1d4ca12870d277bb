"""What becomes of calls to a service that the caller's proxy does not see.

Comes in: a hop and the object that hides its service. Goes out: rules. To such a proxy the service
is a host like any outside of the mesh: the call goes to the address that was dialed, past every
route, or is refused. On port 80, and elsewhere beside a service that is known, a VirtualService
decides for such hosts too, for requests that spell the host as it does.
https://istio.io/latest/docs/reference/config/networking/sidecar/#OutboundTrafficPolicy
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Mesh, MeshPort
from laneway.core.mesh.names import ROOT_NAMESPACE, Host, service_host
from laneway.core.mesh.sidecars import Imports
from laneway.core.mesh.spellings import HTTP_PORT
from laneway.core.mesh.visibility import Hider, SidecarScope, is_shown
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.routing.plan.route_plan import (
    Destination,
    Forward,
    Hop,
    Origin,
    Refuse,
    Rule,
    Share,
)

PAST_ROUTES, REFUSED = "allow_any", "block_all"
"""Istio's names for the route of what a proxy does not see, by its outbound traffic policy."""

_GATEWAY = service_host("istio-ingressgateway", ROOT_NAMESPACE)
"""A service of port 80 that every installation of Istio with a gateway has."""


def unseen(mesh: Mesh, scope: SidecarScope, hop: Hop) -> Hider | None:
    """Return what hides a hop's service from callers, None where they see it."""
    service = mesh.services.get(hop.host)
    return scope.hider(service, hop.port) if service is not None else None


def past_routes(hop: Hop, hider: Hider) -> Rule:
    """Return the rule for what no VirtualService takes."""
    origin = Origin(hider.meta.ref, hider.path)
    if hider.refuses:
        return Rule(REFUSED, (), Refuse(502), origin)
    share = Share(100, Destination(hop.host, hop.port, dialed=True))
    return Rule(PAST_ROUTES, (), Forward((share,)), origin)


def is_past_routes(rule: Rule) -> bool:
    """Whether a rule stands for what a proxy does not see."""
    return rule.name in (PAST_ROUTES, REFUSED) and rule.origin.ref.kind in ("Sidecar", "Service")


def speaking(mesh: Mesh, scope: SidecarScope, seen: Sequence[Hop]) -> list[Hop]:
    """Return what may speak for a host that a proxy does not know, nearest first.

    One that names it comes before wildcards, the narrowest first; a wildcard that covers any
    service the proxy knows speaks of those alone.
    """
    held = [one for one in seen if is_held(mesh, scope, one)]
    named = [one for one in held if not one.wild]
    wide = [one for one in held if one.wild and not _speaks_of(mesh, scope, one.port, [one.wild])]
    return named + sorted(wide, key=lambda one: -len(one.wild))


def is_held(mesh: Mesh, scope: SidecarScope, hop: Hop) -> bool:
    """Whether a proxy has a table for a hop's routes, if they are for a host it does not know.

    That takes a listener for HTTP on the port. A proxy has one for any service that a listener of
    its Sidecar imports, also for one that is not known where calls to the port are decided. Ports
    other than 80 hold a VirtualService only for the sake of a service there that it speaks of too.
    """
    if hop.protocol != "http" or not _listens(mesh, scope, hop.port):
        return False
    hosts = hop.shown.hosts if hop.shown is not None else (hop.host,)
    return hop.port == HTTP_PORT or _speaks_of(mesh, scope, hop.port, hosts)


def _listens(mesh: Mesh, scope: SidecarScope, number: int) -> bool:
    """Whether a proxy listens for HTTP on a port.

    A listener of its Sidecar for that port says itself what is spoken there; else services do.
    """
    return any(
        imports.port is not None or (port.protocol == "http" and not port.sniffed)
        for imports in scope.listeners()
        if imports.port in (None, number)
        for _, port in _known(mesh, scope, imports, number)
    )


def _speaks_of(mesh: Mesh, scope: SidecarScope, number: int, hosts: Sequence[str]) -> bool:
    """Whether any host is, or covers, a service that a proxy knows by its port."""
    known = _known(mesh, scope, scope.listener(number), number)
    return any(covers(pattern, host) for host, _ in known for pattern in hosts)


def _known(
    mesh: Mesh, scope: SidecarScope, imports: Imports, number: int
) -> Iterator[tuple[Host, MeshPort]]:
    """Yield the services with a port that a listener imports, the gateway's own among them."""
    if number == HTTP_PORT and imports.has_service(ROOT_NAMESPACE, _GATEWAY):
        yield _GATEWAY, MeshPort(HTTP_PORT, "http", "http")
    for host, service in mesh.services.items():
        port = service.port(number)
        seen = port is not None and is_shown(service.service, scope.namespace)
        if port is not None and seen and imports.has_service(service.namespace, host):
            yield host, port


def spelled(hop: Hop, rules: Sequence[Rule]) -> Iterator[Rule]:
    """Yield rules for requests that spell a host in full, if any; what meets none gets a 404."""
    names = tuple(StringMatch("exact", name) for name in (hop.host, f"{hop.host}:{hop.port}"))
    for rule in rules:
        asked = rule.matches or (Match(),)
        matches = tuple(replace(one, authority=name) for one in asked for name in names)
        yield replace(rule, matches=matches)
    if rules:
        origin = rules[-1].origin
        yield Rule("", tuple(Match(authority=name) for name in names), Refuse(404), origin)
