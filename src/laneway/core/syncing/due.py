"""What a target is to follow now: a commit's objects, and what of older ones is not to go yet.

Comes in: the newest commit, the one that somebody approved, what is applied, a policy. Goes out:
the input that is due, or a finding that says why nothing is. Asked twice it says the same twice, so
it does not matter how a commit became known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.findings.codes.syncing import NOTHING_IN_COMMIT
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.mesh.snapshot import Resource, Snapshot
from laneway.core.resources.meta import Ref
from laneway.core.rules.questions.words import counted
from laneway.core.syncing.looking import Commit, Fetched

SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
"""https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#no-prune-resources"""


class SyncPolicy(Struct, frozen=True):
    """What an Application allows to happen by itself.

    Without `automated` a commit waits until somebody approves it. Without `prune` objects stay that
    Git no longer has, with `keeps` whoever asks for their removal; without `allow_empty` all stay
    where Git has none at all.
    """

    automated: bool = False
    prune: bool = False
    self_heal: bool = False
    allow_empty: bool = False
    keeps: bool = False


class Approval(Struct, frozen=True):
    """That somebody wants a commit to be applied, and with `prune` what it lacks to be removed."""

    commit: str
    prune: bool = False


class Due(Struct, frozen=True):
    """What to follow: a commit, and its objects beside those that stay for now."""

    commit: Commit
    snapshot: Snapshot


def due(
    known: Sequence[Fetched],
    approval: Approval | None,
    policy: SyncPolicy,
    applied: Sequence[Snapshot],
) -> Due | Finding | None:
    """Say what to follow.

    `known` are the commits at hand, oldest first; `applied` the inputs of which something may serve
    now: the live one and the one on its way. A commit that cannot be read is not empty: whoever
    judges it says what is wrong. None where nobody approved a commit yet.
    """
    chosen = _chosen(known, approval, policy)
    if chosen is None:
        return None
    there = _by_ref(applied)
    is_empty = not (chosen.snapshot.resources or chosen.snapshot.unread)
    if is_empty and there and not policy.allow_empty:
        return unplaced(
            NOTHING_IN_COMMIT,
            commit=chosen.commit.short,
            objects=counted("object", [str(ref) for ref in there]),
        )
    is_approved = approval is not None and approval.commit == chosen.commit.id
    prunes = approval.prune if approval is not None and is_approved else False
    staying = left_over(chosen.snapshot, there.values())
    if not policy.keeps and (prunes or (policy.automated and policy.prune)):
        staying = [one for one in staying if is_never_pruned(one)]
    return Due(chosen.commit, with_left_over(chosen.snapshot, staying))


def _chosen(
    known: Sequence[Fetched], approval: Approval | None, policy: SyncPolicy
) -> Fetched | None:
    """Return the commit to apply: the newest, or the one that somebody approved."""
    if policy.automated:
        return known[-1] if known else None
    return next((one for one in known if approval and one.commit.id == approval.commit), None)


def left_over(found: Snapshot, applied: Iterable[Resource]) -> list[Resource]:
    """Return the applied objects that a commit does not have.

    What stood in a file that cannot be read is not gone, and such a commit is refused anyway.
    """
    names = {resource.meta.ref for resource in found.resources}
    return [resource for resource in applied if resource.meta.ref not in names]


def is_never_pruned(resource: Resource) -> bool:
    """Whether an object says of itself that it is to stay."""
    told = resource.meta.annotations.get(SYNC_OPTIONS, "")
    return "Prune=false" in [option.strip() for option in told.split(",")]


def with_left_over(found: Snapshot, staying: Sequence[Resource]) -> Snapshot:
    """Return a snapshot with further objects; without any it is the very same."""
    if not staying:
        return found
    both = (*found.resources, *staying)
    made = Snapshot.of(both, found.findings, found.unread, found.other_kinds)
    return replace(made, settings=found.settings)


def _by_ref(snapshots: Iterable[Snapshot]) -> dict[Ref, Resource]:
    return {one.meta.ref: one for snapshot in snapshots for one in snapshot.resources}
