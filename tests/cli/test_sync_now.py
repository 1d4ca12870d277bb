"""What `laneway sync now` says while it waits for a mesh, which here answers when it is told."""

from __future__ import annotations

import os

import pytest

from laneway.apps.local.record import sync_now as waiting
from laneway.apps.local.record.synced import SyncFolder
from laneway.core.syncing.report import SyncReport
from laneway.core.syncing.tracking import Tracked
from tests.cli.meshes import running_mesh

APPLICATION = {"name": "shop", "repoURL": "https://git.test/a", "targetRevision": "", "path": ""}


@pytest.mark.parametrize(("silence", "count"), [(0.0, 1), (3600.0, 0)])
def test_who_waits_is_told_once_and_only_after_a_while_what_for(
    silence: float, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "SILENCE", silence)
    monkeypatch.setattr(os, "kill", lambda *_: None)
    mesh = running_mesh("shop", paths=["https://git.test/a  ."])
    folder = SyncFolder(mesh.sync)
    folder.begin()
    folder.write(SyncReport(APPLICATION, Tracked()).as_value())
    said: list[str] = []
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        for wish in folder.wishes():
            if len(waits) == 3:
                wish.answered()

    waiting.sync_now(mesh, wait, said.append, prune=False)

    assert (len(waits), len(said)) == (3, count)
    assert all("mesh shop asks https://git.test/a" in one for one in said)
