"""What callers in the mesh meet at a service of a lane group: rules per lane, then anyone.

What a request carries decides first, in groups whose lanes travel in requests; those of strict
groups do not, and need nothing of the application. Then the labels of the pod that calls decide;
the last rule matches anyone, because without it Istio's default route would spread callers over all
lanes. Whoever a rule is for, it leads to the lane that answers for that lane at this service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.membership import lane_of_others
from laneway.core.mesh.mesh import Group, MeshPort, MeshService, Protocol
from laneway.core.mesh.names import Host, LaneName
from laneway.core.mesh.patches import NO_PATCH, Patch
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
            tuple(
                Recognition(means, f"-{means}", (match,))
                for means, match in conditions(group.propagation, lane.name)
            ),
            tuple(_called(lane.name, lane.selector, stamp) for stamp in writing),
            Subset(lane.name, lane.selector),
        )
        for lane in group.lanes
    )


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
    """What the hops of a group's services have in common. `last` is the lane of everybody else."""

    group: str
    lanes: tuple[LaneCallers, ...]
    last: LaneName
    strict: bool

    @classmethod
    def of_group(cls, group: Group) -> LaneHops:
        """Return what a group with at least one lane has in common."""
        return cls(group.name, lane_callers(group), lane_of_others(group), group.baseline is None)

    def at(
        self, service: MeshService, answers: Answers, patch: Patch = NO_PATCH
    ) -> tuple[Hop, ...]:
        """Return a service's hops: one per port, two where Istio has to sniff the protocol.

        A sniffed port may turn out to carry plain TCP, so its TCP routes must stay in the lane too.
        `patch` is added to every rule for HTTP, the last one included.
        """
        alone = len(service.ports) == 1
        shown = Shown(service.namespace, (service.host,))
        hops = []
        for port in service.ports:
            protocols: tuple[Protocol, ...] = ("http", "tcp") if port.sniffed else (port.protocol,)
            rules = tuple(self._rules(service.host, port, answers, alone=alone))
            for protocol in protocols:
                kept = _patched(rules, patch) if protocol == "http" else self._plain(rules)
                hops.append(Hop(service.host, port.number, protocol, kept, self.group, shown=shown))
        return tuple(hops)

    def _plain(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return rules if self.strict else tuple(_plain(rules))

    def _rules(
        self, host: Host, port: MeshPort, answers: Answers, *, alone: bool
    ) -> Iterator[Rule]:
        """Yield the rules of a port, which is matched only where there are several."""
        number = None if alone else port.number
        suffix = "" if alone else f"-{port.number}"
        carried = len(self.lanes[0].carried)
        # What a request carries comes before who calls: a pod of one lane may serve a request of
        # another. The stronger sign comes first for all lanes: baggage outranks any header.
        ways = [(lane, lane.carried[place]) for place in range(carried) for lane in self.lanes]
        ways += [(lane, way) for lane in self.lanes for way in lane.called]
        for lane, way in ways:
            yield Rule(
                f"lane-{lane.name}{way.suffix}{suffix}",
                way.matches if alone else tuple(replace(one, port=number) for one in way.matches),
                _only(Destination(host, port.number, answers.get(lane.name, lane.name))),
                lane.origin,
                way.headers,
                lane=lane.name,
                by=way.by,
            )
        # Never without a rule for everybody: a proxy that keeps no route of a host has Istio's
        # default one, which leads to the pods of all lanes.
        last = next(lane for lane in self.lanes if lane.name == self.last)
        yield Rule(
            f"{NO_LANE if self.strict else BASELINE}{suffix}",
            () if alone else (Match(port=number),),
            _only(Destination(host, port.number, answers.get(self.last, self.last))),
            last.origin,
            lane=self.last,
            by="anyone",
        )


def _patched(rules: tuple[Rule, ...], patch: Patch) -> tuple[Rule, ...]:
    """Add the group's patch; what writes a lane into requests stays."""
    if not patch.route and not patch.headers:
        return rules
    more = read_headers(patch.headers)
    return tuple(
        replace(rule, policy=patch.route, headers=_both(rule.headers, more)) for rule in rules
    )


def _plain(rules: tuple[Rule, ...]) -> Iterator[Rule]:
    """Yield the rules of a TCP connection: it carries no header, so who calls decides alone."""
    told = set()
    for rule in rules:
        if rule.by in ("caller", "anyone") and (rule.by, rule.lane) not in told:
            told.add((rule.by, rule.lane))
            # a connection has no headers that could be missing
            matches = tuple(replace(match, without_headers=()) for match in rule.matches)
            yield replace(rule, matches=matches, headers=NO_HEADERS)


def _both(own: Headers, more: Headers) -> Headers:
    if more == NO_HEADERS:
        return own
    return Headers(_joined(own.request, more.request), _joined(own.response, more.response))


def _joined(own: HeaderEdits, more: HeaderEdits) -> HeaderEdits:
    return HeaderEdits(own.set + more.set, own.add + more.add, own.remove + more.remove)


def _only(destination: Destination) -> Forward:
    return Forward((Share(100, destination),))
