"""What callers in the mesh meet at a service of a lane group: one rule per lane, then anyone.

Strict lanes need no header: the caller's own pod labels decide, so isolation needs nothing of the
application. The last rule matches anyone, because without it Istio's default route would spread
callers outside the lanes over all of them; it leads to the group's oldest lane.
"""

from __future__ import annotations

from dataclasses import dataclass

from laneway.core.mesh.mesh import Group, MeshPort, MeshService, Protocol
from laneway.core.mesh.names import Host, LaneName
from laneway.core.resources.matching import Labels, Match
from laneway.core.routing.plan import Destination, Forward, Hop, Origin, Rule, Share, Subset

NO_LANE = "no-lane"
"""The name of the last rule of a strict hop, for callers that are in no lane."""


@dataclass(frozen=True, slots=True)
class LaneCallers:
    """What hops have to know of a lane: its name, its pods' labels and who wrote it.

    `matches` is the condition on callers and `subset` the lane's pods: one object for all services
    of one port, so that fifty lanes of a thousand services cost fifty conditions.
    """

    name: LaneName
    selector: Labels
    origin: Origin
    matches: tuple[Match, ...]
    subset: Subset


def lane_callers(group: Group) -> tuple[LaneCallers, ...]:
    """Return the lanes of a group as its hops see them; weights and rules are no part of it."""
    return tuple(
        LaneCallers(
            lane.name,
            lane.selector,
            Origin(lane.lane.meta.ref, ("spec", "labelSelector")),
            (Match(source_labels=lane.selector),),
            Subset(lane.name, lane.selector),
        )
        for lane in group.lanes
    )


def lane_hops(service: MeshService, group: str, lanes: tuple[LaneCallers, ...]) -> tuple[Hop, ...]:
    """Return the hops of a service: one per port, two where Istio has to sniff the protocol.

    A sniffed port may turn out to carry plain TCP, so its TCP routes must stay in the lane too.
    """
    alone = len(service.ports) == 1
    hops = []
    for port in service.ports:
        protocols: tuple[Protocol, ...] = ("http", "tcp") if port.sniffed else (port.protocol,)
        rules = _rules(service.host, port, lanes, alone=alone)
        hops += [Hop(service.host, port.number, protocol, rules, group) for protocol in protocols]
    return tuple(hops)


def _rules(
    host: Host, port: MeshPort, lanes: tuple[LaneCallers, ...], *, alone: bool
) -> tuple[Rule, ...]:
    """Return one rule per lane and the last one. A port is matched only where there are several."""
    number = None if alone else port.number
    suffix = "" if alone else f"-{port.number}"
    rules = [
        Rule(
            f"lane-{lane.name}{suffix}",
            lane.matches if alone else (Match(port=number, source_labels=lane.selector),),
            _only(Destination(host, port.number, lane.name)),
            lane.origin,
            lane=lane.name,
        )
        for lane in lanes
    ]
    first = lanes[0]
    anyone = () if alone else (Match(port=number),)
    last = Destination(host, port.number, first.name)
    rules.append(Rule(f"{NO_LANE}{suffix}", anyone, _only(last), first.origin, lane=first.name))
    return tuple(rules)


def _only(destination: Destination) -> Forward:
    return Forward((Share(100, destination),))
