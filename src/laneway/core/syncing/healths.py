"""How well the objects of a running mesh are, by what its programs and its lanes say.

Comes in: a compilation, and the programs that run for its workloads. Goes out: the health of every
object that has one of its own; all others are well as soon as they are live. A lane is as well as
the pods that are in it: a lane whose pods are not ready yet is on its way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.mesh.membership import pods_of_lane
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref
from laneway.core.syncing.states import Wellness, health_of

NOT_RUN = "is not run on this machine"


class Programs(Struct, frozen=True):
    """The programs of one workload: how many there are, and how many are in which state.

    `reason` says how one of those `ended` did.
    """

    all: int = 0
    ready: int = 0
    ended: int = 0
    stopped: int = 0
    reason: str = ""


def healths(compilation: Compilation, programs: Mapping[Ref, Programs]) -> dict[Ref, Wellness]:
    """Return the health of workloads, lanes and groups."""
    mesh = compilation.mesh
    found = {one.meta.ref: _workload(one, programs) for one in mesh.workloads}
    lacking = {
        (one["kind"], one["metadata"]["name"]): condition["message"] or one["status"]["error"]
        for one in compilation.conditions
        for condition in one["status"]["conditions"]
        if condition["type"] == "Ready" and condition["status"] != "True"
    }
    for group in mesh.groups:
        ref = group.group.meta.ref
        found[ref] = _told(ref, lacking) or Wellness()
        for lane in group.lanes:
            ref = lane.lane.meta.ref
            pods = pods_of_lane(lane, _pods(mesh, group))
            found[ref] = _told(ref, lacking) or _lane([found[one.meta.ref] for one in pods])
    strays = [lane for group in mesh.groups for lane in group.excluded]
    for stray in (*strays, *mesh.stray_lanes):
        found[stray.meta.ref] = _told(stray.meta.ref, lacking) or Wellness()
    return found


def _told(ref: Ref, lacking: Mapping[tuple[str, str], str]) -> Wellness | None:
    why = lacking.get((ref.kind, ref.name))
    return None if why is None else Wellness("Degraded", why)


def _lane(pods: list[Wellness]) -> Wellness:
    """Return the health of a lane: that of its pods, one that somebody stopped among them."""
    return health_of(pods) if pods else Wellness()


def _pods(mesh: Mesh, group: Group) -> Iterator[Workload]:
    """Yield the workloads of a group's services, each once."""
    seen: set[Ref] = set()
    for host in group.hosts:
        for one in mesh.services[host].workloads:
            if one.meta.ref not in seen:
                seen.add(one.meta.ref)
                yield one


def _workload(workload: Workload, programs: Mapping[Ref, Programs]) -> Wellness:
    """Return a workload's health. One that is to have no pod is well without any."""
    ref = workload.meta.ref
    found = programs.get(ref)
    if found is None:
        return Wellness(message=f"{ref.name} {NOT_RUN}" if workload.replicas else "")
    if found.ended:
        return Wellness("Degraded", f"{ref.name}: {found.reason}")
    if found.stopped:
        return Wellness("Suspended", f"{ref.name} is stopped")
    if found.ready < found.all:
        return Wellness("Progressing", f"{ref.name}: {found.ready} of {found.all} ready")
    return Wellness()
