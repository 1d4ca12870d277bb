"""What callers in the mesh meet at a service of a lane group: rules per lane, then anyone.

What a request carries decides first, in groups whose lanes travel in requests; those of strict
groups do not, and need nothing of the application. A lane has a rule of its own there only where
another lane answers for it than for everybody else: one rule keeps the requests of all other lanes
from the rules behind it. Then the labels of the pod that calls decide; the last rule matches
anyone, because without it Istio's default route would spread callers over all lanes. Whoever a rule
is for, it leads to the lane that answers for that lane at this service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct, field
from msgspec.structs import replace

from laneway.core.mesh.membership import lane_of_others
from laneway.core.mesh.mesh import Group, MeshService, Protocol
from laneway.core.mesh.names import Host, LaneName
from laneway.core.mesh.patches import NO_PATCH, Patch
from laneway.core.mesh.propagation import Propagation
from laneway.core.mesh.visibility import Shown
from laneway.core.resources.matching import Labels, Match
from laneway.core.routing.plan.lane_subsets import Subset
from laneway.core.routing.plan.raw_headers import read_headers
from laneway.core.routing.plan.route_plan import (
    NO_HEADERS,
    Destination,
    Forward,
    HeaderEdits,
    Headers,
    Hop,
    Means,
    Origin,
    Rule,
    Share,
)
from laneway.core.routing.plan.stamps import Stamp, conditions, stamps

NO_LANE = "no-lane"
"""The name of the last rule of a strict hop, for callers that are in no lane."""
BASELINE = "baseline"
"""The name of the last rule of a permissive hop, for requests that nothing puts into a lane."""

Answers = Mapping[LaneName, LaneName]
"""The lanes of a group that another one answers for at one service, and which one does."""


class Recognition(Struct, frozen=True):
    """One way a request is known to be of a lane, and what is then written into it."""

    by: Means
    suffix: str
    matches: tuple[Match, ...]
    headers: Headers = NO_HEADERS


_ANYONE = Recognition("anyone", "", ())
_ANY_REQUEST = Match()


class LaneCallers(Struct, frozen=True):
    """What hops have to know of a lane: its name, its pods' labels and who wrote it.

    `carried` are the ways by what a request carries, `called` those by who calls. They and `subset`
    are one object for all services of one port, so that fifty lanes of a thousand services cost
    fifty conditions.
    """

    name: LaneName
    selector: Labels
    origin: Origin
    carried: tuple[Recognition, ...]
    called: tuple[Recognition, ...]
    subset: Subset


def lane_callers(group: Group) -> tuple[LaneCallers, ...]:
    """Return the lanes of a group as its hops see them; weights and rules are no part of it."""
    writing = stamps(group.propagation) or (None,)
    return tuple(
        LaneCallers(
            lane.name,
            lane.selector,
            Origin(lane.lane.meta.ref, ("spec", "labelSelector")),
            _carried(group.propagation, lane.name),
            tuple(_called(lane.name, lane.selector, stamp) for stamp in writing),
            Subset(lane.name, lane.selector),
        )
        for lane in group.lanes
    )


def _carried(propagation: Propagation | None, *lanes: LaneName) -> tuple[Recognition, ...]:
    """Return the ways by what a request of one of some lanes carries."""
    found = conditions(propagation, *lanes)
    return tuple(Recognition(means, f"-{means}", matches) for means, matches in found)


def _called(lane: LaneName, selector: Labels, stamp: Stamp | None) -> Recognition:
    """Return the rule for callers of a lane; where lanes travel in requests it is written anew."""
    match = Match(source_labels=selector)
    if stamp is None:
        return Recognition("caller", "", (match,))
    return Recognition("caller", f"-caller{stamp.suffix}", (stamp.onto(match),), stamp.edits(lane))


def lane_answers(group: Group, host: Host) -> Answers:
    """Return the lanes that another answers for at a service; strict lanes have no stand-in."""
    if group.baseline is None:
        return {}
    found = group.answering(host)
    return {name: other for name, other in found.items() if other != name}


class LaneHops(Struct, frozen=True):
    """What the hops of a group's services have in common. `last` is the lane of everybody else.

    `named` are the ways by which a request is known to be of any lane of the group.
    """

    group: str
    lanes: tuple[LaneCallers, ...]
    last: LaneName
    strict: bool
    named: tuple[Recognition, ...] = ()

    @classmethod
    def of_group(cls, group: Group) -> LaneHops:
        """Return what a group with at least one lane has in common."""
        return cls(
            group.name,
            lane_callers(group),
            lane_of_others(group),
            group.baseline is None,
            _carried(group.propagation, *(lane.name for lane in group.lanes)),
        )

    def at(
        self,
        service: MeshService,
        answers: Answers,
        patch: Patch = NO_PATCH,
        *,
        is_delegate: bool = False,
    ) -> tuple[Hop, ...]:
        """Return a service's hops: one per port, two where Istio has to sniff the protocol.

        A sniffed port may turn out to carry plain TCP, so its TCP routes must stay in the lane too.
        `patch` is added to every rule for HTTP, the last one included. A delegate names each lane
        by itself: Istio drops a pattern that meets a root's own condition on the same header.
        """
        alone = len(service.ports) == 1
        shown = Shown(service.namespace, (service.host,))
        hops = []
        for port in service.ports:
            protocols: tuple[Protocol, ...] = ("http", "tcp") if port.sniffed else (port.protocol,)
            spot = _Spot(service.host, port.number, answers, alone)
            rules = tuple(self._rules(spot, each=is_delegate))
            for protocol in protocols:
                kept = _patched(rules, patch) if protocol == "http" else self._plain(rules)
                hops.append(Hop(service.host, port.number, protocol, kept, self.group, shown=shown))
        return tuple(hops)

    def _plain(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return rules if self.strict else _plain(rules)

    def _rules(self, spot: _Spot, *, each: bool) -> Iterator[Rule]:
        """Yield the rules of a port; with `each` every lane has one of its own."""
        last = next(lane for lane in self.lanes if lane.name == self.last)
        usual = spot.answering(last)
        apart = [lane for lane in self.lanes if spot.answering(lane) != usual]
        others = tuple(lane.name for lane in self.lanes if spot.answering(lane) == usual)
        # What a request carries comes before who calls: a pod of one lane may serve a request of
        # another. The stronger sign comes first for all lanes: baggage outranks any header.
        for place, named in enumerate(self.named):
            for lane in self.lanes if each else apart:
                yield spot.rule(f"lane-{lane.name}", lane, lane.carried[place])
            if not each:
                yield spot.rule(BASELINE, last, named, others)
        for lane in self.lanes:
            for way in lane.called:
                yield spot.rule(f"lane-{lane.name}", lane, way)
        # Never without a rule for everybody: a proxy that keeps no route of a host has Istio's
        # default one, which leads to the pods of all lanes.
        yield spot.rule(NO_LANE if self.strict else BASELINE, last, _ANYONE)


class _Spot(Struct, frozen=True):
    """A port for which rules are written; it is matched only where there are several.

    `ways` are where rules lead, by the lane that answers: most of many rules lead to one.
    """

    host: Host
    port: int
    answers: Answers
    alone: bool
    ways: dict[LaneName, Forward] = field(default_factory=dict)

    def answering(self, lane: LaneCallers) -> LaneName:
        """Return the lane that answers for one."""
        return self.answers.get(lane.name, lane.name)

    def way_to(self, lane: LaneName) -> Forward:
        """Return the way to the pods of a lane, each time the same."""
        if lane not in self.ways:
            self.ways[lane] = Forward((Share(100, Destination(self.host, self.port, lane)),))
        return self.ways[lane]

    def rule(
        self, name: str, lane: LaneCallers, way: Recognition, several: tuple[str, ...] = ()
    ) -> Rule:
        """Return the rule to the pods that answer for a lane, and for `several` as for it."""
        matches = way.matches
        if not self.alone:
            asked = matches or (_ANY_REQUEST,)
            matches = tuple(replace(one, port=self.port) for one in asked)
        others = several if len(several) > 1 else ()
        return Rule(
            _named(name, way.suffix, "" if self.alone else f"-{self.port}"),
            matches,
            self.way_to(self.answering(lane)),
            lane.origin,
            way.headers,
            lane="" if others else lane.name,
            by=way.by,
            others=others,
        )


@lru_cache(1024)
def _named(name: str, suffix: str, port: str) -> str:
    """Return the name of a rule: thousands of services have rules of the same few names."""
    return f"{name}{suffix}{port}"


def _patched(rules: tuple[Rule, ...], patch: Patch) -> tuple[Rule, ...]:
    """Add the group's patch; what writes a lane into requests stays."""
    if not patch.route and not patch.headers:
        return rules
    more = read_headers(patch.headers)
    return tuple(
        replace(rule, policy=patch.route, headers=_both(rule.headers, more)) for rule in rules
    )


def _plain(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules of a TCP connection: it carries no header, so who calls decides alone.

    Callers have a rule where it leads elsewhere than the last one, or where it keeps pods that are
    in two lanes from one that does. Nothing can be written into a connection for the next hop.
    """
    callers = {rule.lane: rule for rule in reversed(rules) if rule.by == "caller"}
    kept: list[Rule] = []
    for rule in callers.values():
        if rule.action != rules[-1].action or any(_may_share(rule, one) for one in kept):
            # a connection has no headers that could be missing
            matches = tuple(replace(match, without_headers=()) for match in rule.matches)
            kept.append(replace(rule, matches=matches, headers=NO_HEADERS))
    return (*reversed(kept), rules[-1])


def _may_share(one: Rule, other: Rule) -> bool:
    """Whether a pod may wear the labels that two rules by caller ask for."""
    worn = dict(one.matches[0].source_labels)
    return all(worn.get(key, value) == value for key, value in other.matches[0].source_labels)


def _both(own: Headers, more: Headers) -> Headers:
    if more == NO_HEADERS:
        return own
    return Headers(_joined(own.request, more.request), _joined(own.response, more.response))


def _joined(own: HeaderEdits, more: HeaderEdits) -> HeaderEdits:
    return HeaderEdits(own.set + more.set, own.add + more.add, own.remove + more.remove)
