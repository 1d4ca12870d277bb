"""LW1310: a rule all of whose requests are taken before.

Lanes' entry rules are judged among themselves, per gateway and host, and only if no host has
requests left for them; a user's VirtualService is judged within itself. Where the two meet at a
gateway, LW1319 speaks; of rules that are the same for several lanes, LW1226 does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laneway.core.findings.codes.entry import RULE_NEVER_REACHED
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.istio.networking import HttpRoute, VirtualService
from laneway.core.routing.plan.entry_cookies import BROWSER_MEANS
from laneway.core.routing.plan.route_plan import Origin, Refuse, RoutePlan, Rule
from laneway.core.rules.check import Check
from laneway.core.rules.questions.authors import Authors
from laneway.core.rules.questions.cover import Earlier
from laneway.core.rules.questions.equal_rules import alike_by_origin
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find rules that decide no request."""
    authors = Authors(mesh)
    alike = alike_by_origin(mesh)
    for rule, takers in _unreached_in_entries(plan):
        sets = {id(alike.get(one.origin)) for one in (rule, *takers)}
        if rule.origin in alike and len(sets) == 1:
            continue
        names = [authors.say(taker) for taker in takers]
        yield _found(authors.place(rule), rule, authors.say(rule), names)
    for service in mesh.virtual_services:
        rules = [_as_rule(service, route) for route in service.http]
        for rule, takers in _unreached(rules):
            names = [authors.say(taker) for taker in takers]
            place = service.meta.place(*rule.origin.path)
            yield _found(place, rule, authors.say(rule), names)


def _unreached_in_entries(plan: RoutePlan) -> Iterator[tuple[Rule, tuple[Rule, ...]]]:
    """Yield the rules that are reached in none of the entries they stand in.

    What browsers are led by takes nothing from others, and is of the same origin.
    """
    unreached: dict[Origin, tuple[Rule, tuple[Rule, ...]]] = {}
    reached: set[Origin] = set()
    for entry in plan.entries:
        rules = [rule for rule in entry.rules if rule.by not in BROWSER_MEANS]
        here = {rule.origin: (rule, takers) for rule, takers in _unreached(rules)}
        reached |= {rule.origin for rule in rules} - here.keys()
        for origin, found in here.items():
            unreached.setdefault(origin, found)
    yield from (found for origin, found in unreached.items() if origin not in reached)


def _unreached(rules: Sequence[Rule]) -> Iterator[tuple[Rule, tuple[Rule, ...]]]:
    """Yield rules with the earlier ones that take all their requests."""
    earlier = Earlier()
    for rule in rules:
        takers = earlier.takers(rule)
        if takers:
            yield rule, takers
        else:
            earlier.add(rule)


def _as_rule(service: VirtualService, route: HttpRoute) -> Rule:
    origin = Origin(service.meta.ref, ("spec", "http", route.index))
    return Rule(route.name, route.matches, Refuse(404), origin)


def _found(place: Place, rule: Rule, said: str, takers: list[str]) -> Finding:
    before = listing(dict.fromkeys(takers))
    subject = str(rule.origin.ref)
    return finding(RULE_NEVER_REACHED, place, subject, rule=said, before=before)


CHECK = Check(RULE_NEVER_REACHED, check)
