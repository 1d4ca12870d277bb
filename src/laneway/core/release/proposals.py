"""Moves of a release that are proposed: branches at the remote that wait for somebody to merge.

Comes in: where the release stands by its own branch, and the branches beside it. Goes out: the one
that is ahead, if any. What changes no file is a record: it holds as soon as it is pushed, and
nobody has to merge it. What changes files holds once the branch has its trailer, by whatever
commit: a squash or a rebase makes another. A stage is proposed as attempt 0, whose clock does not
run; who sees it merged records attempt 1.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from laneway.core.release.standing import TRAILER, ReleaseStanding


class Proposal(Struct, frozen=True):
    """A branch at the remote, and what its newest commit says."""

    branch: str
    standing: ReleaseStanding
    is_record: bool


def branch_name(prefix: str, standing: ReleaseStanding) -> str:
    """Return the branch of a move: the same for whoever comes to that move of the same release.

    >>> from laneway.core.release.standing import EXAMPLE
    >>> branch_name("release", EXAMPLE)
    'release/v3-0a1b2c-stage-2-attempt-1'
    """
    attempt = f"-attempt-{standing.attempt}" if standing.attempt else ""
    phase = "" if standing.phase == "running" else f"-{standing.phase}"
    run = f"{standing.name}-{standing.before[:7]}"
    return f"{prefix}/{run}-stage-{standing.stage}{attempt}{phase}"


def ahead(at: ReleaseStanding | None, proposals: Sequence[Proposal]) -> Proposal | None:
    """Return the furthest proposal that the branch does not have; an end is before all.

    A release that is over, or has not begun, is followed by the newest that is proposed.
    """
    mine = [
        one
        for one in proposals
        if at and one.standing.before == at.before and _rank(one.standing) > _rank(at)
    ]
    best = max(mine, key=_of, default=None)
    now = best.standing if best else at
    if (best and not best.is_record) or (now and now.phase not in ("aborted", "done")):
        return best
    newer = [
        one
        for one in proposals
        if now is None or (one.standing.before != now.before and one.standing.since > now.since)
    ]
    if not newer:
        return best
    run = max(newer, key=lambda one: one.standing.since).standing.before
    return max((one for one in newer if one.standing.before == run), key=_of)


def ahead_of(
    at: ReleaseStanding | None, proposals: Sequence[Proposal]
) -> tuple[Proposal | None, ReleaseStanding | None]:
    """Return the proposal that waits for a merge, if any, and where the release stands without it.

    The second is what the branch says, or a record beside it that is further in the same release.
    """
    found = ahead(at, proposals)
    if found is None:
        return None, at
    if found.is_record:
        return None, found.standing
    mine = [one for one in proposals if one.standing.before == found.standing.before]
    record = ahead(at, [one for one in mine if one.is_record])
    return found, record.standing if record else at


def waiting(one: Proposal, *, is_there: bool) -> str:
    """Say that a proposal waits; `is_there` says that the files are as it wants them."""
    if is_there:
        line = f"{TRAILER}: {one.standing.trailer()}"
        return (
            f"the files are as {one.branch} has them, but no commit has its trailer: "
            f"merge a commit, it may be empty, whose message ends with the line\n  {line}"
        )
    if one.standing.phase == "aborted":
        return f"THE WEIGHTS ARE NOT BACK until somebody merges {one.branch}"
    return f"waits until somebody merges {one.branch}; `laneway release abort` ends it"


def _of(one: Proposal) -> tuple[bool, int, int, bool]:
    return _rank(one.standing)


def _rank(at: ReleaseStanding) -> tuple[bool, int, int, bool]:
    return at.phase == "aborted", at.stage, at.attempt, at.phase != "running"
