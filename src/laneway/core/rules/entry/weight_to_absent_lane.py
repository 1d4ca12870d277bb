"""LW1338: a weight above 0 for a lane that has no ready pods, so that its share gets 503."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import WEIGHT_TO_ABSENT_LANE
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place
from laneway.core.mesh.membership import lane_of_subset, owner
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.rules.check import Check
from laneway.core.rules.questions.destinations import WrittenDestination, written_destinations
from laneway.core.rules.questions.words import listing, short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find weights of strict lanes that lack a service; in permissive groups others answer."""
    for group in mesh.groups:
        for lane in group.lanes if group.group.strategy == "weighted" else ():
            if lane.weight is not None and lane.weight.weight > 0 and _lacks(group, lane):
                meta = lane.lane.meta
                place = meta.place("spec", "ingressWeight", "weight")
                said = f"group {group.name}"
                yield _found(lane, lane.weight.weight, said, place, str(meta.ref))
    for written in written_destinations(mesh):
        if (lacking := _lane(mesh, written)) is not None:
            place = written.place.at("weight")
            weight = written.destination.weight or 0
            said = f"route {written.route}"
            yield _found(lacking, weight, said, place, str(written.author.meta.ref))


def _lane(mesh: Mesh, written: WrittenDestination) -> GroupLane | None:
    """Return the lane that a part of a split at a gateway leads to, if it cannot answer."""
    group = owner(mesh, written.host)
    is_share = not written.alone and written.at_gateway and (written.destination.weight or 0) > 0
    if group is None or not is_share:
        return None
    lane = lane_of_subset(group, written.destination.subset)
    return lane if lane is not None and _lacks(group, lane) else None


def _lacks(group: Group, lane: GroupLane) -> bool:
    return bool(lane.absent) and not group.group.is_permissive


def _found(lane: GroupLane, weight: int, said: str, place: Place, subject: str) -> Finding:
    lacked = [short_host(host) for host in lane.declared if host in lane.absent]
    words = {"said": said, "weight": weight, "lane": lane.name, "services": listing(lacked)}
    return finding(WEIGHT_TO_ABSENT_LANE, place, subject, **words)


CHECK = Check.of_mesh(WEIGHT_TO_ABSENT_LANE, check, missing=True)
