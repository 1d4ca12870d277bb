"""LW1509: pods that carry a lane's labels, of a service that the lane's own list leaves out.

Only permissive lanes are limited by their list; in a strict group LW1210 speaks of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import POD_NOT_IN_LIST
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import pods_of_lane
from laneway.core.mesh.mesh import Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find them, one finding per lane and service."""
    for group in mesh.groups:
        for lane in group.lanes:
            declared = set(lane.declared)
            for host in group.hosts:
                if host in declared:
                    continue
                pods = list(pods_of_lane(lane, mesh.services[host].workloads))
                if pods:
                    meta = lane.lane.meta
                    words = {
                        "workload": listing(pod_name(pod) for pod in pods),
                        "lane": lane.name,
                        "service": short_host(host),
                    }
                    place = meta.place("spec", "services")
                    yield finding(POD_NOT_IN_LIST, place, str(meta.ref), **words)


CHECK = Check.of_mesh(POD_NOT_IN_LIST, check, of_calls=True)
