"""LW1326: a gateway route into a permissive group that leaves the lane to clients."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.entry import UNGOVERNED_ENTRY
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.membership import planning_owner
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import LaneName
from laneway.core.mesh.propagation import Propagation
from laneway.core.routing.ask.reach import lane_of
from laneway.core.routing.plan.raw_headers import read_headers
from laneway.core.routing.plan.route_plan import Destination, HeaderEdits
from laneway.core.routing.plan.stamps import Stamp, stamps
from laneway.core.rules.check import Check
from laneway.core.rules.questions.destinations import WrittenDestination, written_destinations
from laneway.core.rules.questions.words import short_host


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find destinations of users' gateway routes that do not write the lane."""
    for written in written_destinations(mesh):
        group = planning_owner(mesh, written.host)
        if group is None or group.propagation is None or not written.at_gateway:
            continue
        if written.is_http and not _is_written(group.propagation, written):
            yield _found(mesh, group, written, stamps(group.propagation)[-1])


def _is_written(propagation: Propagation, written: WrittenDestination) -> bool:
    """Whether the route or the destination sets each header a lane is read from.

    It must, whichever root hands over to it. A value that is copied from the request is still the
    client's.
    """
    own = read_headers(written.destination.headers).request
    edited = [(own, read_headers(block).request) for block in written.headers]
    return all(
        any(_settles(edit, name) for edit in edits)
        for edits in edited
        for name in propagation.lane_headers
    )


def _settles(edits: HeaderEdits, name: str) -> bool:
    own = f"%req({name})%"
    set_here = any(key.lower() == name and own not in value.lower() for key, value in edits.set)
    return set_here or any(key.lower() == name for key in edits.remove)


def _found(mesh: Mesh, group: Group, written: WrittenDestination, stamp: Stamp) -> Finding:
    subset = written.destination.subset
    lane = group.lane(subset) or lane_of(mesh, Destination(written.host, 0, subset))
    name = lane.name if lane is not None else group.baseline or LaneName("")
    edits = stamp.edits(name).request.set
    lines = ", ".join(f"{header}: {value}" for header, value in edits)
    return finding(
        UNGOVERNED_ENTRY,
        written.place.at("destination"),
        str(written.author.meta.ref),
        route=written.route,
        host=short_host(written.host),
        group=group.name,
        lines=f"headers: {{request: {{set: {{{lines}}}}}}}",
    )


CHECK = Check.of_mesh(UNGOVERNED_ENTRY, check)
