"""Pods of lane groups that have no sidecar, by the reason why.

Comes in: a Mesh. Goes out: workloads of services of some group for which one reason holds. A pod
without a sidecar knows no route, so its calls leave every lane.
"""

from __future__ import annotations

from laneway.core.mesh.injection import Lack, lack_of_sidecar
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.questions.members import pods_of


def lacking(mesh: Mesh, reason: Lack) -> list[Workload]:
    """Return the pods in lane groups that have no sidecar for this reason, each once."""
    pods: dict[int, Workload] = {}
    for group in mesh.groups:
        pods.update(pods_of(mesh, group))
    return [pod for pod in pods.values() if lack_of_sidecar(mesh, pod) == reason]
