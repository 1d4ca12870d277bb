"""A cluster's objects, and files beside them, as one Snapshot.

Comes in: what was read of a cluster, which kinds were not, and what files hold. Goes out: the
Snapshot of what there would be with the files applied: an object of a file takes the place of the
cluster's of the same kind and name, whatever else the cluster has stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from laneway.core.findings.finding import Finding
from laneway.core.mesh.not_read import ESSENTIAL, NotRead, findings_of
from laneway.core.mesh.pooled import pooled
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kinds import Resource
from laneway.core.resources.kubernetes.workloads import Workload


def of_cluster(
    resources: Iterable[Resource],
    findings: Iterable[Finding],
    lost: Iterable[str],
    not_read: Collection[NotRead],
) -> Snapshot:
    """Return the Snapshot of a cluster; pods that are alike are one workload there.

    `lost` are the objects that could not be understood.
    """
    things = list(resources)
    pods = [one for one in things if isinstance(one, Workload) and one.meta.ref.kind == "Pod"]
    others = (one for one in things if one.meta.ref.kind != "Pod")
    return as_read(Snapshot.of((*others, *pooled(pods)), findings, lost), not_read)


def as_read(found: Snapshot, not_read: Collection[NotRead]) -> Snapshot:
    """Return what was found of a cluster, in which the kinds that were not read are named."""
    missed = (f"{one.resource} of the cluster" for one in not_read if one.kind in ESSENTIAL)
    return replace(
        found,
        findings=(*findings_of(not_read), *found.findings),
        unread=tuple(sorted((*found.unread, *missed))),
        not_read=tuple(not_read),
    )


def with_files(cluster: Snapshot, files: Snapshot) -> Snapshot:
    """Return what there would be with the files applied to the cluster."""
    written = {one.meta.ref for one in files.resources}
    subjects = set(map(str, written))
    kept = (one for one in cluster.resources if one.meta.ref not in written)
    told = (one for one in cluster.findings if one.subject not in subjects)
    found = Snapshot.of(
        (*kept, *files.resources),
        (*files.findings, *told),
        (*files.unread, *cluster.unread),
        files.other_kinds,
    )
    settings = (*cluster.settings, *files.settings)
    packages = files.packages
    return replace(found, not_read=cluster.not_read, settings=settings, packages=packages)
