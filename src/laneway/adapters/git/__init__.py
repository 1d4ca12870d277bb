"""A person's own Git repository, by their own `git` program.

Comes in: files of a work tree. Goes out: their history, and commits. Hooks, signing, filters and
credentials are what that program finds configured; nothing of it is known or changed here.
"""

from laneway.adapters.git.branch import Branch, BranchMovedError, Pushed
from laneway.adapters.git.cloning import CloneSource, cloned
from laneway.adapters.git.repository import GitError, Repository
from laneway.adapters.git.turn import Turn, git_folder

__all__ = [
    "Branch",
    "BranchMovedError",
    "CloneSource",
    "GitError",
    "Pushed",
    "Repository",
    "Turn",
    "cloned",
    "git_folder",
]
