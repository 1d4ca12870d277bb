"""What becomes of calls to a service that the caller's proxy does not see.

Comes in: a hop and the object that hides its service. Goes out: rules. To such a proxy the service
is a host like any outside of the mesh: the call goes to the address that was dialed, past every
route, or is refused. On port 80 alone a VirtualService decides for such hosts too, for requests
that spell the host as it does.
https://istio.io/latest/docs/reference/config/networking/sidecar/#OutboundTrafficPolicy
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import ROOT_NAMESPACE, Host, service_host
from laneway.core.mesh.spellings import HTTP_PORT
from laneway.core.mesh.visibility import Hider, SidecarScope
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


def may_be_named(mesh: Mesh, scope: SidecarScope, hop: Hop) -> bool:
    """Whether VirtualServices may decide on a hop's port for hosts that a proxy does not know.

    That takes a listener for HTTP there, which any service does that the proxy does know, and one
    that its Sidecar asks for by the port.
    """
    if hop.protocol != "http" or hop.port != HTTP_PORT:
        return False
    asked = any(one.port == HTTP_PORT for one in scope.listeners())
    return asked or any(_known(mesh, scope))


def _known(mesh: Mesh, scope: SidecarScope) -> Iterator[Host]:
    """Yield the services with HTTP on port 80 that a proxy knows, the gateway's own among them."""
    if scope.imports(ROOT_NAMESPACE, _GATEWAY, HTTP_PORT):
        yield _GATEWAY
    for host, service in mesh.services.items():
        ports = (port for port in service.ports if port.number == HTTP_PORT)
        spoken = any(port.protocol == "http" and not port.sniffed for port in ports)
        if spoken and scope.hider(service, HTTP_PORT) is None:
            yield host


def speaking(mesh: Mesh, scope: SidecarScope, seen: Sequence[Hop]) -> list[Hop]:
    """Return what may speak for a host that is not known, nearest first.

    One that names it comes before wildcards, the narrowest first; a wildcard that covers any
    service the proxy knows speaks of those alone.
    """
    named = [one for one in seen if not one.wild]
    wide = [one for one in seen if one.wild and not _is_taken(mesh, scope, one.wild)]
    return named + sorted(wide, key=lambda one: -len(one.wild))


def _is_taken(mesh: Mesh, scope: SidecarScope, pattern: str) -> bool:
    return any(covers(pattern, host) for host in _known(mesh, scope))


def spelled(host: Host, rules: Sequence[Rule]) -> Iterator[Rule]:
    """Yield rules for requests that spell a host in full, and a 404 for those that meet none."""
    names = tuple(StringMatch("exact", name) for name in (host, f"{host}:{HTTP_PORT}"))
    for rule in rules:
        asked = rule.matches or (Match(),)
        matches = tuple(replace(one, authority=name) for one in asked for name in names)
        yield replace(rule, matches=matches)
    last = rules[-1]
    yield Rule("", tuple(Match(authority=name) for name in names), Refuse(404), last.origin)
