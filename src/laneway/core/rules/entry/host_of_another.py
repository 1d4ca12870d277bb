"""LW1330: a host at which lanes' rules are not met, since somebody else has it there."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.beside import HOST_OF_ANOTHER
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.authors import Authors
from laneway.core.rules.questions.parted import parted
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh, plan: RoutePlan) -> Iterator[Finding]:
    """Find hosts that proxies hold without the rules that lanes have for them."""
    authors = Authors(mesh)
    for one in parted(mesh, plan):
        taker = one.host.written[0]
        words = {
            "host": one.host.domain,
            "port": f"{one.port.port} of {', '.join(one.port.gateways)}",
            "rules": listing(dict.fromkeys(authors.say(rule) for rule in one.missed)),
            "taker": authors.say(taker),
        }
        subject = str((taker.via or taker.origin).ref)
        yield finding(HOST_OF_ANOTHER, authors.place(taker), subject, **words)


CHECK = Check(HOST_OF_ANOTHER, check)
