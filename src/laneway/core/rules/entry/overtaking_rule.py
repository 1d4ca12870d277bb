"""LW1337: an entry rule for every request that does not come last, since its group is permissive.

Of rules in one VirtualService, LW1310 speaks.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.beside import OVERTAKING_RULE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import Origin, RoutePlan, Rule
from laneway.core.rules.check import Check
from laneway.core.rules.questions.authors import Authors
from laneway.core.rules.questions.overtaken import overtaken
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find such rules, each once, with those whose requests they take."""
    authors = Authors(mesh)
    found: dict[Origin, tuple[Rule, dict[str, None], dict[str, None]]] = {}
    for one in overtaken(mesh, plan):
        _, hosts, rules = found.setdefault(one.taker.origin, (one.taker, {}, {}))
        hosts[one.host] = None
        rules[authors.say(one.rule)] = None
    for origin, (taker, hosts, rules) in found.items():
        words = {"taker": authors.say(taker), "rules": listing(rules), "hosts": listing(hosts)}
        yield finding(OVERTAKING_RULE, authors.place(taker), str(origin.ref), **words)


CHECK = Check(OVERTAKING_RULE, check)
