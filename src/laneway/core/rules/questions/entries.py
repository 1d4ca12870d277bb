"""Where a group's lanes say that requests enter: rules that are on, or weights, by its strategy.

Comes in: a Group. Goes out: each entry destination with its place and its name in words. What the
group's strategy does not use is not among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Group, GroupLane
from laneway.core.resources.lanes import EntryDestination


@dataclass(frozen=True, slots=True)
class EntryUse:
    """One destination of a lane's entry. `said` names its rule or weight, `hosts` its hosts."""

    lane: GroupLane
    destination: EntryDestination
    place: Place
    said: str
    hosts: tuple[str, ...]
    hosts_place: Place


def entry_uses(group: Group) -> Iterator[EntryUse]:
    """Yield the destinations that a group's strategy uses."""
    for lane in group.lanes:
        if group.group.strategy == "weighted":
            yield from _weight(group, lane)
        else:
            yield from _rules(lane)


def _rules(lane: GroupLane) -> Iterator[EntryUse]:
    for rule in lane.rules:
        if rule.online and rule.valid and rule.destination is not None:
            place = lane.lane.meta.place("spec", "ingressRules", rule.index)
            yield EntryUse(
                lane,
                rule.destination,
                place.at("route", "destination"),
                f"entry rule {rule.name or rule.index} of lane {lane.name}",
                rule.hosts,
                place.at("hosts"),
            )


def _weight(group: Group, lane: GroupLane) -> Iterator[EntryUse]:
    weight = lane.weight
    if weight is not None and weight.destination is not None:
        hosts = group.group.weighted.hosts if group.group.weighted else ()
        routing = group.group.meta.place("spec", "ingress", "ingressRouting")
        yield EntryUse(
            lane,
            weight.destination,
            lane.lane.meta.place("spec", "ingressWeight", "destination"),
            f"the weight of lane {lane.name}",
            hosts,
            routing.at("weightedRoutingRule", "hosts"),
        )
