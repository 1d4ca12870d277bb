"""LW1408: two of the user's DestinationRules for one host that do not merge.

Istio compares exportTo as written: none and ["*"] mean the same and still do not merge.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import EXPORT_TO_MISMATCH
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.destination_rules import exports, rule_host
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.visibility import export_text
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find rules of one host and namespace with different exportTo."""
    first: dict[tuple[str, Host], DestinationRule] = {}
    for rule in mesh.destination_rules:
        if rule.workload_selector is not None:
            continue
        host = rule_host(rule)
        older = first.setdefault((rule.meta.namespace, host), rule)
        if exports(older) != exports(rule):
            words = {
                "second": rule.meta.ref,
                "first": older.meta.ref,
                "host": short_host(host),
                "forms": f"{export_text(rule)} and {export_text(older)}",
            }
            key = "host" if not exports(rule) else "exportTo"
            place = rule.meta.place("spec", key)
            yield finding(EXPORT_TO_MISMATCH, place, str(rule.meta.ref), **words)


CHECK = Check.of_mesh(EXPORT_TO_MISMATCH, check)
