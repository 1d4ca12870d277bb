"""The walks of ARCHITECTURE.md through a running mesh are walked as they are written."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from laneway.adapters.files import Reader
from laneway.adapters.processes.identity import MARK
from laneway.apps.local.mesh.announcer import Announcer
from laneway.apps.local.mesh.configuration import Options
from laneway.apps.local.mesh.detach import Release
from laneway.apps.local.mesh.input import Files
from laneway.apps.local.mesh.up import Launch
from laneway.apps.local.record.state import FolderLock, MeshFolder
from laneway.apps.local.verify.run import Wish, verify
from laneway.core.compile import compile_snapshot
from laneway.core.fleet.allocator import Opened
from laneway.core.fleet.commands import Commands
from laneway.core.gate import revision_of
from tests.house.test_walks import Trace, astray, traced
from tests.wire.laneway_up import PATIENCE
from tests.wire.saving import save

pytestmark = pytest.mark.envoy
NO_COMMANDS = Commands.of_texts((), {})


class Ready(Release, frozen=True):
    """Told by a mesh that was looked at once after its start; what it says further is read here."""

    event: asyncio.Event

    def __call__(self, log: Path) -> None:
        del log
        self.event.set()


async def first_of(running: asyncio.Task[int], event: asyncio.Event) -> None:
    """Wait for an event; a mesh that ends before it fails with what ended it."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait({running, waiting}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    assert waiting.done(), running.result()


def test_an_edit_and_a_verify_go_as_they_are_written(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mesh runs in this process, where its modules can be watched."""
    folder, reader = MeshFolder(tmp_path / "state" / "walk"), Reader([str(sample)])
    launch = Launch(folder, Options((str(sample),), 18970, NO_COMMANDS), Files(reader))
    revision = revision_of(compile_snapshot(reader.read()), NO_COMMANDS)
    monkeypatch.setenv(MARK, "")  # the mesh sets it for Envoy; other tests get back what was there
    monkeypatch.setattr("laneway.apps.local.mesh.up.gc.freeze", lambda: None)
    monkeypatch.setattr("laneway.adapters.processes.Claims.claim", lambda *_: True)
    lock, edit = FolderLock.take(folder), Trace()
    told, opened = asyncio.Event(), Announcer.opened

    def end_of_edit(
        announcer: Announcer, before: Sequence[Opened], after: Sequence[Opened]
    ) -> None:
        opened(announcer, before, after)
        sys.setprofile(None)
        told.set()

    async def walk() -> Trace:
        ready = asyncio.Event()
        running = asyncio.create_task(launch.run(revision, Ready(0, ready)))
        await first_of(running, ready)
        monkeypatch.setattr(Announcer, "opened", end_of_edit)
        sys.setprofile(edit)
        file = sample / "route.yaml"
        save(file, file.read_text().replace("weight: 50", "weight: 40", 1))
        await first_of(running, told)
        verified = await asyncio.to_thread(traced, lambda: verify(folder, Wish(requests=1)).verdict)
        os.kill(os.getpid(), signal.SIGINT)
        assert await running == 0
        return verified

    verified = asyncio.run(walk())
    assert lock is not None
    lock.release()

    assert astray("one edit until it is live", edit) == []
    assert astray("one verify", verified) == []
