"""The repository that is followed: its newest commit, each object's state, and a sync now."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import Struct

from laneway.apps.console.api.calls import ApiCall, CallAsked, CallRefused
from laneway.apps.console.seams import RepositoryFollowed
from laneway.apps.local.record.sync_now import NotSyncedError


class SyncNow(Struct, frozen=True):
    """A wish to sync; with `prune` what the commit lacks is removed."""

    prune: bool = False


def _followed(asked: CallAsked) -> RepositoryFollowed:
    found = asked.ground.followed
    if found is None:
        raise CallRefused(404, "No repository is followed", "`laneway sync` makes such a mesh.")
    return found


async def _status(asked: CallAsked) -> dict[str, Any]:
    try:
        return await asyncio.to_thread(_followed(asked).status)
    except NotSyncedError as error:
        raise CallRefused(
            503, "It is not known how the repository is followed", f"{error}"
        ) from error


async def _now(asked: CallAsked) -> dict[str, Any]:
    wish: SyncNow = asked.body
    try:
        return await asyncio.to_thread(_followed(asked).sync, prune=wish.prune)
    except NotSyncedError as error:
        raise CallRefused(502, "It was not synced", f"{error}") from error


async def _syncers(asked: CallAsked) -> list[dict[str, Any]]:
    return [dict(one) for one in asked.seen.syncers]


CALLS = (
    ApiCall("GET", "/sync", "How a repository is followed", _status, dict[str, Any]),
    ApiCall("POST", "/sync", "Sync now", _now, dict[str, Any], takes=SyncNow, writes=True),
    ApiCall(
        "GET",
        "/syncers",
        "Who keeps objects of a cluster in step with a repository",
        _syncers,
        list[dict[str, Any]],
    ),
)
