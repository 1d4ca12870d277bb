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


async def stopped(bringing: Any, turns: Any, asked: asyncio.Event) -> None:
    """Follow until something is asked, then have it stop; it has to end."""
    found = Fetched(Commit("a" * 40), Snapshot())
    followed: Any = SimpleNamespace(hook=None, poll=3600.0, policy=SyncPolicy(automated=True))
    repository: Any = SimpleNamespace(look=lambda: found)
    speaking = follow.Speaking(lambda _: None, lambda _: None)
    following = follow.ClusterFollowing(followed, repository, bringing, speaking, turns)
    running = asyncio.create_task(following.run())
    await asked.wait()
    following.stop()
    async with asyncio.timeout(20):
        await running


def test_told_to_stop_it_ends_though_the_cluster_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(follow, "GRACE", 0.05)
    asked = asyncio.Event()

    async def silent(*_: object, **__: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    asyncio.run(stopped(SimpleNamespace(step=silent), SimpleNamespace(is_mine=False), asked))


def test_told_to_stop_it_waits_for_its_turn_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "GRACE", 60.0)
    asked = asyncio.Event()

    async def due(*_: object, **__: object) -> Any:
        return SimpleNamespace(is_due=True)

    async def alone(_: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    turns = SimpleNamespace(is_mine=False, alone=alone)
    asyncio.run(stopped(SimpleNamespace(step=due), turns, asked))
