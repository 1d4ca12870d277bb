"""What keeps history from being read or written, as findings.

Comes in: what is known of a repository. Goes out: findings. Asking `git` is not done here.
"""

from __future__ import annotations

from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place, Source


def uncommitted(path: str, state: str) -> Finding:
    """Say that a file has more in it than a commit of this edit should hold."""
    return finding(releasing.UNCOMMITTED, Place(Source(path)), "", path=path, state=state)


def not_in_git(path: str, lane: str) -> Finding:
    """Say that there is no history."""
    return finding(releasing.NOT_IN_GIT, Place(Source(path)), "", path=path, lane=lane)


def no_commit(path: str, commit: str) -> Finding:
    """Say that a commit is not there."""
    return finding(releasing.NO_SUCH_COMMIT, Place(Source(path)), "", path=path, commit=commit)


def cut_off(path: str, lane: str) -> Finding:
    """Say that history does not go back far enough."""
    return finding(releasing.HISTORY_CUT_OFF, Place(Source(path)), "", path=path, lane=lane)
