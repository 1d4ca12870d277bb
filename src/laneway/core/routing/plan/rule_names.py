"""A rule of the plan in words: what its author would call it, and the object it comes from.

Comes in: a rule, or what is kept of one. Goes out: a name that fits into a sentence. Every command
says it alike: explain, findings, prove and verify. Lanes' rules are named by what they know a
request's lane by, a user's route by its own name or its place, and Istio's own by what they mean.
"""

from __future__ import annotations

from functools import cached_property

from laneway.core.findings.place import Step
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.resources.istio.networking import HttpRoute, TcpRoute, VirtualService
from laneway.core.resources.lanes.swim_lanes import IngressRule
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import Means, Origin, Rule
from laneway.core.routing.plan.unseen import PAST_ROUTES, REFUSED


class RuleNames:
    """The names of a mesh's rules."""

    def __init__(self, mesh: Mesh) -> None:
        """Index lanes; what users wrote is indexed once a route of theirs is named."""
        self._mesh = mesh
        self._lanes = {
            lane.lane.meta.ref: (group, lane) for group in mesh.groups for lane in group.lanes
        }

    def of(self, rule: Rule) -> str:
        """Name a rule; one that is handed over to also by the route that does."""
        name = self.at(rule.origin, rule.name, rule.lane, rule.by)
        return name if rule.via is None else f"{name}, through {self._route(rule.via, '')}"

    def at(self, origin: Origin, name: str, lane: str, by: Means) -> str:
        """Name a rule by where it is from, what proxies call it, whose it is and what it knows."""
        ref = origin.ref
        if name in (PAST_ROUTES, REFUSED) and ref.kind in ("Sidecar", "Service"):
            end = "it is refused" if name == REFUSED else "it goes to the address dialed"
            return f"no route, {end}: {ref} hides the service from the caller"
        if ref.kind == "Service":
            return "Istio's default route (no written route is for the caller)"
        if ref.kind == "Gateway":
            return f"{name} of {ref}"
        if ref not in self._lanes:
            is_group = any(one.group.meta.ref == ref for one in self._mesh.groups)
            weighted = f"the weighted entry of group {ref.name}"
            return weighted if is_group else f"route {self._route(origin, name)}"
        group, author = self._lanes[ref]
        if by != "entry":
            return f"route for {_known_by(group, lane, by)}"
        return next(
            entry_rule_name(ref.name, one) for one in author.rules if one.index == origin.path[-1]
        )

    @cached_property
    def _authors(self) -> dict[Ref, VirtualService]:
        things = self._mesh.snapshot.resources
        return {thing.meta.ref: thing for thing in things if isinstance(thing, VirtualService)}

    def _route(self, origin: Origin, name: str) -> str:
        """Name the route at a path of a VirtualService, `spec.http[2]`."""
        author = self._authors.get(origin.ref)
        kind, index = origin.path[-2:]
        route = author.route_at(kind, index) if author else None
        if author and route:
            return route_name(author, route)
        return f"{name or f'{kind}[{index}]'} of {origin.ref}"


def _known_by(group: Group, lane: str, by: Means) -> str:
    """Say by what a rule of lanes knows the requests it is for."""
    if by == "caller":
        return f"callers of lane {lane}"
    if by == "anyone":
        is_strict = group.baseline is None
        return "callers in no lane" if is_strict else f"requests in no lane, to the baseline {lane}"
    header = group.propagation.route_header if group.propagation else ""
    where = f"the header {header}" if by == "header" else by
    return f"{f'lane {lane}' if lane else 'any other lane'}, named in {where}"


def entry_rule_name(lane: str, rule: IngressRule) -> str:
    """Name an entry rule of a lane, by its place where it has no name."""
    return f"entry rule {rule.name or rule.index} of lane {lane}"


def route_name(author: VirtualService, route: HttpRoute | TcpRoute) -> str:
    """Name a route of a VirtualService: by its own name, else by the place it is written at."""
    return f"{route.name or f'{route.kind}[{route.index}]'} of {author.meta.ref}"


def origin_text(origin: Origin) -> str:
    """Name an origin: the object and the path inside it.

    >>> from laneway.core.resources.meta import Ref
    >>> origin_text(Origin(Ref("ASMSwimLane", "", "s1"), ("spec", "ingressRules", 0)))
    'ASMSwimLane s1 spec.ingressRules[0]'
    """
    return f"{origin.ref} {_path(origin.path)}".rstrip()


def _path(path: tuple[Step, ...]) -> str:
    words = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(words).lstrip(".")
