"""LW1509: pods that carry a lane's labels, of a service that the lane's own list leaves out.

Only permissive lanes are limited by their list; in a strict group LW1210 speaks of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import POD_NOT_IN_LIST
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host, LaneName
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find them, one finding per lane and service."""
    for group in mesh.groups:
        unlisted = _unlisted(mesh, group)
        for lane in group.lanes:
            for host, pods in unlisted.get(lane.name, {}).items():
                meta = lane.lane.meta
                words = {
                    "workload": listing(map(pod_name, pods)),
                    "lane": lane.name,
                    "service": short_host(host),
                }
                place = meta.place("spec", "services")
                yield finding(POD_NOT_IN_LIST, place, str(meta.ref), **words)


def _unlisted(mesh: Mesh, group: Group) -> dict[LaneName, dict[Host, list[Workload]]]:
    """Return such pods by lane and service: each pod is looked at once for all lanes."""
    found: dict[LaneName, dict[Host, list[Workload]]] = {}
    for host in group.hosts:
        for pod in mesh.services[host].workloads:
            for lane in lanes_of(group, pod.labels):
                if host in lane.undeclared:
                    found.setdefault(lane.name, {}).setdefault(host, []).append(pod)
    return found


CHECK = Check.of_mesh(POD_NOT_IN_LIST, check, of_calls=True)
