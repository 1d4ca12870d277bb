"""LW1607: a service outside the group that reaches the group's pods, past all lanes."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.services import SECOND_SERVICE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.rules.check import Check
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find services that share a pod with a lane service and are in no group."""
    reached: dict[int, tuple[Host, str]] = {}
    for group in mesh.groups:
        for host in group.hosts:
            pods = mesh.services[host].workloads
            reached |= {id(pod): (host, group.name) for pod in pods}
    for host, service in mesh.services.items():
        if host in mesh.owner_of:
            continue
        shared = next((reached[id(pod)] for pod in service.workloads if id(pod) in reached), None)
        if shared is not None:
            meta = service.service.meta
            lane_host, group_name = shared
            words = {
                "other": short_host(host),
                "service": short_host(lane_host),
                "group": group_name,
            }
            yield finding(SECOND_SERVICE, meta.place("spec", "selector"), str(meta.ref), **words)


CHECK = Check.of_mesh(SECOND_SERVICE, check, of_calls=True)
