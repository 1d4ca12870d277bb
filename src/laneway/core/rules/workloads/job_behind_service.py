"""LW1512: pods of a Job that wear what a Service of lanes selects."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.workloads import JOB_BEHIND_SERVICE
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_place
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Name each such workload once; machines that no Service can lead to are none of them."""
    for job in mesh.workloads:
        hosts = [] if job.serves or job.is_machine else list(_selecting(mesh, job))
        if hosts:
            ref = job.meta.ref
            services = listing([short_host(host) for host in hosts], limit=3)
            words = {"workload": ref, "services": services}
            yield finding(JOB_BEHIND_SERVICE, pod_place(job, "labels"), str(ref), **words)


def _selecting(mesh: Mesh, job: Workload) -> Iterator[Host]:
    for host in mesh.owner_of:
        selector = mesh.services[host].service.selector
        same = mesh.services[host].namespace == job.namespace
        if same and selector and meets(selector, job.labels):
            yield host


CHECK = Check.of_mesh(JOB_BEHIND_SERVICE, check, of_calls=True)
