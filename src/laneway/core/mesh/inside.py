"""A mesh as calls inside it meet it: without what lanes ask of gateways.

Comes in: a Mesh. Goes out: the same without weights and rules of lanes, and without the places
where its objects were written. Whatever is decided of calls is decided of this value alone, so that
two meshes that are equal in it route their calls alike.
"""

from __future__ import annotations

from msgspec.structs import replace

from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.lanes.swim_lanes import Lane
from laneway.core.resources.meta import Meta


def without_entries(mesh: Mesh) -> Mesh:
    """Return a mesh without what lanes ask of gateways."""
    groups = tuple(map(_group, mesh.groups))
    return replace(mesh, snapshot=Snapshot(), groups=groups, stray_lanes=())


def _group(group: Group) -> Group:
    return replace(group, lanes=tuple(map(_lane, group.lanes)), excluded=())


def _lane(lane: GroupLane) -> GroupLane:
    return replace(lane, lane=Lane(Meta(lane.lane.meta.ref), lane.lane.group, lane.selector))
