"""The hosts that lanes' entries are for, and those that no route can have.

Comes in: hosts as written in a lane's rule or in a group's weighted rule. Goes out: those that
Istio takes, and the others with their places. One host it refuses would take the whole
VirtualService away, so such a host is left out alone; nothing else stands in for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Group
from laneway.core.mesh.refused import host_flaw
from laneway.core.resources.meta import Ref
from laneway.core.resources.yaml.placed import Places, placed
from laneway.core.routing.plan.rule_names import entry_rule_name


class IllegalHost(Struct, frozen=True):
    """A host of an entry that Istio refuses; `said` names the rule it is written in."""

    host: str
    said: str
    subject: Ref
    place: Place


def entry_hosts(written: tuple[str, ...], places: Places = ()) -> tuple[tuple[int, str], ...]:
    """Return the hosts an entry is for, with their positions.

    >>> entry_hosts(()), entry_hosts(("a.test:80", "a.test")), entry_hosts(("a.test:80",))
    (((0, '*'),), ((1, 'a.test'),), ())
    """
    if not written:
        return ((0, "*"),)
    return tuple(one for one in placed(written, places) if not host_flaw(one[1]))


def illegal_hosts(group: Group) -> Iterator[IllegalHost]:
    """Yield the hosts that are left out, of all entries the group's strategy uses."""
    for said, subject, place, hosts, places in _written(group):
        for index, host in placed(hosts, places):
            if host_flaw(host):
                yield IllegalHost(host, said, subject, place.at(index))


def _written(group: Group) -> Iterator[tuple[str, Ref, Place, tuple[str, ...], Places]]:
    if group.group.strategy == "weighted":
        asked, meta = group.group.weighted, group.group.meta
        if asked is not None and asked.valid:
            path = ("spec", "ingress", "ingressRouting", "weightedRoutingRule", "hosts")
            said = f"the weighted rule of group {group.name}"
            yield said, meta.ref, meta.place(*path), asked.hosts, asked.host_places
        return
    for lane in group.lanes:
        for rule in lane.rules:
            if rule.online and rule.valid:
                meta = lane.lane.meta
                said = entry_rule_name(lane.name, rule)
                place = meta.place("spec", "ingressRules", rule.index, "hosts")
                yield said, meta.ref, place, rule.hosts, ()
