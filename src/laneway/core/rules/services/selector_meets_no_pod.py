"""LW1608: a service in a lane group whose selector no pod carries.

It speaks only where the pods of the namespace are known: another folder may hold those of this one.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import SELECTOR_MEETS_NO_POD
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.nearly_selected import nearly_selected
from laneway.core.rules.questions.words import labels_text, short_host

_SEEK = (
    "Compare spec.selector with the labels in the pod templates (kubectl get pods --show-labels), "
    "or add the workload to the input."
)


def check(mesh: Mesh, _plan: RoutePlan) -> Iterator[Finding]:
    """Find selectors that nobody wears, with the label that was meant."""
    for host in mesh.owner_of:
        found = mesh.services[host]
        if found.deserted and found.ports:
            service = found.service
            words = {
                "service": short_host(host),
                "selector": labels_text(service.selector),
                "namespace": found.namespace,
                "fix": nearly_selected(mesh, found) or _SEEK,
            }
            place = service.meta.place("spec", "selector")
            yield finding(SELECTOR_MEETS_NO_POD, place, str(service.meta.ref), **words)


CHECK = Check(SELECTOR_MEETS_NO_POD, check)
