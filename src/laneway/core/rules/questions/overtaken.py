"""Rules of lanes that stand behind one which, as it is written, takes any request.

Comes in: a Mesh and its RoutePlan. Goes out: each such rule with those it comes before. A proxy
tries what takes any request last. In a permissive group such a rule becomes routes by what a
request carries, none of which takes any, so it keeps its place by age.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.asked import asked_ports
from laneway.core.routing.plan.entries import asked_entries
from laneway.core.routing.plan.route_plan import RoutePlan, Rule
from laneway.core.routing.plan.survivors import takes_anything
from laneway.core.rules.questions.parted import met, rules_at


class Overtaken(Struct, frozen=True):
    """A host in lower case, the rule that takes requests there, and the one they were for."""

    host: str
    taker: Rule
    rule: Rule


def overtaken(mesh: Mesh, plan: RoutePlan) -> Iterator[Overtaken]:
    """Yield the rules of lanes that a proxy tries after one that they were to come before."""
    entries = asked_entries(mesh)
    any_request = {r.origin for entry in entries for r in entry.rules if takes_anything(r)}
    held = (r.origin for entry in plan.entries for r in entry.rules if not takes_anything(r))
    split = any_request.intersection(held)
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
                    yield Overtaken(spot[2], wanted[origin], wanted[other])
