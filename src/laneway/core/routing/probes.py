"""Requests that put every promise at the gateways to the test.

Comes in: the mesh and its plan. Goes out: for each rule at each gateway port and host a request
that this rule decides, and beside it requests that miss the rule by one condition; each with what
the walk says of it, which is the promise. A rule that no request can be made up for, that others
take every request from, or whose host no gateway serves, is named instead. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.routing.made_up import STRANGER, excluded_headers, requests_for
from laneway.core.routing.plan import Entry, GatewayPort, RoutePlan, Rule
from laneway.core.routing.reach import lanes_of_rule
from laneway.core.routing.request import Request, unmet
from laneway.core.routing.walk import Decision, enter, find_host

MOST_EXCLUDED = 4
"""How many rules one request is to pass by, each by a header it excludes."""

Purpose = Literal["rule", "no header", "unknown value", "other path", "asked"]
"""Why a request is sent: to meet a rule, to miss one by one condition, or because a user asked."""


@dataclass(frozen=True, slots=True)
class Probe:
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


@dataclass(frozen=True, slots=True)
class Unprobed:
    """A rule that no request was found for, and why.

    `taken` are the rules that decide what would meet it. Without any, no request could be made up;
    or, where `gateway` is None, no port of the rule's gateway serves its host.
    """

    gateway: GatewayPort | None
    domain: str
    rule: Rule
    lanes: tuple[str, ...] = ()
    taken: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Probes:
    """All requests to send, in the order of ports, hosts and rules, and the rules without one.

    Requests that miss a rule follow those that meet one; of equal requests there is only one.
    """

    sent: tuple[Probe, ...]
    unprobed: tuple[Unprobed, ...]


def probes(mesh: Mesh, plan: RoutePlan) -> Probes:
    """Return what puts a plan to the test."""
    found = [
        _probe(mesh, plan, port, host.domain, rule)
        for port in plan.gateway_ports
        for host in port.virtual_hosts
        for rule in host.rules
    ]
    met = [one for one in found if isinstance(one, Probe)]
    missing = [miss for probe in met for miss in _misses(mesh, plan, probe)]
    unprobed = [one for one in found if isinstance(one, Unprobed)]
    unserved = [one for entry in plan.entries for one in _unserved(mesh, plan, entry)]
    return Probes(_merged([*met, *missing]), (*unprobed, *unserved))


def asked(mesh: Mesh, plan: RoutePlan, port: GatewayPort, request: Request, wanted: str) -> Probe:
    """Return the probe that a user's own request is; `wanted` may be empty."""
    promise = enter(mesh, plan, request, port)
    host = find_host(port.virtual_hosts, request.host)
    lanes = lanes_of_rule(mesh, promise.rule) if promise.rule else ()
    return Probe(port, host.domain if host else "", request, promise, "asked", lanes, wanted)


def _probe(
    mesh: Mesh, plan: RoutePlan, port: GatewayPort, domain: str, rule: Rule
) -> Probe | Unprobed:
    lanes = lanes_of_rule(mesh, rule)
    taken: list[Rule] = []
    for match in rule.matches or (Match(),):
        for request in requests_for(match, domain):
            for tried, promise in _attempts(mesh, plan, port, request):
                host = find_host(port.virtual_hosts, tried.host)
                if host is None or host.domain != domain:
                    continue
                if promise.rule == rule:
                    return Probe(port, domain, tried, promise, "rule", lanes)
                if promise.rule is not None and promise.rule not in taken:
                    taken.append(promise.rule)
    return Unprobed(port, domain, rule, lanes, tuple(taken))


def _attempts(
    mesh: Mesh, plan: RoutePlan, port: GatewayPort, request: Request
) -> Iterator[tuple[Request, Decision]]:
    """Yield a request with what decides it, then with a header that this rule excludes, and so on.

    Rules may differ by what they exclude alone; the ones behind get what those before leave over.
    """
    for _ in range(MOST_EXCLUDED):
        promise = enter(mesh, plan, request, port)
        yield request, promise
        excluded = _excluded(promise.rule, request)
        if excluded is None:
            return
        others = tuple(pair for pair in request.headers if pair[0] != excluded[0])
        request = replace(request, headers=(*others, excluded))


def _excluded(rule: Rule | None, request: Request) -> tuple[str, str] | None:
    """Return a header that a rule which takes a request excludes; None if it excludes none."""
    for match in rule.matches if rule else ():
        if unmet(match, request) is None:
            return next(excluded_headers(match), None)
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


def _unserved(mesh: Mesh, plan: RoutePlan, entry: Entry) -> Iterator[Unprobed]:
    """Yield the rules of an entry that stand at no port of its gateway: none serves their host."""
    ports = [port for port in plan.gateway_ports if entry.gateway in port.gateways]
    hosts = [host for port in ports for host in port.virtual_hosts]
    standing = {(rule.name, rule.origin) for host in hosts for rule in host.rules}
    for rule in entry.rules:
        if (rule.name, rule.origin) not in standing:
            yield Unprobed(None, entry.host, rule, lanes_of_rule(mesh, rule))
