"""Lanes whose time is over: all of them taken away that may go.

Comes in: a Mesh, since when each lane with a time is there, and what time it is. Goes out: a draft.
A lane that cannot go, since it gets requests or others need it, stays and keeps none of the others;
one whose time is nearly over is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from laneway.core.edits.draft import Draft
from laneway.core.edits.removing import all_removed
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.lane_notes import EXPIRES_AFTER_ANNOTATION, LATE, lifetime
from laneway.core.mesh.mesh import GroupLane, Mesh


def mortal_lanes(mesh: Mesh) -> Iterator[tuple[GroupLane, timedelta]]:
    """Yield the lanes that are meant to be there for a time, and how long."""
    for group in mesh.groups:
        for lane in group.lanes:
            if (length := lifetime(lane.lane)) is not None:
                yield lane, timedelta(seconds=length)


def expired_removed(mesh: Mesh, since: Mapping[str, datetime], now: datetime) -> Draft:
    """Return the draft that takes away the lanes whose time is over.

    `since` says when a lane came in, by its name; one that is in no commit yet has no time.
    """
    over, soon = [], []
    for lane, length in mortal_lanes(mesh):
        begun = since.get(lane.name, now)
        if now >= begun + length:
            over.append(lane.name)
        elif now >= begun + LATE * length:
            soon.append(_soon(lane, begun + length))
    draft = all_removed(mesh, over, "whose time is over")
    return replace(draft, findings=(*draft.findings, *soon))


def _soon(lane: GroupLane, end: datetime) -> Finding:
    when = f"{end.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    meta = lane.lane.meta
    place = meta.place("metadata", "annotations", EXPIRES_AFTER_ANNOTATION)
    return finding(releasing.EXPIRES_SOON, place, str(meta.ref), lane=lane.name, when=when)
