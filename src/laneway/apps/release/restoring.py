"""The history of the files as states of a mesh: weights go back to what they were in a commit.

Comes in: the files that were read, and a repository. Goes out: a draft. A commit is read only when
it is asked for; the files are those of today, as each commit has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laneway.adapters.git import Repository
from laneway.core.edits.draft import Draft, draft_of
from laneway.core.edits.earlier import Past, restored
from laneway.core.edits.history import no_commit, not_in_git
from laneway.core.edits.lane_splits import lane_splits
from laneway.core.mesh.gather import gather
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.read import read_file
from laneway.core.resources.readings import FileReading


def draft_back(mesh: Mesh, snapshot: Snapshot, lane: str, commit: str) -> Draft:
    """Return the draft that goes back to the weights of a commit, or before the lane had any."""
    files = sorted({one.meta.source.path for one in snapshot.resources})
    if not any(one.of(lane) for one in lane_splits(mesh)):
        return draft_of(restored(mesh, lane, ()), "")
    repository = Repository.of(files[0])
    if repository is None or not repository.has_commit():
        return Draft(findings=(not_in_git(files[0], lane),))
    if commit and not repository.has_commit(commit):
        return Draft(findings=(no_commit(files[0], commit),))
    states = _states(repository, files, mesh, commit)
    return draft_of(restored(mesh, lane, states, exactly=bool(commit)), f"Roll back {lane}")


def _states(
    repository: Repository, files: Sequence[str], mesh: Mesh, commit: str
) -> Iterator[Past]:
    weighed = sorted({path for one in lane_splits(mesh) for path in one.files})
    commits = [repository.called(commit)] if commit else repository.history(weighed)
    known: dict[str, FileReading] = {}
    for one in commits:
        held = repository.held(one.name, files)
        known = {path: read_file(path, raw, known.get(path)) for path, raw in held.items()}
        yield Past(one.said, link(gather(known.values())))
