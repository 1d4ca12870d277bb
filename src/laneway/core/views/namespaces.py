"""Namespaces as a list: whether pods get a sidecar there and why, and which of them have none.

Comes in: a mesh. Goes out: a row for each namespace that the input speaks of. Whether a pod has a
sidecar is asked where everybody asks it; here it is said in words, with what switches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from laneway.core.findings.line import file_and_line
from laneway.core.mesh.injection import Lack, asks_for_sidecars, lack_of_sidecar
from laneway.core.mesh.membership import lanes_of, owner
from laneway.core.mesh.mesh import Group, Mesh, MeshService
from laneway.core.mesh.names import Host
from laneway.core.resources.kubernetes.workloads import Namespace, Workload

View = dict[str, Any]
_INJECTION, _REVISION = "istio-injection", "istio.io/rev"
_WORDS: Mapping[Lack, str] = {
    "host network": "it uses hostNetwork, and Istio never injects such pods",
    "pod opts out": "its label or annotation sidecar.istio.io/inject says no",
    "namespace does not ask": "its namespace does not ask for sidecars",
    "no proxy container": "it runs without the container istio-proxy",
}


def namespaces_view(mesh: Mesh) -> list[View]:
    """Return all namespaces, those with lane services first, then by name."""
    workloads = _by_namespace(mesh.workloads)
    services = _services(mesh.services.values())
    names = sorted({*mesh.namespaces, *workloads, *services})
    rows = [_row(mesh, name, workloads.get(name, []), services.get(name, [])) for name in names]
    return sorted(rows, key=lambda row: not row["groups"])


def _row(mesh: Mesh, name: str, workloads: list[Workload], services: list[MeshService]) -> View:
    declared = mesh.namespaces.get(name)
    lacking = [(pod, why) for pod in workloads if (why := lack_of_sidecar(mesh, pod)) is not None]
    groups = {one.host: group for one in services if (group := owner(mesh, one.host)) is not None}
    return {
        "name": name,
        "injection": injection_view(declared),
        "pods": {
            "total": sum(pod.replicas for pod in workloads),
            "ready": sum(pod.replicas if pod.ready is None else pod.ready for pod in workloads),
            "withoutSidecar": sum(pod.replicas for pod, _ in lacking),
        },
        "withoutSidecar": [_lacking(pod, why) for pod, why in lacking],
        "services": [
            {"name": one.name, "host": one.host, "group": _name(groups.get(one.host))}
            for one in services
        ],
        "groups": sorted({group.name for group in groups.values()}),
        "lanes": _lanes(groups, services),
        "place": file_and_line(declared.meta.place("metadata", "name")) if declared else "",
    }


def injection_view(namespace: Namespace | None) -> View:
    """Return whether a namespace asks for sidecars, by which revision, and what says so.

    Without its object in the input nobody knows; pods are taken to have one then.
    https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
    """
    if namespace is None:
        why = "the input has no object of this namespace; its pods are taken to have a sidecar"
        return {"state": "unknown", "revision": "", "why": why}
    labels = namespace.meta.labels
    asked, revision = labels.get(_INJECTION), labels.get(_REVISION, "")
    if asks_for_sidecars(namespace):
        by = f"{_INJECTION}: {asked}" if asked == "enabled" else f"{_REVISION}: {revision}"
        mine = "" if asked == "enabled" else revision
        return {"state": "on", "revision": mine, "why": f"label {by}"}
    if asked is not None:
        return {"state": "off", "revision": "", "why": f"label {_INJECTION}: {asked}"}
    return {"state": "off", "revision": "", "why": f"no label {_INJECTION} or {_REVISION}"}


def _lacking(pod: Workload, why: Lack) -> View:
    ref = pod.meta.ref
    return {
        "object": {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name},
        "pods": pod.replicas,
        "why": _WORDS[why],
        "place": file_and_line(pod.meta.place("metadata", "name")),
    }


def _name(group: Group | None) -> str:
    return group.name if group else ""


def _lanes(groups: Mapping[Host, Group], services: Iterable[MeshService]) -> list[View]:
    """Return the lanes that have pods among some services."""
    found = {
        (group.name, str(lane.name))
        for service in services
        if (group := groups.get(service.host)) is not None
        for pod in service.workloads
        for lane in lanes_of(group, pod.labels)
    }
    return [{"group": group, "name": lane} for group, lane in sorted(found)]


def _by_namespace(workloads: Iterable[Workload]) -> dict[str, list[Workload]]:
    found: dict[str, list[Workload]] = {}
    for one in workloads:
        found.setdefault(one.namespace, []).append(one)
    return found


def _services(services: Iterable[MeshService]) -> dict[str, list[MeshService]]:
    found: dict[str, list[MeshService]] = {}
    for one in services:
        found.setdefault(one.namespace, []).append(one)
    return found
