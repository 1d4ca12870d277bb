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

Hops = Mapping[tuple[str, str], tuple[str, ...]]
"""By hop and lane the names of replicas that answer there."""


def hops(mesh: Mesh, lanes: Iterable[str], replicas: Iterable[Replica]) -> Hops:
    """Return who answers at each hop of two lanes of a group; nothing where there is no such lane.

    A hop is called as its service, with the namespace where several have that name.
    """
    everyone = list(replicas)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for name in lanes:
        known = group_lane(mesh, name)
        if known is None:
            return {}
        group, lane = known
        names = Counter(service.name for service in group.group.services)
        for one in group.group.services:
            service = mesh.services.get(service_host(one.name, one.namespace))
            pods = {pod.meta.ref for pod in service.workloads} if service else set()
            hop = one.name if names[one.name] == 1 else f"{one.namespace}/{one.name}"
            found[hop, name] = tuple(
                replica.name
                for replica in everyone
                if replica.workload in pods and lane in lanes_of(group, replica.caller.labels)
            )
    return found
