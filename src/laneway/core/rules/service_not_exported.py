"""LW1415: a lane service whose exportTo hides it from pods that are taken to call it.

https://istio.io/latest/docs/reference/config/annotations/#NetworkingExportTo
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import SERVICE_NOT_EXPORTED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.visibility import EXPORT_TO, exports_of
from laneway.core.routing.plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.sidecars import hidden_services
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh, _plan: RoutePlan) -> Iterator[Finding]:
    """Find them, each with the callers that do not see it."""
    for group in mesh.groups:
        for hidden in hidden_services(mesh, group):
            meta = hidden.by.meta
            if meta.ref.kind == "Service" and hidden.pods:
                first = next(iter(hidden.hosts))
                pods = list(hidden.pods.values())
                spaces = exports_of(mesh.services[first].service)
                words = {
                    "host": short_host(first),
                    "spaces": f"{listing(spaces)} only" if spaces else "nobody",
                    "callers": listing([pod_name(pod) for pod in pods], limit=2),
                    "missing": listing(dict.fromkeys(pod.namespace for pod in pods)),
                    "annotation": EXPORT_TO,
                }
                place = meta.place(*hidden.by.path)
                yield finding(SERVICE_NOT_EXPORTED, place, str(meta.ref), **words)


CHECK = Check(SERVICE_NOT_EXPORTED, check)
