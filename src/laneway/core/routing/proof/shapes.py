"""When the routes of two services differ by the service's name alone.

Comes in: hops. Goes out: a key that two hops share only if everything a proof asks of them is the
same: rules, subsets, and in which lanes the pods are. What is equal is written once and compared by
number, since a large mesh has many thousand rules and few kinds of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from laneway.core.mesh.members import is_present
from laneway.core.mesh.mesh import Group, Mesh, MeshService
from laneway.core.mesh.names import Host
from laneway.core.resources.matching import Labels, Match
from laneway.core.routing.plan import Destination, Forward, Headers, Hop, RoutePlan, Rule, Subset


@dataclass(slots=True)
class Shapes:
    """Gives hops their keys."""

    mesh: Mesh
    plan: RoutePlan
    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _matches: dict[int, int] = field(default_factory=dict)

    def of(self, group: Group, hop: Hop) -> Hashable:
        """Return the key of a hop of a group's service."""
        service = self.mesh.services[hop.host]
        chain: list[Hashable] = [group.name, hop.port, hop.protocol, service.namespace]
        foreign: set[Host] = set()
        link: Hop | None = hop
        while link is not None:
            author = link.author.namespace if link.author else None
            rules = tuple(self._rule(rule, hop.host, foreign) for rule in link.rules)
            chain += [author, link.export_to, rules]
            link = link.otherwise
        if foreign or any(self._asks_host(rule) for rule in hop.rules):
            return (*chain, hop.host)
        answers = tuple(group.answering(hop.host).values()) if group.baseline is not None else ()
        return (*chain, answers, self._subsets(hop.host), self._pods(group, service))

    def _number(self, thing: Hashable) -> int:
        return self._numbers.setdefault(thing, len(self._numbers))

    def _rule(self, rule: Rule, host: Host, foreign: set[Host]) -> tuple[int, int]:
        """Return the numbers of what a rule asks and of what it does."""
        matches = rule.matches
        asked = self._match(matches[0]) if len(matches) == 1 else self._number(matches)
        action = rule.action
        if not isinstance(action, Forward):
            return asked, self._number(("itself", type(action).__name__))
        if rule.policy.get("mirror") or rule.policy.get("mirrors"):
            foreign.add(host)
        shares = tuple(
            self._share(share.destination, share.headers, host, foreign) for share in action.shares
        )
        return asked, self._number((shares, rule.headers))

    def _match(self, match: Match) -> int:
        """Return a match's number; lanes' own matches are one object for all services."""
        found = self._matches.get(id(match))
        if found is None:
            found = self._matches[id(match)] = self._number(match)
        return found

    def _share(
        self, to: Destination, headers: Headers, host: Host, foreign: set[Host]
    ) -> tuple[str, int, Headers]:
        if to.host != host:
            foreign.add(to.host)
        return to.subset, to.port, headers

    def _asks_host(self, rule: Rule) -> bool:
        return any(match.authority is not None for match in rule.matches)

    def _subsets(self, host: Host) -> Hashable:
        return tuple(
            (view.namespace, tuple(self._subset(subset) for subset in view.subsets))
            for view in self.plan.views.get(host, ())
        )

    def _subset(self, subset: Subset) -> int:
        return self._number(subset)

    def _pods(self, group: Group, service: MeshService) -> Hashable:
        """Return all that tells a service's pods apart: the labels by which anything selects."""
        if not service.workloads:
            return ()
        keys = sorted(
            {key for labels in _asked(group, self.plan, service.host) for key, _ in labels}
        )
        return frozenset(
            (is_present(pod), tuple(pod.labels.get(key) for key in keys))
            for pod in service.workloads
        ), tuple(sorted((port.number, port.protocol) for port in service.ports))


def _asked(group: Group, plan: RoutePlan, host: Host) -> Iterator[Labels]:
    for lane in group.lanes:
        yield lane.selector
    for view in plan.views.get(host, ()):
        for subset in view.subsets:
            yield subset.labels
