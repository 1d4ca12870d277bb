"""Since when lanes are there, by the history of their files, for `laneway release remove-expired`.

Comes in: a mesh as the files say now. Goes out: a draft. A lane came in with the first commit of
the last unbroken row of commits that have it. A file that was renamed begins anew, so a lane may
stay longer than it should, and never shorter.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laneway.adapters.git import Repository
    from laneway.core.edits.draft import Draft
    from laneway.core.mesh.mesh import GroupLane, Mesh


def draft_without_expired(mesh: Mesh) -> Draft:
    """Return the draft that takes away the lanes whose time is over."""
    from laneway.adapters.git import Repository
    from laneway.core.edits.draft import Draft
    from laneway.core.edits.expiring import expired_removed, mortal_lanes
    from laneway.core.edits.history import cut_off, not_in_git

    since: dict[str, datetime] = {}
    for lane, _ in mortal_lanes(mesh):
        path = lane.lane.meta.source.path
        repository = Repository.of(path)
        if repository is None or not repository.has_commit():
            return Draft(findings=(not_in_git(path, lane.name),))
        begun, is_known = _since(repository, path, lane)
        if not is_known and repository.is_cut_off():
            return Draft(findings=(cut_off(path, lane.name),))
        if begun is not None:
            since[lane.name] = begun
    return expired_removed(mesh, since, datetime.now(UTC))


def _since(repository: Repository, path: str, lane: GroupLane) -> tuple[datetime | None, bool]:
    """Return when a lane came into its file, None where no commit has it; whether one is without.

    If none is, that may be because the first ones are not there.
    """
    from laneway.core.resources.read import read_file
    from laneway.core.resources.readings import FileReading

    begun: datetime | None = None
    known: FileReading | None = None
    for commit in repository.history([path]):
        raw = repository.held(commit.name, [path]).get(path, b"")
        known = read_file(path, raw, known)
        if all(one.meta.ref != lane.lane.meta.ref for one in known.resources):
            return begun, True
        begun = commit.at
    return begun, False
