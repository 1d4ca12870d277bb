"""Every request at a gateway, held against what the entry rules of lanes promise.

Comes in: the routes that are judged. Goes out: what breaks a promise, what could not be decided,
and what leads to lane services without putting requests into a lane. A request is of the lane whose
rule admits it; one that no rule admits is of the lane a user's route sends it to. Where a user's
host is narrower than all hosts of the lanes, no rule of theirs is asked, as a proxy asks none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.membership import lane_of_subset, owner
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.propagation import BAGGAGE
from laneway.core.proof.callers import scope_at
from laneway.core.proof.carrying import arrivals, carries, misled, stamped_lane
from laneway.core.proof.copies import copies_of
from laneway.core.proof.landing import Landings
from laneway.core.proof.promises import Askers, Promise, want
from laneway.core.proof.scene import Break, Suspect, Unknown, breaks, unread_edits
from laneway.core.proof.verdict import Spot, Want
from laneway.core.routing.ask.redirects import groups_led_to
from laneway.core.routing.ask.request import Request, sent_on
from laneway.core.routing.plan.asked import asked_ports
from laneway.core.routing.plan.route_plan import (
    Forward,
    GatewayPort,
    Refuse,
    RoutePlan,
    Rule,
    Share,
    is_to_https,
)
from laneway.core.search.conditions import HEADER, Conditions, as_filtered, asks_for_host, within
from laneway.core.search.smallest import Premises, Search, SizedRequest
from laneway.core.search.tags import sent, tag_values
from laneway.core.search.values import HOSTS, HOSTS_AND_PORTS, Universe, Values

Domains = Mapping[str, Sequence[Rule]]
"""The rules of each domain of a gateway's port."""


class Filtered(Struct, frozen=True):
    """What the lane filter of a gateway leaves: headers of one line, and how they look."""

    single: frozenset[str]
    given: Conditions


class Area(Struct, frozen=True):
    """Requests for some hosts: the rules they meet and the rules by which lanes admit them."""

    host: str
    outside: tuple[str, ...]
    rules: Sequence[Rule]
    admitting: Sequence[Rule] = ()

    def ground(self, filtered: Filtered, tags: Mapping[str, Universe]) -> Premises:
        """Return what holds for all these requests; ports only matter where a rule sees them."""
        ports = any(
            asks_for_host(match)
            for rule in (*self.rules, *self.admitting)
            for match in rule.matches
        )
        given = within(self.host, self.outside, ports=ports) | filtered.given
        hosts = HOSTS_AND_PORTS if ports else HOSTS
        return Premises(hosts, given, filtered.single.union(tags), tags)


class AtEntry(Struct, frozen=True):
    """Judges the requests at gateways."""

    mesh: Mesh
    plan: RoutePlan
    values: Values
    landings: Landings

    def breaks(self) -> Iterator[tuple[Spot, Break | Unknown]]:
        """Yield what is broken, unknown, or governed by no lane."""
        askers = Askers.of(self.mesh)
        single = frozenset([HEADER + BAGGAGE] if self.mesh.traveling_by("baggage") else [])
        filtered = Filtered(single, as_filtered(self.mesh))
        for port, admitting in self._ports():
            spot = Spot(Host(""), port.port, gateway=port)
            judge = _EntryJudge(self.mesh, self.landings, spot)
            routed = {host.domain.lower(): host.rules for host in port.virtual_hosts}
            for host in port.virtual_hosts:
                if host.redirects and groups_led_to(self.mesh, host.behind):
                    yield spot, _sent_to_https(spot, host.domain, host.rules[0])
            for area in areas(routed, admitting):
                if area.admitting and any(map(is_to_https, area.rules)):
                    yield spot, _sent_to_https(spot, area.host, area.rules[0])
                    continue
                tags = tag_values(port.tagging, area.host)
                search = Search(self.values, area.ground(filtered, tags))
                promises = [askers.promise(rule) for rule in area.admitting]
                for found in breaks(search, promises, area.rules, judge.suspects):
                    yield spot, _as_sent(found, port)

    def _ports(self) -> Iterator[tuple[GatewayPort, Domains]]:
        """Yield each port with the rules by which lanes admit requests there."""
        asked = {(port.selector, port.port): port for port in asked_ports(self.mesh)}
        for port in self.plan.gateway_ports:
            lanes = asked.pop((port.selector, port.port), None)
            yield port, _domains(lanes)
        for lanes in asked.values():
            yield replace(lanes, virtual_hosts=()), _domains(lanes)


def _sent_to_https(spot: Spot, host: str, redirect: Rule) -> Unknown:
    """Return the doubt about requests that come back by TLS, if their client follows."""
    what = f"port {spot.port} answers 301 to https to every request for host {host}"
    why = f"{what}, and what becomes of it behind TLS is not looked at"
    return Unknown(why, redirect, ("delivered",))


def _as_sent(found: Break | Unknown, port: GatewayPort) -> Break | Unknown:
    """Return a break with the request that a client sends, where the gateway writes tags."""
    if not port.tagging or isinstance(found, Unknown):
        return found
    request = sent(found.found.request, port.tagging)
    if request is None:
        headers = ", ".join(dict.fromkeys(rule.header for rule in port.tagging))
        return Unknown(f"which {headers} hashes to the tags it takes is not worked out", found.near)
    lines, path, length = found.found.cost
    return replace(
        found, found=SizedRequest(request, (max(lines, len(request.headers)), path, length))
    )


def _domains(port: GatewayPort | None) -> Domains:
    hosts = port.virtual_hosts if port else ()
    return {host.domain.lower(): host.written for host in hosts if host.written}


def areas(routed: Domains, admitting: Domains) -> Iterator[Area]:
    """Yield all hosts a client may ask for, so that in each area one list of rules decides."""
    for host, rules in routed.items():
        nearer = _narrower(host, routed)
        lanes = [one for one in admitting if covers(host, one)]
        for one in lanes:
            outside = {*nearer, *_narrower(one, admitting)}
            yield Area(one, tuple(sorted(outside)), rules, admitting[one])
        # beside what lanes ask for there is the rest of the host, which no lane admits
        if host not in lanes:
            yield Area(host, tuple(sorted({*nearer, *lanes})), rules)
    for one, asked in admitting.items():
        related = [host for host in routed if covers(host, one) or covers(one, host)]
        if not any(covers(host, one) for host in routed):
            outside = {*related, *_narrower(one, admitting)}
            yield Area(one, tuple(sorted(outside)), (), asked)


def _narrower(host: str, hosts: Domains) -> list[str]:
    return [one for one in hosts if one != host and covers(host, one)]


class _EntryJudge(Struct, frozen=True):
    """Says what a rule at a gateway breaks for requests that a lane admits, or that none does."""

    mesh: Mesh
    landings: Landings
    spot: Spot

    def suspects(self, promise: Promise | None, rule: Rule | None) -> Iterator[Suspect]:
        if rule is None:
            if promise is not None:
                yield Suspect("delivered", "no route takes it, so it gets a 404")
        elif isinstance(rule.action, Forward):
            for share in rule.action.shares:
                yield from self._of_share(promise, rule, share)
        elif isinstance(rule.action, Refuse):
            wants = promise.wants if promise is not None else ()
            if any(map(self.landings.has_pods, wants)):
                yield Suspect("delivered", f"its route answers {rule.action.status} by itself")

    def _of_share(self, promise: Promise | None, rule: Rule, share: Share) -> Iterator[Suspect]:
        host = share.destination.host
        group = owner(self.mesh, host)
        asked = promise.wants if promise else ()
        # a service that no group routes has no lanes to leave, unless a lane asked for it
        if group is None and host not in {one.host for one in asked}:
            if promise is not None:
                why = f"requests that a lane admits leave the lanes for {host}"
                yield Suspect("apart", why)
            return
        wants = asked or (tuple(_sent(group, rule, share)) if group else ())
        if wants:
            yield from self._against(rule, share, wants)
        elif group is not None and (group.propagation or not share.destination.subset):
            # in a strict group a subset that is no lane's is a choice of whoever wrote it
            yield Suspect("apart", _ungoverned(group, host))

    def _against(self, rule: Rule, share: Share, wants: Sequence[Want]) -> Iterator[Suspect]:
        scope = scope_at(self.mesh, self.spot)
        landing = self.landings.at(share.destination, scope, wants[0].group)
        breach = self.landings.breach(landing, wants)
        if breach is not None:
            yield Suspect(*breach, tuple(wants))
            return
        kept = [one for one in wants if self.landings.breach(landing, [one]) is None]
        yield from self._unwritten(rule, share, kept)
        for copy in copies_of(self.mesh, rule, self.spot):
            to = self.landings.at(copy, scope, wants[0].group)
            leak = self.landings.leak(to, wants[0].group, kept)
            if leak:
                yield Suspect("isolated", f"a copy of it is mirrored: {leak}", tuple(kept))

    def _unwritten(self, rule: Rule, share: Share, kept: Sequence[Want]) -> Iterator[Suspect]:
        """Yield requests that might leave the gateway without the lane they go to written in."""
        group = self.mesh.group(kept[0].group)
        propagation = group.propagation if group else None
        if propagation is None:
            return
        unread = tuple(unread_edits(propagation, rule, share))
        if unread:
            yield from unread
            return
        lanes = tuple(dict.fromkeys(one.lane for one in kept))
        if not propagation.list_header and stamped_lane(propagation, rule, share) in lanes:
            return

        def is_unwritten(request: Request) -> bool:
            sent = sent_on(rule, share, request)
            return not any(carries(propagation, sent, lane) for lane in lanes)

        why = f"it goes to lane {' or '.join(lanes)} and does not carry exactly that lane behind"
        further = misled(propagation, rule, share, lanes)
        for arrival in (*arrivals(propagation, lanes), *further):
            yield Suspect("isolated", f"{why} the gateway", tuple(kept), arrival, is_unwritten)


def _sent(group: Group, rule: Rule, share: Share) -> Iterator[Want]:
    """Yield the lane a user's route sends requests into: the one it writes, or a subset's name."""
    to = share.destination
    if group.propagation is not None:
        lane = group.lane(stamped_lane(group.propagation, rule, share))
    else:
        lane = lane_of_subset(group, to.subset)
    if lane is not None and not group.held:
        yield want(group, lane.name, to.host)


def _ungoverned(group: Group, host: Host) -> str:
    if group.propagation is None:
        return f"it leads to {host} without a lane: any pod may answer"
    header = group.propagation.route_header
    return f"it leads to {host} and writes no lane, so whoever sends {header} chooses one"
