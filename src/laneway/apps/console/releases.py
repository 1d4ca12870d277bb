"""Releases in stages whose plans are files of a work tree: where each stands, what is said to it.

Comes in: the paths of the input. Goes out: views, and commits that say that a release is to stay,
to go on, to end or to be through. Whoever carries it out reads them in the branch; nothing is
carried out here.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from laneway.adapters.git import Branch, GitError
from laneway.apps.release.git_side import GitSide, Pushing, repository_of, standing_of
from laneway.apps.release.notes import noted
from laneway.core.findings.finding import Finding
from laneway.core.release.requests import ReleaseRequest, answer
from laneway.core.release.step import AtHand, ToCommit
from laneway.core.resources.releases.plan import Plan
from laneway.core.views.release import release_view
from laneway.core.views.release_plot import with_bounds

SaidAction = Literal["pause", "resume", "promote", "abort"]
_TRIES = 5


class CannotBeSaidError(Exception):
    """A release cannot be told so as it stands; the text says why."""


def shown(plan: Plan, paths: Sequence[str] = ()) -> dict[str, Any]:
    """Return where a release stands; what keeps that from being known is its `why`.

    Its `command` begins it, over the paths of the input.
    """
    try:
        repository = repository_of(str(Path(plan.path).parent))
        standing = standing_of(Branch(repository), plan.name)
    except (GitError, OSError) as error:
        return release_view(plan, None, None) | {"phase": "not known", "why": str(error)}
    view = with_bounds(release_view(plan, standing, noted(repository, plan)))
    view["command"] = shlex.join(("laneway", "release", "run", plan.path, *paths))
    if standing is not None and standing.digest != plan.digest:
        return view | {"why": f"it has begun by another plan than {plan.path} has now"}
    return view | {"why": ""}


def say(plan: Plan, paths: Sequence[str], action: SaidAction) -> str:
    """Commit what is said to a release and return it in words.

    Raises CannotBeSaidError, GitError, NotWrittenError.
    """
    branch = Branch(repository_of(str(Path(plan.path).parent)))
    git_side = GitSide(paths, plan, branch, pushing=Pushing(), all_files=False)
    for _ in range(_TRIES):
        git_side.follow()
        books = git_side.books()
        if books.standing is None or books.waits:
            raise CannotBeSaidError(books.waits or f"release {plan.name} is not begun")
        runner = books.standing.runner
        at = AtHand(
            time.time(),
            runner,
            books.head,
            books.standing,
            books.moved,
            live=True,
            hops=(),
            sample={},
        )
        wanted = _answered(plan, at, action)
        if wanted is None:
            return "it is so already"
        if git_side.deliver(wanted, books.head) == "done":
            return wanted.title
    raise GitError("the branch moves all the time; nothing more was tried")


def _answered(plan: Plan, at: AtHand, action: SaidAction) -> ToCommit | None:
    """Return the commit that says so; None where it is so already."""
    standing = at.standing
    if standing is not None and standing.phase == "aborted" and action != "abort":
        raise CannotBeSaidError(
            f"release {plan.name} is ended; `laneway release run --again` begins it"
        )
    is_resting = standing is not None and standing.phase == "paused"
    found = answer(plan, at, ReleaseRequest(action, action), rests=is_resting)
    if isinstance(found, Finding):
        raise CannotBeSaidError(found.message)
    return found
