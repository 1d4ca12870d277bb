"""The entry: which requests at a gateway come into which lane.

One Entry per gateway and host, because the hosts of a VirtualService speak for all its routes.
Rules of wider hosts are repeated, in age order, in every narrower host's entry: a proxy takes the
most specific host first and looks at no other. A request no rule matches gets a 404.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import GatewayName, Host, LaneName, resolve_host
from laneway.core.resources.lanes.swim_lanes import EntryDestination
from laneway.core.resources.matching import Match
from laneway.core.routing.plan.admitted import ANYWHERE, entry_namespace
from laneway.core.routing.plan.entry_cookies import Led, WayIn, by_cookie, each_once
from laneway.core.routing.plan.entry_hosts import entry_hosts
from laneway.core.routing.plan.route_plan import (
    Destination,
    Entry,
    Forward,
    HeaderEdits,
    Origin,
    Rule,
    Share,
)
from laneway.core.routing.plan.stamps import stamps

LANE_HEADER = "x-asm-prefer-tag"
LANE_HEADER_ANNOTATION = "laneway.dev/lane-header"
"""An annotation on a group that names another header in which clients ask for a lane."""

UNKNOWN_PORT = 80
"""The port written for a service that is not in the input; it is the gateway's guess as well."""

PORT_NOT_CHOSEN = "port-not-chosen"
"""A subset nobody declares, for an entry service of several ports of which the rule names none."""


class Admission(Struct, frozen=True):
    """One rule of a group and the hosts it speaks for; none where no host of it is valid."""

    group: str
    hosts: tuple[str, ...]
    rule: Rule


def plan_entries(mesh: Mesh) -> tuple[Entry, ...]:
    """Return the entries of all groups that are not held, per gateway and host."""
    return tuple(
        replace(entry, namespace=entry_namespace(mesh, entry.gateway, entry.host))
        for entry in _entries(mesh, admissions)
    )


def asked_entries(mesh: Mesh) -> tuple[Entry, ...]:
    """Return the entries as lanes ask for them, before any lane is written into requests.

    They ask for their hosts wherever a gateway serves them, whoever may bind there.
    """
    return _entries(mesh, _asked)


def _entries(mesh: Mesh, admit: Callable[[Mesh, Group], Iterator[Admission]]) -> tuple[Entry, ...]:
    by_gateway: dict[GatewayName, list[Admission]] = {}
    for group in mesh.groups:
        if group.gateway is not None and not group.held:
            by_gateway.setdefault(group.gateway, []).extend(admit(mesh, group))
    return tuple(
        entry
        for gateway in sorted(by_gateway)
        for entry in _of_gateway(gateway, by_gateway[gateway])
    )


def _of_gateway(gateway: GatewayName, admitted: Sequence[Admission]) -> Iterator[Entry]:
    for host in sorted({host for one in admitted for host in one.hosts}):
        # spellings that differ in case alone are one host to a gateway, in whatever order of age
        domain = host.lower()
        here = [one for one in admitted if any(covers(wide.lower(), domain) for wide in one.hosts)]
        groups = tuple(dict.fromkeys(one.group for one in here))
        rules = (*each_once(one.rule for one in here),)
        yield Entry(gateway, host, rules, groups, ANYWHERE)


def admissions(mesh: Mesh, group: Group) -> Iterator[Admission]:
    """Yield the rules of a group: those of browsers, then all others in age order."""
    for hosts, rule in by_cookie(group, _ways(mesh, group)):
        for stamped in _stamped(group, rule):
            yield _admission(group, hosts, stamped)
    for one in _asked(mesh, group):
        for stamped in _stamped(group, one.rule):
            yield replace(one, rule=stamped)


def _asked(mesh: Mesh, group: Group) -> Iterator[Admission]:
    """Yield what lanes ask for, by the group's strategy."""
    is_weighted = group.group.strategy == "weighted"
    for hosts, rule in _weighted(mesh, group) if is_weighted else _ruled(mesh, group):
        yield _admission(group, hosts, rule)


def _admission(group: Group, hosts: tuple[str, ...], rule: Rule) -> Admission:
    return Admission(group.name, tuple(host for _, host in entry_hosts(hosts)), rule)


def _ways(mesh: Mesh, group: Group) -> Iterator[WayIn]:
    """Yield every way into one lane; of weighted lanes also into those that have none yet."""
    if group.group.strategy != "weighted":
        for hosts, rule in _ruled(mesh, group):
            if isinstance(rule.action, Forward):
                yield WayIn(rule.name, hosts, rule.matches, rule.action.shares[0], rule.origin)
        return
    for hosts, rule in _weighted(mesh, group):
        for lane in group.lanes:
            if lane.weight is not None and lane.weight.destination is not None:
                share = entry_share(mesh, group, lane, 100, lane.weight.destination)
                name = f"swimelane-ingress-route-{group.name}-{lane.name}"
                origin = Origin(lane.lane.meta.ref, ("spec", "ingressWeight"))
                yield WayIn(name, hosts, rule.matches, share, origin)


Planned = Iterator[Led]


def _ruled(mesh: Mesh, group: Group) -> Planned:
    number = 0
    for lane in group.lanes:
        for rule in lane.rules:
            # rules that are off count too: switching one leaves the names of the others alone
            number += 1
            if not rule.online or not rule.valid or rule.destination is None:
                continue
            yield (
                rule.hosts,
                Rule(
                    f"swimelane-ingress-route-{group.name}-{lane.name}-rule{number}",
                    () if rule.match == Match() else (rule.match,),
                    Forward((entry_share(mesh, group, lane, 100, rule.destination),)),
                    Origin(lane.lane.meta.ref, ("spec", "ingressRules", rule.index)),
                    lane=lane.name,
                    by="entry",
                ),
            )


def _weighted(mesh: Mesh, group: Group) -> Planned:
    shares = tuple(weighted_shares(mesh, group))
    asked = group.group.weighted
    if not shares or (asked is not None and not asked.valid):
        return
    matches = asked.matches if asked else ()
    if any(match == Match() for match in matches):
        matches = ()  # one of the alternatives takes any request
    name = f"swimelane-ingress-route-{group.name}-weighted"
    origin = Origin(group.group.meta.ref, ("spec", "ingress", "ingressRouting"))
    yield asked.hosts if asked else (), Rule(name, matches, Forward(shares), origin, by="entry")


def weighted_shares(mesh: Mesh, group: Group) -> Iterator[Share]:
    """Yield the share of each lane that has one; a lane of weight 0 has none."""
    for lane in group.lanes:
        weight = lane.weight
        # Istio refuses a route whose only destination has weight 0
        if weight is None or weight.weight <= 0 or weight.destination is None:
            continue
        yield entry_share(mesh, group, lane, weight.weight, weight.destination)


def _stamped(group: Group, rule: Rule) -> Iterator[Rule]:
    """Yield an entry rule once for each way a lane is written; each share writes its own lane.

    Strict lanes are written nowhere: what a client asked with is only settled.
    """
    if group.propagation is None or not isinstance(rule.action, Forward):
        settled = _settle(rule.matches, lane_header(group))
        yield replace(rule, headers=replace(rule.headers, request=settled))
        return
    for stamp in stamps(group.propagation):
        shares = tuple(
            replace(share, headers=stamp.edits(LaneName(share.lane)))
            for share in rule.action.shares
        )
        matches = tuple(stamp.onto(match) for match in rule.matches or (Match(),))
        if matches == (Match(),):
            matches = ()
        name = f"{rule.name}{stamp.suffix}"
        yield replace(rule, name=name, matches=matches, action=Forward(shares))


def entry_share(
    mesh: Mesh, group: Group, lane: GroupLane, weight: int, written: EntryDestination
) -> Share:
    """Return a lane's share: to the lane that answers for it at the entry service.

    What cannot be resolved stays a destination that does not exist: its share alone gets a 503,
    and none of its requests moves on to another lane's rule.
    """
    host = entry_host(mesh, written.host)
    answering = group.resolve(lane.name, host)
    service = mesh.services.get(host)
    if written.port is not None:
        destination = Destination(host, written.port, answering)
    elif service is None or not service.ports:
        destination = Destination(host, UNKNOWN_PORT, answering)
    else:
        known = len(service.ports) == 1
        subset = answering if known else PORT_NOT_CHOSEN
        destination = Destination(host, service.ports[0].number, subset)
    implied = written.port is None and destination.subset == answering
    return Share(weight, destination, lane=lane.name, implied_port=implied)


def entry_host(mesh: Mesh, host: str) -> Host:
    """Make an entry service's host absolute.

    Lanes are cluster-scoped, so a short name has no namespace of its own: it is taken where
    exactly one known service has it, else in `default`.
    """
    if "." in host:
        parts = host.split(".")
        absolute = host if len(parts) != 2 else f"{host}.svc.cluster.local"
        return Host(absolute)
    named = [known.host for known in mesh.services.values() if known.name == host]
    return named[0] if len(named) == 1 else resolve_host(host, "default")


def lane_header(group: Group) -> str:
    """Return the header in which clients ask for a lane of this group, in lower case."""
    return group.group.meta.annotations.get(LANE_HEADER_ANNOTATION, LANE_HEADER).lower()


def _settle(matches: tuple[Match, ...], header: str) -> HeaderEdits:
    """Set the lane header to the value a rule matched, so that a doubled one cannot travel on.

    Envoy matches each line of a repeated header by itself: a client that sends two would carry
    both into the lane. No other header is touched. A percent sign begins a variable in a value that
    is set, so it is doubled.
    """
    asked = matches[0].headers if len(matches) == 1 else ()
    for name, condition in asked:
        if name == header and condition.kind == "exact":
            return HeaderEdits(set=((header, condition.value.replace("%", "%%")),))
    return HeaderEdits()
