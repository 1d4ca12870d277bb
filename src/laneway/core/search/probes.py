"""Requests that put every promise at the gateways to the test.

Comes in: the mesh and its plan. Goes out: for each rule at each gateway port and host the smallest
request that this rule decides, and beside it requests that miss the rule by one condition; each
with what the walk says of it, which is the promise. A rule that no client's request can meet, that
others take every request from, or whose host no gateway serves, is named instead. Nothing is sent
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.routing.ask.reach import lanes_of_rule
from laneway.core.routing.ask.request import Request, unmet
from laneway.core.routing.ask.walk import Decision, enter, find_host
from laneway.core.routing.plan.route_plan import Entry, GatewayPort, RoutePlan, Rule, VirtualHost
from laneway.core.search.conditions import Conditions, as_filtered, conditions_of, within
from laneway.core.search.sendable import UNCHANGED, is_sendable
from laneway.core.search.smallest import Premises, Search, SizedRequest
from laneway.core.search.tags import sent, tag_values
from laneway.core.search.values import HOSTS, UndecidedError, Universe, Values
from laneway.core.search.ways import RuleMatch, ways_of

STRANGER = "nosuch"
"""A header's value, and a path, that no rule is likely to ask for."""

_HOSTS = Universe(HOSTS.written, ("localhost", "laneway.test"))

Purpose = Literal["rule", "no header", "unknown value", "other path", "asked"]
"""Why a request is sent: to meet a rule, to miss one by one condition, or because a user asked."""


class Probe(Struct, frozen=True):
    """A request to a gateway port, and what it is promised there.

    `lanes` are those it speaks of: of a rule the lanes it leads into, of a request that misses a
    rule the lanes of that rule. `wanted` is the lane that a user says the request belongs to.
    """

    gateway: GatewayPort
    domain: str
    request: Request
    promise: Decision
    purpose: Purpose
    lanes: tuple[str, ...] = ()
    wanted: str = ""


class Unprobed(Struct, frozen=True):
    """A rule that no request was found for, and why.

    `taken` are the rules that decide what would meet it. Without any, no request could be made up;
    or, where `gateway` is None, no port of the rule's gateway serves its host.
    """

    gateway: GatewayPort | None
    domain: str
    rule: Rule
    lanes: tuple[str, ...] = ()
    taken: tuple[Rule, ...] = ()


class Probes(Struct, frozen=True):
    """All requests to send, in the order of ports, hosts and rules, and the rules without one.

    Requests that miss a rule follow those that meet one; of equal requests there is only one.
    """

    sent: tuple[Probe, ...]
    unprobed: tuple[Unprobed, ...]


def probes(mesh: Mesh, plan: RoutePlan) -> Probes:
    """Return what puts a plan to the test."""
    values = Values()
    found = [
        one
        for port in plan.gateway_ports
        for host in port.virtual_hosts
        for one in _Asking.at(mesh, plan, port, host, values).probes()
    ]
    met = [one for one in found if isinstance(one, Probe)]
    missing = [miss for probe in met for miss in _misses(mesh, plan, probe)]
    unprobed = [one for one in found if isinstance(one, Unprobed)]
    unserved = [one for entry in plan.entries for one in _unserved(mesh, plan, entry)]
    redirected = _redirected(mesh, plan)
    return Probes(_merged([*met, *missing]), (*unprobed, *redirected, *unserved))


def asked(mesh: Mesh, plan: RoutePlan, port: GatewayPort, request: Request, wanted: str) -> Probe:
    """Return the probe that a user's own request is; `wanted` may be empty."""
    promise = enter(mesh, plan, request, port)
    host = find_host(port.virtual_hosts, request.host)
    lanes = lanes_of_rule(mesh, promise.rule) if promise.rule else ()
    return Probe(port, host.domain if host else "", request, promise, "asked", lanes, wanted)


def request_for(
    mesh: Mesh, plan: RoutePlan, port: GatewayPort, host: VirtualHost, rule: Rule
) -> Request | None:
    """Return the smallest request that a rule of a gateway decides, None if there is none."""
    return _Asking.at(mesh, plan, port, host, Values()).request_for(rule)


class _Asking(Struct, frozen=True):
    """Finds requests for the rules of one host at a gateway's port."""

    mesh: Mesh
    plan: RoutePlan
    port: GatewayPort
    host: VirtualHost
    search: Search

    @classmethod
    def at(
        cls, mesh: Mesh, plan: RoutePlan, port: GatewayPort, host: VirtualHost, values: Values
    ) -> _Asking:
        """Return what asks for requests to a host that come to no narrower one."""
        domain = host.domain.lower()
        others = (one.domain.lower() for one in port.virtual_hosts if one is not host)
        given = within(domain, (one for one in others if covers(domain, one)))
        tags = tag_values(port.tagging, domain)
        given |= UNCHANGED | as_filtered(mesh)
        ground = Premises(_HOSTS, given, frozenset(tags), tags)
        return cls(mesh, plan, port, host, Search(values, ground))

    def probes(self) -> Iterator[Probe | Unprobed]:
        """Yield for each rule a request that it decides, or that there is none."""
        ways = ways_of(self.host.rules)
        for rule in self.host.rules:
            found = self._deciding(rule, ways)
            lanes = lanes_of_rule(self.mesh, rule)
            promise = enter(self.mesh, self.plan, found, self.port) if found else None
            if found is not None and promise is not None and promise.rule == rule:
                yield Probe(self.port, self.host.domain, found, promise, "rule", lanes)
            else:
                yield Unprobed(self.port, self.host.domain, rule, lanes, self._takers(rule))

    def request_for(self, rule: Rule) -> Request | None:
        """Return a request that a rule decides, None if there is none."""
        found = self._deciding(rule, ways_of(self.host.rules))
        if found is None or enter(self.mesh, self.plan, found, self.port).rule != rule:
            return None
        return found

    def _deciding(self, rule: Rule, ways: Sequence[RuleMatch]) -> Request | None:
        """Return the smallest request that meets a rule and none before it."""
        before = [way.when for way in ways]
        places = [place for place, way in enumerate(ways) if way.rule == rule]
        return self._smallest((ways[place].when, before[:place]) for place in places)

    def _takers(self, rule: Rule) -> tuple[Rule, ...]:
        """Return the rules that decide what would meet a rule."""
        found: list[Rule] = []
        for match in rule.matches or (Match(),):
            request = self._smallest([(conditions_of(match), [])])
            taker = enter(self.mesh, self.plan, request, self.port).rule if request else None
            if taker is not None and taker not in found:
                found.append(taker)
        return tuple(found)

    def _smallest(self, asked: Iterable[tuple[Conditions, Sequence[Conditions]]]) -> Request | None:
        """Return the smallest request a client can send that meets some conditions and no others.

        What cannot be reasoned about has none.
        """
        found: list[SizedRequest] = []
        for wanted, avoided in asked:
            try:
                one = self.search.smallest(wanted, avoided)
            except UndecidedError:
                continue
            found += [one] if one is not None else []
        for one in sorted(found, key=lambda each: each.cost):
            request = sent(one.request, self.port.tagging)
            if request is not None and is_sendable(request):
                return request
        return None


def _misses(mesh: Mesh, plan: RoutePlan, probe: Probe) -> Iterator[Probe]:
    """Yield requests that miss a rule by its headers, by a header's value, or by its path."""
    matches = probe.promise.rule.matches if probe.promise.rule else ()
    for purpose, request in _spoiled(probe.request, matches):
        promise = enter(mesh, plan, request, probe.gateway)
        if promise.rule != probe.promise.rule:
            yield replace(probe, request=request, promise=promise, purpose=purpose)


def _spoiled(request: Request, matches: Sequence[Match]) -> Iterator[tuple[Purpose, Request]]:
    match = next((match for match in matches if unmet(match, request) is None), Match())
    names = {name for name, _ in match.headers}
    if names:
        others = tuple(pair for pair in request.headers if pair[0] not in names)
        strange = tuple((name, STRANGER) for name, _ in match.headers)
        yield "no header", replace(request, headers=others)
        yield "unknown value", replace(request, headers=others + strange)
    if match.uri is not None and not _is_anything(match.uri):
        yield "other path", replace(request, path=f"/{STRANGER}")


def _is_anything(uri: StringMatch) -> bool:
    return uri.kind == "present" or (uri.kind, uri.value) in {("prefix", "/"), ("regex", ".*")}


def _merged(found: Sequence[Probe]) -> tuple[Probe, ...]:
    """Return each request once, the first of its kind, with the lanes of all that send it."""
    kept: dict[tuple[object, ...], Probe] = {}
    for probe in found:
        key = (probe.gateway.selector, probe.gateway.port, probe.request)
        first = kept.setdefault(key, probe)
        if first.purpose != "rule":
            lanes = tuple(dict.fromkeys(first.lanes + probe.lanes))
            kept[key] = replace(first, lanes=lanes)
    return tuple(kept.values())


def _redirected(mesh: Mesh, plan: RoutePlan) -> Iterator[Unprobed]:
    """Yield the rules into lanes that no request comes to, since all are sent to https before."""
    for port in plan.gateway_ports:
        for host in port.virtual_hosts:
            for rule in host.behind:
                if lanes := lanes_of_rule(mesh, rule):
                    yield Unprobed(port, host.domain, rule, lanes, host.rules)


def _unserved(mesh: Mesh, plan: RoutePlan, entry: Entry) -> Iterator[Unprobed]:
    """Yield the rules of an entry that stand at no port of its gateway: none serves their host."""
    ports = [port for port in plan.gateway_ports if entry.gateway in port.gateways]
    hosts = [host for port in ports for host in port.virtual_hosts]
    standing = {(rule.name, rule.origin) for host in hosts for rule in host.written}
    for rule in entry.rules:
        if (rule.name, rule.origin) not in standing:
            yield Unprobed(None, entry.host, rule, lanes_of_rule(mesh, rule))
