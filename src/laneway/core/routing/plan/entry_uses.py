"""Where a group's lanes say that requests enter: rules that are on, or weights, by its strategy.

Comes in: a Group. Goes out: each entry destination with its place and its name in words. What the
group's strategy does not use is not among them.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Group, GroupLane
from laneway.core.resources.lanes.swim_lanes import EntryDestination, WeightedEntry
from laneway.core.resources.yaml.placed import Places
from laneway.core.routing.plan.entry_hosts import entry_hosts
from laneway.core.routing.plan.rule_names import entry_rule_name


class EntryUse(Struct, frozen=True):
    """One destination of a lane's entry. `said` names its rule or weight.

    `hosts` are its valid hosts, each with the place at which it is written; `*` where none is.
    """

    lane: GroupLane
    destination: EntryDestination
    place: Place
    said: str
    hosts: tuple[tuple[Place, str], ...]


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
                entry_rule_name(lane.name, rule),
                _hosts(place.at("hosts"), rule.hosts),
            )


def _weight(group: Group, lane: GroupLane) -> Iterator[EntryUse]:
    weight = lane.weight
    if weight is not None and weight.destination is not None:
        asked = group.group.weighted or WeightedEntry()
        routing = group.group.meta.place("spec", "ingress", "ingressRouting")
        hosts_place = routing.at("weightedRoutingRule", "hosts")
        yield EntryUse(
            lane,
            weight.destination,
            lane.lane.meta.place("spec", "ingressWeight", "destination"),
            f"the weight of lane {lane.name}",
            _hosts(hosts_place, asked.hosts, asked.host_places),
        )


def _hosts(
    place: Place, hosts: tuple[str, ...], places: Places = ()
) -> tuple[tuple[Place, str], ...]:
    return tuple((place.at(index), host) for index, host in entry_hosts(hosts, places))
