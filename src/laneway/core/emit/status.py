"""What a cluster would say of groups and lanes: their status, in the vendor's fields.

Comes in: the mesh and the findings. Goes out: each object with its status. A finding about a lane
or a group becomes one of its messages; the one code that the vendor publishes is told under the
vendor's name. Times are nobody's business here: whoever writes a status knows when it changed.
https://www.alibabacloud.com/help/en/asm/sidecar/asmswimlanegroup-and-asmswimlane-crd-description
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from laneway.core.findings.codes.workloads import LANE_WITHOUT_PODS
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Group, Mesh, MeshService
from laneway.core.resources.meta import Meta

Object = dict[str, Any]
OfServices = Callable[[Mesh, Group], Object]

API_VERSION = "istio.alibabacloud.com/v1"
VENDORS_CODES: Mapping[str, str] = {LANE_WITHOUT_PODS.id: "CODE_UNEFFECTED_SWIMLANE_LABEL"}
"""Our codes that the vendor has a published name for."""


def services_of(mesh: Mesh, group: Group, most_pods: int | None = None) -> Object:
    """Return what a group's status says of its services: the pods of each, and what all wear.

    Of more than so many pods no labels are told.
    """
    services = [mesh.services[host] for host in group.hosts]
    pods = sum(len(one.workloads) for one in services)
    is_told = most_pods is None or pods <= most_pods
    summaries = {
        f"{one.namespace}/{one.name}": {
            "serviceSelector": dict(one.service.selector),
            "podLabels": _pod_labels(one) if is_told else {},
        }
        for one in services
    }
    return {"serviceSummaries": summaries, "commonLabels": _common_labels(services)}


def statuses(
    mesh: Mesh, findings: Iterable[Finding], of_services: OfServices = services_of
) -> list[Object]:
    """Return every group with its status, each followed by its lanes; lanes without a group last.

    A lane or group is `Ready` as long as nothing found about it, or about a service it needs, is an
    error; a group that routes nothing is never ready. What is said of services is asked of whoever
    may know it already.
    """
    told = _Told(findings)
    shown = []
    for group in mesh.groups:
        shown.append(_object(group.group.meta, _group(mesh, group, told, of_services)))
        for lane in group.lanes:
            services = [mesh.services[host] for host in lane.declared]
            lacks = "" if services else "the lane has no service, so it routes nothing"
            shown.append(_object(lane.lane.meta, told.lane(lane.lane.meta, services, lacks)))
        shown += [_object(lane.meta, told.lane(lane.meta)) for lane in group.excluded]
    return [*shown, *(_object(lane.meta, told.lane(lane.meta)) for lane in mesh.stray_lanes)]


def errors_of_groups(mesh: Mesh, findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Return by the names of groups what is wrong with each: the reasons that a status joins."""
    told = _Told(findings)
    return {group.name: _group_errors(mesh, group, told) for group in mesh.groups}


def errors_elsewhere(mesh: Mesh, findings: Iterable[Finding]) -> list[Finding]:
    """Return the errors that are in no status: those about no lane, group or service of one."""
    metas = [lane.meta for lane in mesh.stray_lanes]
    for group in mesh.groups:
        metas += [group.group.meta, *(lane.lane.meta for lane in group.lanes)]
        metas += [lane.meta for lane in group.excluded]
        metas += [mesh.services[host].service.meta for host in group.hosts]
    shown = {str(meta.ref) for meta in metas}
    return [one for one in findings if one.level == "error" and one.subject not in shown]


class _Told:
    """The findings, by the object they speak of."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        by_subject: dict[str, list[Finding]] = {}
        for one in findings:
            by_subject.setdefault(one.subject, []).append(one)
        self._by_subject = by_subject
        wrong = (name for name, some in by_subject.items() if any(map(_is_error, some)))
        self._wrong = {name.rpartition("/")[2] for name in wrong}
        """The names of what errors are about, in any namespace."""

    def about(self, meta: Meta) -> list[Finding]:
        return self._by_subject.get(str(meta.ref), [])

    def flaws(self, services: Iterable[MeshService]) -> list[Finding]:
        """Return the errors about services: whoever needs one of these is not ready."""
        wrong = [one for one in services if one.name in self._wrong] if self._wrong else []
        return [
            one for service in wrong for one in self.about(service.service.meta) if _is_error(one)
        ]

    def lane(self, meta: Meta, services: Iterable[MeshService] = (), lacks: str = "") -> Object:
        """Return the status of a lane that needs some services; `lacks` says what it has not."""
        found = self.about(meta) + self.flaws(services)
        messages = [
            {
                "code": VENDORS_CODES.get(one.code.id, one.code.id),
                "level": one.level,
                "message": one.message,
            }
            for one in found
        ]
        return {
            "error": _error(found),
            "validationMessage": messages,
            "conditions": [_ready(_error(found), lacks)],
        }


def _object(meta: Meta, status: Object) -> Object:
    return {
        "apiVersion": API_VERSION,
        "kind": meta.ref.kind,
        "metadata": {"name": meta.name},
        "status": status,
    }


def _group(mesh: Mesh, group: Group, told: _Told, of_services: OfServices) -> Object:
    error = "; ".join(_group_errors(mesh, group, told))
    return {
        "status": "Failed" if error else "Empty" if _lacks(group) else "Ready",
        "error": error,
        "servicesInSwimLaneGroup": of_services(mesh, group),
        "conditions": [_ready(error, _lacks(group))],
    }


def _group_errors(mesh: Mesh, group: Group, told: _Told) -> list[str]:
    services = [mesh.services[host] for host in group.hosts]
    found = told.about(group.group.meta) + told.flaws(services)
    return [*group.held] or [one.message for one in found if _is_error(one)]


def _lacks(group: Group) -> str:
    """Say why a group routes nothing, though nothing about it is an error; empty if it does."""
    if not group.hosts:
        return "the group has no service, so it routes nothing"
    return "" if group.lanes else "the group has no lane, so it routes nothing"


def _pod_labels(service: MeshService) -> Object:
    return {pod.meta.name: dict(sorted(pod.labels.items())) for pod in service.workloads}


_OF_CONTROLLERS = frozenset(
    {
        "pod-template-hash",
        "rollouts-pod-template-hash",
        "controller-revision-hash",
        "pod-template-generation",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
    }
)
"""Labels that controllers give each revision or pod anew: no lane can be told by them."""


def _common_labels(services: Iterable[MeshService]) -> dict[str, list[str]]:
    """Return the labels that pods of every service carry: any of them could tell lanes apart."""
    seen: list[dict[str, set[str]]] = []
    for service in services:
        keys: dict[str, set[str]] = {}
        for pod in service.workloads:
            for key, value in pod.labels.items():
                keys.setdefault(key, set()).add(value)
        seen.append(keys)
    common = set.intersection(*(set(keys) for keys in seen)) - _OF_CONTROLLERS if seen else set()
    return {key: sorted(set().union(*(keys[key] for keys in seen))) for key in sorted(common)}


def _is_error(one: Finding) -> bool:
    return one.level == "error"


def _error(found: Iterable[Finding]) -> str:
    return "; ".join(one.message for one in found if _is_error(one))


def _ready(error: str, lacks: str = "") -> Object:
    if error or lacks:
        reason = "Invalid" if error else "Empty"
        return {"type": "Ready", "status": "False", "reason": reason, "message": error or lacks}
    return {"type": "Ready", "status": "True", "reason": "Compiled", "message": ""}
