"""Following to a cluster as steps: what is asked never answers."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from laneway.apps.agent import follow
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.syncing.due import SyncPolicy
from laneway.core.syncing.looking import Commit, Fetched


def test_told_to_stop_it_ends_though_the_cluster_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(follow, "GRACE", 0.05)
    asked = asyncio.Event()

    async def silent(*_: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    async def scene() -> None:
        found = Fetched(Commit("a" * 40), Snapshot())
        followed: Any = SimpleNamespace(hook=None, poll=3600.0, policy=SyncPolicy(automated=True))
        repository: Any = SimpleNamespace(look=lambda: found)
        bringing: Any = SimpleNamespace(step=silent)
        speaking = follow.Speaking(lambda _: None, lambda _: None)
        following = follow.ClusterFollowing(followed, repository, bringing, speaking)
        running = asyncio.create_task(following.run())
        await asked.wait()
        following.stop()
        async with asyncio.timeout(20):
            await running

    asyncio.run(scene())
