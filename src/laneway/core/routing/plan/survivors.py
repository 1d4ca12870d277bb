"""Which rules of a hop a caller's proxy really holds.

Comes in: a Hop and a Caller. Goes out: the rules that stay for that caller, in order. Istio drops a
rule that speaks of another caller when it writes a proxy's routes, not when a request arrives; so
the walk, the laptop mesh and every checker must drop the same ones, and this is the one place where
it is decided. It refuses nothing: a caller without any rule of its own meets the default route.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.visibility import SidecarScope, scope_of
from laneway.core.resources.matching import Match
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import (
    Destination,
    Forward,
    Hop,
    Origin,
    Rule,
    Share,
    links,
)
from laneway.core.routing.plan.unseen import past_routes, speaking, spelled, unseen

MESH = "mesh"
"""The reserved gateway name that stands for all sidecars."""

DEFAULT_ROUTE = "default"
"""Istio's name for the route of a service nobody wrote a rule for."""


def surviving(mesh: Mesh, hop: Hop, caller: Caller) -> tuple[Rule, ...]:
    """Return the rules of a hop that a caller meets, each with only the matches it meets.

    A match that names the mesh among its gateways is held without its source conditions. The list
    ends at the first rule that takes any request. Where no rule stays, Istio's default route
    serves: all pods of the service, whatever their lane; and a caller that does not see the service
    meets no route at all.
    https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest

    >>> from laneway.core.mesh.names import service_host
    >>> from laneway.core.mesh.snapshot import Snapshot
    >>> hop = Hop(service_host("mocka", "default"), 8000, "http", ())
    >>> [rule.name for rule in surviving(Mesh(Snapshot()), hop, Caller("default", ()))]
    ['default']
    """
    scope = scope_of(mesh, caller)
    hider = unseen(mesh, scope, hop)
    if hider is not None:
        named = held_unknown(mesh, hop, caller, scope)
        return (*spelled(hop, named), past_routes(hop, hider))
    return held(hop, caller, scope) or (default_rule(hop),)


def held(hop: Hop, caller: Caller, scope: SidecarScope) -> tuple[Rule, ...]:
    """Return the rules that somebody wrote for a hop and that a caller meets, if there are any."""
    return _deciding(hop, caller, scope)[1]


def author_for(hop: Hop, caller: Caller, scope: SidecarScope) -> Ref | None:
    """Return the user's VirtualService that decides for a caller, None where lanes or nobody do."""
    return _deciding(hop, caller, scope)[0]


def _deciding(hop: Hop, caller: Caller, scope: SidecarScope) -> tuple[Ref | None, tuple[Rule, ...]]:
    """Return who decides for a caller and by which rules: the nearest that has any for it."""
    for one in _nearest_first(hop, scope):
        if found := kept_for(caller, one.rules, one.port):
            return one.author, found
    return None, ()


def held_unknown(mesh: Mesh, hop: Hop, caller: Caller, scope: SidecarScope) -> tuple[Rule, ...]:
    """Return the rules that a caller meets for a host its proxy does not know, if there are any."""
    for one in speaking(mesh, scope, _seen_first(hop, scope)):
        if found := kept_for(caller, one.rules, one.port):
            return found
    return ()


def _nearest_first(hop: Hop, scope: SidecarScope) -> list[Hop]:
    """Return a hop and its alternatives as a caller's proxy tries them: private ones first.

    For HTTP a wildcard speaks only where nothing the caller sees names the host, and of several the
    first of the narrowest does, also where no rule of it is for the caller.
    """
    found = _seen_first(hop, scope)
    if hop.protocol == "tcp":
        return found
    naming = [one for one in found if not one.wild]
    return naming or sorted(found, key=lambda one: -len(one.wild))[:1]


def _seen_first(hop: Hop, scope: SidecarScope) -> list[Hop]:
    """Return what a caller sees of a hop and its alternatives, private ones first."""
    ranked = zip(seen(hop, scope), links(hop), strict=True)
    chain = [(rank, one) for rank, one in ranked if rank is not None]
    return [one for _, one in sorted(chain, key=lambda pair: pair[0])]


def seen(hop: Hop, scope: SidecarScope) -> tuple[int | None, ...]:
    """Return how near a hop and each of its alternatives is to a caller; None: not seen."""
    return tuple(
        2 if one.shown is None else scope.nearness(one.shown, one.port) for one in links(hop)
    )


def kept_for(caller: Caller, rules: Iterable[Rule], port: int) -> tuple[Rule, ...]:
    """Return the rules of one object that stay for a caller, up to the first that takes any."""
    held: list[Rule] = []
    for rule in rules:
        kept = _for_caller(rule, port, caller)
        if kept is None:
            continue
        held.append(kept)
        if takes_anything(kept):
            break
    return tuple(held)


def speaks_of(match: Match, port: int, caller: Caller) -> bool:
    """Whether a match can be met at all by requests of a caller to a port of the service.

    With `gateways` written, only the name `mesh` counts; the source conditions are not looked at.
    """
    if match.port is not None and match.port != port:
        return False
    if match.gateways:
        return MESH in match.gateways
    if match.source_namespace and match.source_namespace != caller.namespace:
        return False
    return all(map(caller.labels.__contains__, match.source_labels))


def takes_anything(rule: Rule) -> bool:
    """Whether every request meets the rule, so that what stands after it never counts."""
    return not rule.matches or any(map(is_catch_all, rule.matches))


def is_catch_all(match: Match) -> bool:
    """Whether a match has no condition on the request itself.

    As Istio has it: a prefix of `/` or a regex of `.*`, or no URI condition, and nothing else.
    """
    if match.headers or match.without_headers or match.query_params:
        return False
    if match.scheme or match.method or match.authority:
        return False
    uri = match.uri
    return uri is None or (uri.kind, uri.value) in {("prefix", "/"), ("regex", ".*")}


def default_rule(hop: Hop) -> Rule:
    """Return Istio's default route for a service port: all its pods, with no edits.

    Its origin is the service itself, since no object of anybody asked for it.
    """
    name, _, rest = hop.host.partition(".")
    origin = Origin(Ref("Service", rest.partition(".")[0], name))
    share = Share(100, Destination(hop.host, hop.port))
    return Rule(DEFAULT_ROUTE, (), Forward((share,)), origin)


def _for_caller(rule: Rule, port: int, caller: Caller) -> Rule | None:
    """Return the rule with the matches that speak of the caller, or None without any."""
    if not rule.matches:
        return rule
    matches = [match for match in rule.matches if speaks_of(match, port, caller)]
    if not matches:
        return None
    return rule if len(matches) == len(rule.matches) else replace(rule, matches=tuple(matches))
