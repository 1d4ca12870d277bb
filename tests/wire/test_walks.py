"""The walks of ARCHITECTURE.md through a running mesh are walked as they are written."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from laneway.adapters.files import Reader
from laneway.adapters.gitstore import GitCredentials, Store
from laneway.adapters.processes.identity import MARK
from laneway.apps.local.mesh.announcer import Announcer
from laneway.apps.local.mesh.configuration import Options
from laneway.apps.local.mesh.detach import Release
from laneway.apps.local.mesh.input import Files
from laneway.apps.local.mesh.up import Launch
from laneway.apps.local.record.state import FolderLock, MeshFolder
from laneway.apps.local.record.synced import SyncFolder
from laneway.apps.local.sync.run import following
from laneway.apps.local.verify.run import Wish, verify
from laneway.apps.repository.application import AskedBeside, read_application_file
from laneway.core.compile import compile_snapshot
from laneway.core.fleet.allocator import Opened
from laneway.core.fleet.commands import Commands
from laneway.core.gate import revision_of
from tests.house.test_walks import Trace, astray, traced
from tests.wire.conftest import EXAMPLES
from tests.wire.laneway_up import PATIENCE
from tests.wire.remote import GitRemote, free_port
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


class Push:
    """A mesh in this process that follows a repository, from its start to one push that is live."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = MeshFolder(path / "state" / "push")
        self.remote, self.port = GitRemote(path, EXAMPLES / "gitops"), free_port()
        asked = AskedBeside(3600.0, GitCredentials(), webhook=f"127.0.0.1:{self.port}")
        found = read_application_file(str(self.remote.app), asked).followed
        assert found is not None
        self.followed, self.trace, self.told = found, Trace(), asyncio.Event()
        self._opened = Announcer.opened
        self._monkeypatch = monkeypatch

    async def walk(self, store: Store) -> None:
        """Start, push, wait until it is live, and end."""
        source = following(self.folder, self.followed, store)
        launch = Launch(self.folder, Options(("",), 18971, NO_COMMANDS), source)
        revision = revision_of(compile_snapshot(next(iter(source.first()))), NO_COMMANDS)
        ready = asyncio.Event()
        running = asyncio.create_task(launch.run(revision, Ready(0, ready)))
        await first_of(running, ready)
        await asyncio.to_thread(self._until_quiet)
        self.remote.edit("route.yaml", "weight: 50", "weight: 40")
        self.remote.push("Less")
        for _ in range(20):  # what is done behind a look, and when `git` ends, is over as well
            await asyncio.to_thread(int)
        self._watch()
        telling = asyncio.create_task(asyncio.to_thread(self.remote.tell, self.port, ""))
        await first_of(running, self.told)
        assert await telling == 202
        os.kill(os.getpid(), signal.SIGINT)
        assert await running == 0

    def _until_quiet(self) -> None:
        """Wait until the second look is over: the one after webhooks are taken."""
        seen: set[float] = set()
        ends = time.monotonic() + PATIENCE
        while len(seen) < 2:
            assert time.monotonic() < ends
            if status := SyncFolder(self.folder.sync).read():
                seen.add(status["repository"]["looked"])

    def _watch(self) -> None:
        def opened(announcer: Announcer, before: Sequence[Opened], after: Sequence[Opened]) -> None:
            self._opened(announcer, before, after)
            sys.setprofile(None)
            threading.setprofile(None)
            self.told.set()

        self._monkeypatch.setattr(Announcer, "opened", opened)
        sys.setprofile(self.trace)
        threading.setprofile(self.trace)


def test_a_push_goes_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As above; what asks the repository is a thread, which is watched as well."""
    monkeypatch.setenv(MARK, "")
    monkeypatch.setattr("laneway.apps.local.mesh.up.gc.freeze", lambda: None)
    monkeypatch.setattr("laneway.adapters.processes.Claims.claim", lambda *_: True)
    push = Push(tmp_path, monkeypatch)
    lock = FolderLock.take(push.folder)

    with Store(str(tmp_path / "store")) as store:
        asyncio.run(push.walk(store))
    assert lock is not None
    lock.release()

    assert astray("one push until it is live", push.trace) == []
