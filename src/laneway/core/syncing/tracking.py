"""Which commit serves, which is refused, which are still needed: what is known, step by step.

Comes in: what was known, and one thing that happened: a look, an approval, an input given to the
target, a look at how the target stands. Goes out: what is known then. A target speaks of snapshots;
here it is known of which commits these are. Times are seconds since 1970 and come in as data.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.changes.snapshots import changes
from laneway.core.findings.finding import Finding
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.syncing.due import (
    Approval,
    Due,
    SyncPolicy,
    due,
    left_over,
    with_left_over,
)
from laneway.core.syncing.looking import Commit, Fetched, Looked, Unreached, Untaken


class RefusedCommit(Struct, frozen=True):
    """A commit that does not become what serves, since when, and why, a line for each reason."""

    commit: Commit
    reasons: tuple[str, ...]
    since: float


class LiveCommit(Struct, frozen=True):
    """The commit that serves, since when, and which objects that changed."""

    commit: Commit
    since: float
    changed: tuple[str, ...] = ()


class TargetStanding(Struct, frozen=True):
    """How a target stands: its live input, and the one it refused or failed to take, and why."""

    live: Snapshot
    refused: Snapshot | None = None
    reasons: tuple[str, ...] = ()


class Tracked(Struct, frozen=True):
    """All that is known.

    `known` are the commits at hand, oldest first. `offered` are the inputs given to the target,
    oldest first, back to the one that serves; `serving` is that one. `trouble` says why the last
    look found nothing, and whether it is because there `is_gone` what was followed; `looked` when
    one last did.
    """

    known: tuple[Fetched, ...] = ()
    newest: Commit | None = None
    looked: float = 0.0
    trouble: tuple[Finding, ...] = ()
    is_gone: bool = False
    approval: Approval | None = None
    offered: tuple[Due, ...] = ()
    serving: Snapshot | None = None
    live: LiveCommit | None = None
    refused: RefusedCommit | None = None

    @property
    def trouble_text(self) -> str:
        """The trouble in a line, empty for none."""
        return "; ".join(one.message for one in self.trouble)

    @property
    def newest_snapshot(self) -> Snapshot | None:
        """What the newest commit says, if that could be read."""
        return next((one.snapshot for one in self.known if one.commit == self.newest), None)

    @property
    def needed(self) -> frozenset[str]:
        """The ids of the commits that may serve yet, or again."""
        found = {self.live.commit.id} if self.live else set()
        found |= {self.approval.commit} if self.approval else set()
        return frozenset(found | {one.commit.id for one in self.known})

    def due(self, policy: SyncPolicy, applied: Sequence[Snapshot]) -> Due | Finding | None:
        """Say what to follow now."""
        return due(self.known, self.approval, policy, applied)

    def served_last(self, left: Snapshot) -> Due | None:
        """Return the commit that served last, with whatever else is left serving."""
        live = self.live.commit.id if self.live else ""
        found = next((one for one in self.known if one.commit.id == live), None)
        if found is None:
            return None
        staying = left_over(found.snapshot, left.resources)
        return Due(found.commit, with_left_over(found.snapshot, staying))


def saw(before: Tracked, looked: Looked, now: float) -> Tracked:
    """Take note of a look. Another commit than before takes the place of a refused one."""
    if isinstance(looked, Unreached):
        return replace(before, trouble=looked.findings, is_gone=looked.is_gone)
    after = replace(before, newest=looked.commit, looked=now, trouble=(), is_gone=False)
    if looked.commit != before.newest:
        after = replace(after, refused=None)
    if isinstance(looked, Untaken):
        return withheld(after, tuple(one.message for one in looked.findings), now)
    return replace(after, known=(*_without(before.known, looked.commit), looked))


def remembered(before: Tracked, found: Fetched) -> Tracked:
    """Take note of a commit of earlier times, unless it is known."""
    if any(one.commit.id == found.commit.id for one in before.known):
        return before
    return replace(before, known=(found, *before.known))


def approved(before: Tracked, *, prune: bool) -> Tracked:
    """Have the newest commit be applied; without one nothing is to be approved."""
    if before.newest_snapshot is None or before.newest is None:
        return before
    return replace(before, approval=Approval(before.newest.id, prune))


def offered(before: Tracked, given: Due) -> Tracked:
    """Take note of what is given to the target."""
    return replace(before, offered=(*before.offered, given))


def withheld(before: Tracked, reasons: tuple[str, ...], now: float) -> Tracked:
    """Take note that the newest commit is not given to the target."""
    if before.newest is None or _is_refused(before, before.newest):
        return before
    return replace(before, refused=RefusedCommit(before.newest, reasons, now))


def stands(before: Tracked, seen: TargetStanding, now: float) -> Tracked:
    """Take note of how the target stands."""
    after = _serves(before, seen.live, now)
    if seen.refused is None:
        return after
    given = next(
        (one for one in reversed(after.offered) if one.snapshot.is_same(seen.refused)), None
    )
    if given is None or given.commit != after.newest or _is_refused(after, given.commit):
        return after
    return replace(after, refused=RefusedCommit(given.commit, seen.reasons, now))


def _serves(before: Tracked, live: Snapshot, now: float) -> Tracked:
    """Find the commit that serves; of several that say the same it is the newest."""
    found = [at for at, one in enumerate(before.offered) if one.snapshot.is_same(live)]
    if not found:
        return before
    commit = before.offered[found[-1]].commit
    after = replace(before, offered=before.offered[found[-1] :], serving=live)
    if before.live is None or before.live.commit.id != commit.id:
        changed = () if before.serving is None else tuple(changes(before.serving, live))
        refused = None if _is_refused(before, commit) else before.refused
        after = replace(after, live=LiveCommit(commit, now, changed), refused=refused)
    return replace(after, known=tuple(one for one in after.known if _may_serve(after, one.commit)))


def _may_serve(tracked: Tracked, commit: Commit) -> bool:
    """Whether a commit serves, is the newest, or was approved."""
    ids = {tracked.live.commit.id} if tracked.live else set()
    ids |= {tracked.newest.id} if tracked.newest else set()
    ids |= {tracked.approval.commit} if tracked.approval else set()
    return commit.id in ids


def _is_refused(tracked: Tracked, commit: Commit) -> bool:
    return tracked.refused is not None and tracked.refused.commit == commit


def _without(known: tuple[Fetched, ...], commit: Commit) -> tuple[Fetched, ...]:
    return tuple(one for one in known if one.commit.id != commit.id)
