"""How a target follows its repository, as one value that doors print and serve.

Comes in: commits, the states of objects, what was refused. Goes out: plain values whose names are
those of an Application's status where they say the same.
https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from laneway.core.findings.finding import Finding
from laneway.core.syncing.due import Approval
from laneway.core.syncing.looking import Commit
from laneway.core.syncing.states import ObjectState, Sync, Wellness, health_of, sync_of
from laneway.core.syncing.tracking import LiveCommit, Tracked


class SyncReport(Struct, frozen=True):
    """All of it.

    `application` names what is followed, as plain values. `is_on_its_way` says that something is
    wanted and not live yet, `is_unread` that nobody can read what the newest commit wants.
    """

    application: Mapping[str, Any]
    tracked: Tracked
    states: tuple[ObjectState, ...] = ()
    is_on_its_way: bool = False
    is_unread: bool = False

    @property
    def sync(self) -> Sync:
        """Whether what serves is what the newest commit says; while none is seen, nobody knows."""
        if self.tracked.newest is None or self.tracked.trouble:
            return "Unknown"
        if self.tracked.refused is not None:
            return "Unknown" if self.is_unread else "OutOfSync"
        return sync_of(self.states)

    @property
    def wellness(self) -> Wellness:
        """How well it is: as its worst object; what is on its way is not there yet."""
        found = [one.wellness for one in self.states if one.wellness is not None]
        if self.is_on_its_way:
            found.append(Wellness("Progressing", "what is wanted is not live yet"))
        return health_of(found)

    def as_value(self) -> dict[str, Any]:
        """Return it as plain values."""
        known, wellness = self.tracked, self.wellness
        live, refused, approval = known.live, known.refused, known.approval
        newest = known.newest_snapshot
        return {
            "application": dict(self.application),
            "sync": {"status": self.sync, "revision": known.newest and _commit(known.newest)},
            "health": {"status": wellness.health, "message": wellness.message},
            "live": live
            and {
                "revision": _commit(live.commit),
                "since": live.since,
                "changed": list(live.changed),
            },
            "refused": refused
            and {
                "revision": _commit(refused.commit),
                "since": refused.since,
                "reasons": list(refused.reasons),
            },
            "approved": approval and {"revision": approval.commit, "prune": approval.prune},
            "repository": {
                "looked": known.looked,
                "trouble": known.trouble_text,
                "isGone": known.is_gone,
                "findings": [_finding(one) for one in known.trouble],
            },
            "resources": [one.as_value() for one in self.states],
            "passedBy": dict(newest.other_kinds) if newest else {},
        }


def _finding(one: Finding) -> dict[str, str]:
    return {"code": one.code.id, "message": one.message, "why": one.code.why, "fix": one.fix}


def tracked_of(value: Mapping[str, Any]) -> Tracked:
    """Read back what outlives a process: what served, and what was approved."""
    live, approval = value["live"], value["approved"]
    return Tracked(
        live=live and LiveCommit(_commit_of(live["revision"]), live["since"]),
        approval=approval and Approval(approval["revision"], approval["prune"]),
    )


def _commit(commit: Commit) -> dict[str, Any]:
    return {"id": commit.id, "subject": commit.subject, "author": commit.author, "at": commit.at}


def _commit_of(value: Mapping[str, Any]) -> Commit:
    return Commit(value["id"], value["subject"], value["author"], value["at"])
