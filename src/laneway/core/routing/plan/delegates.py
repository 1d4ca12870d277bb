"""Delegation: a root VirtualService hands some of its routes to another one.

Comes in: a user's VirtualServices and, by name, the routes of ours that a group offers. Goes out:
the routes a root really has, merged as Istio merges them: a delegate's condition has to lie within
the root's or its route is dropped, what both say the delegate says, and there is one level only. A
route whose delegate does not exist is dropped alone.
https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import resolve_gateway, resolve_host
from laneway.core.mesh.visibility import Shown
from laneway.core.resources.istio.networking import HttpRoute, VirtualService
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.raw_headers import read_headers
from laneway.core.routing.plan.route_plan import NO_HEADERS, Answer, Origin, Rule

_INHERITED = (
    *("rewrite", "timeout", "retries", "fault", "mirror", "mirrorPercent", "mirror_percent"),
    *("mirrorPercentage", "corsPolicy", "mirrors", "headers"),
)
"""What a delegate's route takes from the root's where it says nothing itself, each field whole."""


class Written(Struct, frozen=True):
    """A route as its proxies hold it. `author` wrote its destinations, `via` is the root's route.

    Gateways in its matches are absolute.
    """

    author: VirtualService
    route: HttpRoute
    via: Origin | None = None


class Ours(Struct, frozen=True):
    """A route of a root's that hands over to lane routes; `root` has them already merged."""

    rules: tuple[Rule, ...]


class Delegates(Struct, frozen=True):
    """What routes may be handed to: the user's VirtualServices without hosts, and lanes' own."""

    users: Mapping[Ref, VirtualService] = {}
    ours: Mapping[Ref, tuple[Rule, ...]] = {}

    @classmethod
    def of(cls, mesh: Mesh, ours: Mapping[Ref, tuple[Rule, ...]] | None = None) -> Delegates:
        """Gather the delegates of a mesh."""
        users = (one for one in mesh.virtual_services if not one.hosts)
        return cls({one.meta.ref: one for one in users}, ours or {})

    def routes(self, author: VirtualService) -> Iterator[Written | Ours]:
        """Yield the HTTP routes of a VirtualService, in order, with every delegate followed."""
        for route in author.http:
            if route.delegate is None:
                yield Written(author, route)
                continue
            ref = delegate_of(author, route)
            via = Origin(author.meta.ref, ("spec", "http", route.index))
            root = _absolute(route, author.meta.namespace)
            if ref in self.ours:
                merged = (_rule_within(root, rule, via) for rule in self.ours[ref])
                yield Ours(tuple(rule for rule in merged if rule is not None))
            elif (other := self.users.get(ref)) is not None and _is_seen(other, author):
                yield from _handed_over(root, other, via)


def delegate_of(author: VirtualService, route: HttpRoute) -> Ref:
    """Return the VirtualService that a route hands over to, by default of the same namespace."""
    block = route.delegate or {}
    space = str(block.get("namespace") or author.meta.namespace)
    return Ref("VirtualService", space, str(block.get("name") or ""))


def _is_seen(delegate: VirtualService, root: VirtualService) -> bool:
    return Shown.of(delegate, ()).nearness(root.meta.namespace) is not None


def _handed_over(root: HttpRoute, other: VirtualService, via: Origin) -> Iterator[Written]:
    for route in other.http:
        own = _absolute(route, other.meta.namespace)
        matches = within(root.matches, own.matches)
        if matches is not None and own.delegate is None:
            merged = replace(
                own,
                name=_joined(root.name, own.name),
                matches=matches,
                direct_response=own.direct_response or root.direct_response,
                policy={**_inherited(root), **own.policy},
            )
            yield Written(other, merged, via)


def _rule_within(root: HttpRoute, rule: Rule, via: Origin) -> Rule | None:
    """Return a rule of lanes as a root's route holds it; None where their conditions exclude it."""
    matches = within(root.matches, rule.matches)
    if matches is None:
        return None
    policy = {name: value for name, value in _inherited(root).items() if name != "headers"}
    answers = root.direct_response
    return replace(
        rule,
        name=_joined(root.name, rule.name),
        matches=matches,
        action=rule.action if answers is None else Answer("directResponse", answers),
        headers=read_headers(root.policy.get("headers"))
        if rule.headers == NO_HEADERS
        else rule.headers,
        policy={**policy, **rule.policy},
        via=via,
    )


def _inherited(root: HttpRoute) -> dict[str, object]:
    return {name: root.policy[name] for name in _INHERITED if name in root.policy}


def _joined(root: str, own: str) -> str:
    return "-".join(word for word in (root, own) if word)


def _absolute(route: HttpRoute, namespace: str) -> HttpRoute:
    """Return a route that names gateways and mirrors in full: they are meant in its namespace."""
    matches = tuple(
        replace(match, gateways=tuple(resolve_gateway(one, namespace) for one in match.gateways))
        if match.gateways
        else match
        for match in route.matches
    )
    return replace(route, matches=matches, policy=_mirroring(route.policy, namespace))


def _mirroring(policy: Mapping[str, object], namespace: str) -> Mapping[str, object]:
    """Return a policy whose mirrors name hosts in full."""
    found = dict(policy)
    if "mirror" in policy:
        found["mirror"] = _with_host(policy["mirror"], namespace)
    several = policy.get("mirrors")
    if isinstance(several, list):
        found["mirrors"] = [
            {**one, "destination": _with_host(one.get("destination"), namespace)}
            if isinstance(one, Mapping)
            else one
            for one in several
        ]
    return found


def _with_host(destination: object, namespace: str) -> object:
    host = destination.get("host") if isinstance(destination, Mapping) else None
    if not isinstance(destination, Mapping) or not isinstance(host, str):
        return destination
    return {**destination, "host": resolve_host(host, namespace)}


def within(root: Sequence[Match], own: Sequence[Match]) -> tuple[Match, ...] | None:
    """Return what matches become under a root's; None where one lies within none of the root's.

    No matches means any request, and then the other side's hold.
    """
    if not root or not own:
        return tuple(own or root)
    found: list[Match] = []
    for match in own:
        merged = [_merged(outer, match) for outer in root if not excludes(outer, match)]
        if not merged:
            return None
        found += merged
    return tuple(found)


def _merged(outer: Match, own: Match) -> Match:
    return Match(
        name=_joined(outer.name, own.name),
        uri=own.uri or outer.uri,
        ignore_uri_case=own.ignore_uri_case,
        scheme=own.scheme or outer.scheme,
        method=own.method or outer.method,
        authority=own.authority or outer.authority,
        headers=_over(outer.headers, own.headers),
        without_headers=_over(outer.without_headers, own.without_headers),
        query_params=_over(outer.query_params, own.query_params),
        port=own.port or outer.port,
        source_labels=_over(outer.source_labels, own.source_labels),
        source_namespace=own.source_namespace or outer.source_namespace,
        gateways=own.gateways or outer.gateways,
    )


V = TypeVar("V")


def _over(
    outer: tuple[tuple[str, V], ...], own: tuple[tuple[str, V], ...]
) -> tuple[tuple[str, V], ...]:
    return tuple(sorted({**dict(outer), **dict(own)}.items(), key=lambda pair: pair[0]))


def excludes(outer: Match, own: Match) -> bool:
    """Whether a delegate's match does not lie within a root's, as Istio judges it.

    It compares values and not what they mean: two equal regular expressions exclude each other.
    """
    strings = (
        (outer.uri, own.uri),
        (outer.scheme, own.scheme),
        (outer.method, own.method),
        (outer.authority, own.authority),
        *_both(outer.headers, own.headers),
        *_both(outer.without_headers, own.without_headers),
        *_both(outer.query_params, own.query_params),
    )
    labels = _both(outer.source_labels, own.source_labels)
    space = outer.source_namespace
    return (
        any(_is_apart(wide, narrow) for wide, narrow in strings)
        or outer.ignore_uri_case != own.ignore_uri_case
        or bool(outer.port and own.port and outer.port != own.port)
        or bool(space and own.source_namespace != space)
        or any(wide != narrow for wide, narrow in labels)
        or bool(outer.gateways and not set(own.gateways) <= set(outer.gateways))
    )


def _both(
    outer: tuple[tuple[str, V], ...], own: tuple[tuple[str, V], ...]
) -> tuple[tuple[V, V], ...]:
    wide = dict(outer)
    return tuple((wide[name], narrow) for name, narrow in own if name in wide)


def _is_apart(wide: StringMatch | None, narrow: StringMatch | None) -> bool:
    if wide is None or narrow is None:
        return False
    if wide.kind == "exact":
        return narrow.kind != "exact" or narrow.value != wide.value
    if wide.kind == "prefix" and narrow.kind in ("exact", "prefix"):
        return not narrow.value.startswith(wide.value)
    return True
