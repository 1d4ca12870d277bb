"""The hops of a chain, and which pods of which lane answer at each.

Comes in: a mesh and the two lanes that are compared. Goes out: by hop and lane the labels of pods
that count there. A hop is a service of the lanes' group; the whole chain is one release, so a hop
that only one of the lanes has is one as well, and knows nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from laneway.core.edits.weights import group_lane
from laneway.core.emit.placement import Replica
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import service_host
from laneway.core.resources.meta import Ref

Hops = Mapping[tuple[str, str], tuple[str, ...]]
"""By hop and lane the names of replicas, or of workloads, that answer there."""


def workload_hops(mesh: Mesh, lanes: Iterable[str]) -> Mapping[tuple[str, str], tuple[Ref, ...]]:
    """Return whose pods answer at each hop of lanes of a group; nothing where one is no lane.

    A hop is called as its service, with the namespace where several have that name.
    """
    found: dict[tuple[str, str], tuple[Ref, ...]] = {}
    for name in lanes:
        known = group_lane(mesh, name)
        if known is None:
            return {}
        group, lane = known
        names = Counter(service.name for service in group.group.services)
        for one in group.group.services:
            service = mesh.services.get(service_host(one.name, one.namespace))
            pods = service.workloads if service else ()
            hop = one.name if names[one.name] == 1 else f"{one.namespace}/{one.name}"
            mine = (pod.meta.ref for pod in pods if lane in lanes_of(group, pod.labels))
            found[hop, name] = tuple(dict.fromkeys(mine))
    return found


def replica_hops(mesh: Mesh, lanes: Iterable[str], replicas: Iterable[Replica]) -> Hops:
    """Return which replicas answer at each hop."""
    everyone = list(replicas)
    return {
        key: tuple(one.name for one in everyone if one.workload in refs)
        for key, refs in workload_hops(mesh, lanes).items()
    }
