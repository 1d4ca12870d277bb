"""The repository that is followed, as pages ask for it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from laneway.apps.console.run import CALLS
from laneway.apps.local.record.sync_now import NotSyncedError
from laneway.core.mesh.snapshot import Snapshot
from tests.console.asking import ask
from tests.console.serving import console


class Followed:
    """A repository that is followed, or not."""

    def __init__(self) -> None:
        self.pruned: list[bool] = []
        self.is_gone = False

    def status(self) -> dict[str, Any]:
        if self.is_gone:
            raise NotSyncedError("it is gone")
        return {"sync": {"status": "Synced"}}

    def sync(self, *, prune: bool) -> dict[str, Any]:
        self.pruned.append(prune)
        return self.status()


def test_a_sync_is_asked_for_and_leaves_a_line(tmp_path: Path) -> None:
    async def walk() -> None:
        served, followed = console(tmp_path, CALLS, Snapshot()), Followed()
        served.visit.ground.followed = followed  # type: ignore[misc]
        await served.come_in()
        answer = await served.client.post(
            "/api/v1/sync", json={"prune": True}, headers=served.headers
        )
        followed.is_gone = True
        gone = await served.client.get("/api/v1/sync")

        assert answer.json() == {"sync": {"status": "Synced"}}
        assert followed.pruned == [True]
        assert "POST /api/v1/sync" in served.audit.getvalue()
        assert (gone.status_code, gone.json()["error"]["detail"]) == (503, "it is gone")

    asyncio.run(walk())


def test_where_files_are_the_input_nothing_is_synced(tmp_path: Path) -> None:
    assert ask(tmp_path, Snapshot(), "/sync").status_code == 404
