"""When the routes of two services differ by the service's name alone.

Comes in: hops. Goes out: a key that two hops share only if everything a proof asks of them is the
same: rules, subsets, and in which lanes the pods are. What is equal has one number, and what lanes
ask, write and declare is known by identity: a large mesh has many thousand rules and few kinds
of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from msgspec import Struct

from laneway.core.mesh.behind import is_closed
from laneway.core.mesh.members import is_present
from laneway.core.mesh.mesh import Group, Mesh, MeshPort, MeshService
from laneway.core.mesh.names import Host
from laneway.core.resources.matching import Labels
from laneway.core.routing.plan.lane_subsets import Subset
from laneway.core.routing.plan.route_plan import Forward, Hop, RoutePlan, Rule, links

_COPIES = frozenset({"mirror", "mirrors"})


class Shapes(Struct):
    """Gives hops their keys."""

    mesh: Mesh
    plan: RoutePlan
    _numbers: dict[Hashable, int] = {}
    _known: dict[Hashable, int] = {}

    def of(self, group: Group, hop: Hop) -> Hashable:
        """Return the key of a hop of a group's service."""
        service = self.mesh.services[hop.host]
        ports = tuple(sorted((port.number, port.protocol) for port in service.ports))
        chain: list[Hashable] = [group.name, hop.port, hop.protocol, service.namespace, ports]
        for link in links(hop):
            author = link.author.namespace if link.author else None
            # Hosts decide by a caller's Sidecar alone, which is asked apart.
            shown = (link.shown.namespace, link.shown.spaces) if link.shown else None
            rules = tuple([self._rule(rule, hop.host) for rule in link.rules])
            chain += [author, shown, link.wild, rules]
        answers = tuple(group.answering(hop.host).values()) if group.baseline is not None else ()
        return (
            *chain,
            answers,
            self._subsets(hop.host),
            self._pods(group, service, service.port(hop.port)),
        )

    def _number(self, thing: Hashable) -> int:
        return self._numbers.setdefault(thing, len(self._numbers) + 1)

    def _rule(self, rule: Rule, host: Host) -> Hashable:
        """Return what tells a rule from others; most are for one match and lead to one subset."""
        action, matches = rule.action, rule.matches
        if len(matches) == 1 and isinstance(action, Forward) and len(action.shares) == 1:
            share, asked = action.shares[0], matches[0]
            to = share.destination
            if to.host == host and not asked.authority and _COPIES.isdisjoint(rule.policy):
                signs = (
                    id(asked),
                    id(rule.headers),
                    id(share.headers),
                    to.subset,
                    to.port,
                    action.beside_idle,
                )
                return self._known.get(signs) or self._shared(signs, rule)
        return (_key(rule), host) if _is_single(rule, host) else self._number(_key(rule))

    def _shared(self, signs: Hashable, thing: Rule | tuple[Subset, ...]) -> int:
        """Return the number of a thing, worked out once for those that have the same signs."""
        found = self._known.get(signs)
        if found is None:
            key = _key(thing) if isinstance(thing, Rule) else thing
            found = self._known[signs] = self._number(key)
        return found

    def _subsets(self, host: Host) -> Hashable:
        return tuple(
            (view.namespace, view.selector, self._shared(id(view.subsets), view.subsets))
            for view in self.plan.views.get(host, ())
        )

    def _pods(self, group: Group, service: MeshService, port: MeshPort | None) -> Hashable:
        """Return all that tells a service's pods apart: the labels by which anything selects."""
        if not service.workloads:
            return service.without_pods
        target = port.target if port is not None else 0
        keys = sorted(
            {key for labels in _asked(group, self.plan, service.host) for key, _ in labels}
        )
        return frozenset(
            (
                is_present(pod) and not is_closed(pod, target),
                is_present(pod),
                tuple(pod.labels.get(key) for key in keys),
            )
            for pod in service.workloads
        )


def _key(rule: Rule) -> Hashable:
    """Return what a rule asks and what it does."""
    action = rule.action
    if not isinstance(action, Forward):
        return rule.matches, rule.headers, type(action).__name__
    shares = [(one.destination.subset, one.destination.port, one.headers) for one in action.shares]
    return rule.matches, rule.headers, action.beside_idle, *shares


def _is_single(rule: Rule, host: Host) -> bool:
    """Whether a rule speaks of its service by name, or of others: then its key is its own."""
    action = rule.action
    if isinstance(action, Forward):
        for share in action.shares:
            if share.destination.host != host:
                return True
    copies = any(rule.policy.get(field) for field in _COPIES)
    return copies or any(match.authority for match in rule.matches)


def _asked(group: Group, plan: RoutePlan, host: Host) -> Iterator[Labels]:
    for lane in group.lanes:
        yield lane.selector
    for view in plan.views.get(host, ()):
        for subset in view.subsets:
            yield subset.labels
