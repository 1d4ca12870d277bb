"""LW1505: lane pods that ask to get no sidecar."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import POD_OPTS_OUT
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place
from laneway.core.mesh.injection import INJECT
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name, pod_place
from laneway.core.rules.questions.sidecarless import lacking


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find pods whose label or annotation says no."""
    for pod in lacking(mesh, "pod opts out"):
        words = {"workload": pod_name(pod), "mark": f"the {_kind(pod)} {INJECT}: false"}
        yield finding(POD_OPTS_OUT, _place(pod), str(pod.meta.ref), **words)


def _kind(pod: Workload) -> str:
    return "label" if INJECT in pod.labels else "annotation"


def _place(pod: Workload) -> Place:
    return pod_place(pod, f"{_kind(pod)}s", INJECT)


CHECK = Check.of_mesh(POD_OPTS_OUT, check, of_calls=True)
