"""LW1417: a lane service that is not exported to namespaces of pods, which may or may not call it.

https://istio.io/latest/docs/reference/config/annotations/#NetworkingExportTo
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import SERVICE_EXPORTED_NARROWLY
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.sidecars import hidden_services
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find them, where nothing says that any of these pods calls."""
    for group in mesh.groups:
        for hidden in hidden_services(mesh, group):
            meta = hidden.by.meta
            if meta.ref.kind == "Service" and not hidden.pods:
                spaces = sorted({pod.namespace for pod in hidden.others.values()})
                words = {"host": f"{meta.namespace}/{meta.name}", "spaces": listing(spaces, 3)}
                place = meta.place(*hidden.by.path)
                yield finding(SERVICE_EXPORTED_NARROWLY, place, str(meta.ref), **words)


CHECK = Check.of_mesh(SERVICE_EXPORTED_NARROWLY, check, of_calls=True)
