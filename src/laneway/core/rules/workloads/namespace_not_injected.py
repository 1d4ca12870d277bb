"""LW1504: lane pods in a namespace that does not ask for sidecars."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import NAMESPACE_NOT_INJECTED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.sidecarless import lacking
from laneway.core.rules.questions.words import listing


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find such namespaces, each once with its pods."""
    by_namespace: dict[str, list[Workload]] = {}
    for pod in lacking(mesh, "namespace does not ask"):
        by_namespace.setdefault(pod.namespace, []).append(pod)
    for name, pods in by_namespace.items():
        meta = mesh.namespaces[name].meta
        words = {"namespace": name, "workloads": listing(pod_name(pod) for pod in pods)}
        place = meta.place("metadata", "labels" if meta.labels else "name")
        yield finding(NAMESPACE_NOT_INJECTED, place, str(meta.ref), **words)


CHECK = Check.of_mesh(NAMESPACE_NOT_INJECTED, check, of_calls=True)
