"""What somebody asks of a cluster and its repository once: how they stand, and to sync now.

Comes in: what is followed, and the way to a cluster. Goes out: a report, or what came of it.
Nothing is kept on this machine: what was applied stands in the cluster.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from laneway.apps.agent.bringing import Allowed, Bringing, ClusterLook, StepTaken
from laneway.apps.agent.follow import PAUSE, Speaking
from laneway.core.resources.meta import Ref
from laneway.core.syncing.cluster.objects import ObjectId
from laneway.core.syncing.cluster.rounds import ApplyTurn, RemoveTurn, RoundDone, WaitFor
from laneway.core.syncing.looking import Commit, Fetched
from laneway.core.syncing.report import SyncReport
from laneway.core.syncing.states import ObjectState, Sync
from laneway.core.syncing.tracking import LiveCommit, RefusedCommit, Tracked

PATIENCE = 300.0
"""Seconds until what is waited for is no longer."""


async def report(
    bringing: Bringing, application: dict[str, object], fetched: Fetched
) -> SyncReport:
    """Return how a cluster stands beside the newest commit; nothing is changed."""
    look = await bringing.look(fetched)
    applied = look.inventory.commit
    known = fetched.commit if applied == fetched.commit.id else Commit(applied)
    reasons = tuple(one.message for one in look.wrong)
    tracked = Tracked(
        known=(fetched,),
        newest=fetched.commit,
        looked=time.time(),
        live=LiveCommit(known, 0.0) if applied else None,
        refused=RefusedCommit(fetched.commit, reasons, time.time()) if reasons else None,
    )
    return SyncReport(application, tracked, tuple(_states(look)), is_unread=look.unread)


def _states(look: ClusterLook) -> Iterator[ObjectState]:
    for one in look.objects.objects:
        version = str(one.body.get("apiVersion", ""))
        yield ObjectState(_ref(one.id), version, _sync(one.id, look), look.view.wellness(one.id))
    for left in sorted(look.left_over):
        version = str(look.view.live[left].body.get("apiVersion", ""))
        wellness = look.view.wellness(left)
        if look.unread:
            yield ObjectState(_ref(left), version, "Unknown", wellness)
        else:
            yield ObjectState(_ref(left), version, "OutOfSync", wellness, requires_pruning=True)


def _sync(one: ObjectId, look: ClusterLook) -> Sync:
    """Return whether an object of the commit is as that says; of an unread one nobody knows."""
    if look.unread:
        return "Unknown"
    is_there = one in look.view.live and one not in look.view.differing
    return "Synced" if is_there and str(one) not in look.refused else "OutOfSync"


def _ref(one: ObjectId) -> Ref:
    return Ref(one.kind, one.namespace, one.name)


async def sync_once(
    bringing: Bringing, fetched: Fetched, speaking: Speaking, *, prune: bool
) -> StepTaken:
    """Bring a commit in, step by step, and return the last one: done, refused, or waiting still."""
    ends = time.monotonic() + PATIENCE
    while True:
        found = await bringing.step(fetched, Allowed(apply=True, heal=True, prune=prune))
        if found.findings:
            return found
        match found.step:
            case ApplyTurn(objects):
                speaking.line(f"applied {', '.join(str(one.id) for one in objects)}")
            case RemoveTurn(ids):
                speaking.line(f"removed {', '.join(map(str, ids))}")
            case WaitFor(waiting):
                one, wellness = waiting[0]
                speaking.line(f"waits for {one}: {wellness.health}, {wellness.message}")
                if time.monotonic() > ends:
                    return found
                await asyncio.sleep(PAUSE)
            case RoundDone() | None:
                return found
