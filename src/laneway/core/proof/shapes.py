"""When the routes of two services differ by the service's name alone.

Comes in: hops. Goes out: a key that two hops share only if everything a proof asks of them is the
same: rules, subsets, and in which lanes the pods are. What is equal is written once and compared by
number, since a large mesh has many thousand rules and few kinds of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from operator import attrgetter

from msgspec import Struct

from laneway.core.mesh.behind import is_closed
from laneway.core.mesh.members import is_present
from laneway.core.mesh.mesh import Group, Mesh, MeshPort, MeshService
from laneway.core.mesh.names import Host
from laneway.core.resources.matching import Labels, Match
from laneway.core.routing.plan.lane_subsets import Subset
from laneway.core.routing.plan.route_plan import Forward, Headers, Hop, RoutePlan, Rule, links

_AUTHORITY = attrgetter("authority")


class Shapes(Struct):
    """Gives hops their keys."""

    mesh: Mesh
    plan: RoutePlan
    _numbers: dict[Hashable, int] = {}
    _known: dict[int, int] = {}

    def of(self, group: Group, hop: Hop) -> Hashable:
        """Return the key of a hop of a group's service."""
        service = self.mesh.services[hop.host]
        ports = tuple(sorted((port.number, port.protocol) for port in service.ports))
        chain: list[Hashable] = [group.name, hop.port, hop.protocol, service.namespace, ports]
        single = False
        for link in links(hop):
            author = link.author.namespace if link.author else None
            single = single or any(_is_single(rule, hop.host) for rule in link.rules)
            # Hosts decide by a caller's Sidecar alone, which is asked apart.
            shown = (link.shown.namespace, link.shown.spaces) if link.shown else None
            chain += [author, shown, link.wild, tuple(map(self._rule, link.rules))]
        if single:
            return (*chain, hop.host)
        answers = tuple(group.answering(hop.host).values()) if group.baseline is not None else ()
        return (
            *chain,
            answers,
            self._subsets(hop.host),
            self._pods(group, service, service.port(hop.port)),
        )

    def _number(self, thing: Hashable) -> int:
        return self._numbers.setdefault(thing, len(self._numbers))

    def _rule(self, rule: Rule) -> Hashable:
        """Return what a rule asks and what it does."""
        action, matches = rule.action, rule.matches
        asked = self._shared(matches[0]) if len(matches) == 1 else self._number(matches)
        if not isinstance(action, Forward):
            return asked, self._shared(rule.headers), type(action).__name__
        shares = [
            (share.destination.subset, share.destination.port, self._shared(share.headers))
            for share in action.shares
        ]
        return asked, self._shared(rule.headers), action.beside_idle, *shares

    def _shared(self, thing: Match | Headers | tuple[Subset, ...]) -> int:
        """Return a number; what lanes ask, write and declare is one object for all services."""
        found = self._known.get(id(thing))
        if found is None:
            found = self._known[id(thing)] = self._number(thing)
        return found

    def _subsets(self, host: Host) -> Hashable:
        return tuple(
            (view.namespace, view.selector, self._shared(view.subsets))
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


def _is_single(rule: Rule, host: Host) -> bool:
    """Whether a rule speaks of its service by name, or of others: then its key is its own."""
    action = rule.action
    if isinstance(action, Forward):
        for share in action.shares:
            if share.destination.host != host:
                return True
    if rule.policy and (rule.policy.get("mirror") or rule.policy.get("mirrors")):
        return True
    return any(map(_AUTHORITY, rule.matches))


def _asked(group: Group, plan: RoutePlan, host: Host) -> Iterator[Labels]:
    for lane in group.lanes:
        yield lane.selector
    for view in plan.views.get(host, ()):
        for subset in view.subsets:
            yield subset.labels
