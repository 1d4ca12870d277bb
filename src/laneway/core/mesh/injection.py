"""Which pods have a sidecar, by Istio's rules of injection.

Comes in: a workload and what the input says of its namespace. Goes out: why it has no sidecar, or
nothing. What the input does not say is unknown and counts as injected: a folder of manifests
rarely holds its namespaces.
https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
"""

from __future__ import annotations

from typing import Literal

from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.kubernetes.workloads import Namespace, Workload

Lack = Literal["host network", "pod opts out", "namespace does not ask", "no proxy container"]

INJECT = "sidecar.istio.io/inject"
PROXY_CONTAINER = "istio-proxy"


def lack_of_sidecar(mesh: Mesh, workload: Workload) -> Lack | None:
    """Return why the pods of a workload have no sidecar, None if they have one.

    Of live Pods, one or alike, their containers say what is true; of a template the label
    `sidecar.istio.io/inject` decides (the annotation of that name is its older spelling), then the
    namespace.
    """
    if workload.is_machine:
        return None  # it has a proxy or it would not be in the mesh, whatever its namespace asks
    if workload.pod_ip:
        containers = workload.containers + workload.init_containers
        present = any(container.name == PROXY_CONTAINER for container in containers)
        return None if present else "no proxy container"
    if workload.host_network:
        return "host network"
    asked = workload.labels.get(INJECT, workload.annotations.get(INJECT, ""))
    if asked == "false":
        return "pod opts out"
    return _lack_by_namespace(mesh, workload, asked)


def _lack_by_namespace(mesh: Mesh, workload: Workload, asked: str) -> Lack | None:
    """Ask the namespace: `istio-injection` first, then a revision, then the pod's own wish."""
    namespace = mesh.namespaces.get(workload.namespace)
    if namespace is None:
        return None
    if namespace.meta.labels.get("istio-injection") == "disabled":
        return "namespace does not ask"
    by_pod = asked == "true" or "istio.io/rev" in workload.labels
    return None if asks_for_sidecars(namespace) or by_pod else "namespace does not ask"


def asks_for_sidecars(namespace: Namespace) -> bool:
    """Whether a namespace asks for a sidecar in each of its pods."""
    labels = namespace.meta.labels
    asked = labels.get("istio-injection")
    return asked == "enabled" or (asked != "disabled" and "istio.io/rev" in labels)
