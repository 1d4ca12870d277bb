"""LW1433: a user's private DestinationRule that Istio merges into one for some callers alone.

https://github.com/istio/istio/blob/master/pilot/pkg/model/destination_rule.go
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.selecting import PRIVATE_RULE_SWALLOWED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.destination_rules import for_everybody, rule_host
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find rules that stand in no merged rule for everybody."""
    together: dict[tuple[str, Host], list[DestinationRule]] = {}
    for rule in mesh.destination_rules:
        together.setdefault((rule.meta.namespace, rule_host(rule)), []).append(rule)
    for (space, host), rules in together.items():
        narrow = next((one for one in rules if one.workload_selector is not None), None)
        wide = for_everybody(rules)
        for rule in rules if narrow is not None else ():
            if rule.workload_selector is None and rule not in wide:
                words = {
                    "user": rule.meta.ref,
                    "narrow": narrow.meta.ref if narrow is not None else "",
                    "host": short_host(host),
                    "space": space,
                }
                place = rule.meta.place("spec", "exportTo")
                yield finding(PRIVATE_RULE_SWALLOWED, place, str(rule.meta.ref), **words)


CHECK = Check.of_mesh(PRIVATE_RULE_SWALLOWED, check)
