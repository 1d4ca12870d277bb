"""LW1337: an entry rule for every request that does not come last, since its group is permissive.

A proxy tries what takes any request last. In a permissive group such a rule becomes routes by what
a request carries, none of which takes any, so it keeps its place by age. Of rules in one
VirtualService, LW1310 speaks.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.beside import OVERTAKING_RULE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.asked import asked_ports
from laneway.core.routing.plan.entries import asked_entries
from laneway.core.routing.plan.route_plan import Origin, RoutePlan, Rule
from laneway.core.routing.plan.survivors import takes_anything
from laneway.core.rules.check import Check
from laneway.core.rules.questions.authors import Authors
from laneway.core.rules.questions.parted import met, rules_at
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find such rules, each once, with those whose requests they take."""
    authors = Authors(mesh)
    found: dict[Origin, tuple[Rule, dict[str, None], dict[str, None]]] = {}
    for host, taker, rule in _overtaken(mesh, plan):
        _, hosts, rules = found.setdefault(taker.origin, (taker, {}, {}))
        hosts[host] = None
        rules[authors.say(rule)] = None
    for origin, (taker, hosts, rules) in found.items():
        words = {"taker": authors.say(taker), "rules": listing(rules), "hosts": listing(hosts)}
        yield finding(OVERTAKING_RULE, authors.place(taker), str(origin.ref), **words)


def _overtaken(mesh: Mesh, plan: RoutePlan) -> Iterator[tuple[str, Rule, Rule]]:
    """Yield hosts in lower case, the rule that takes requests there, and one they were for."""
    entries = asked_entries(mesh)
    any_request = {r.origin for entry in entries for r in entry.rules if takes_anything(r)}
    parted = (r.origin for entry in plan.entries for r in entry.rules if not takes_anything(r))
    split = any_request.intersection(parted)
    if not split:
        return
    asked, tried = rules_at(asked_ports(mesh)), met(mesh, plan.entries)
    for spot, rules in asked.items():
        places = {rule.origin: at for at, rule in reversed([*enumerate(tried.get(spot, ()))])}
        wanted = {rule.origin: rule for rule in reversed(rules)}
        order = list(dict.fromkeys(rule.origin for rule in rules))
        for at, origin in enumerate(order):
            for other in order[:at] if origin in split and origin in places else ():
                if places.get(other, -1) > places[origin]:
                    yield spot[2], wanted[origin], wanted[other]


CHECK = Check(OVERTAKING_RULE, check)
