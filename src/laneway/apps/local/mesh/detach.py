"""Going on in the background: the command returns when the mesh is ready, the mesh stays.

The process forks before anything else happens. The child leads a session of its own and speaks to
the terminal like a foreground mesh until it is ready; then its output goes to the mesh's log and
the parent returns the child's verdict. A Ctrl-C before that reaches the parent, which passes it on
and never raises: whatever Python does at that moment must not print a traceback.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

WORLD_FAILED = 3
BUG = 70


class Release(Struct, frozen=True):
    """The child's way to let the parent go."""

    handle: int

    def __call__(self, log: Path) -> None:
        """Say that the mesh is ready and send further output to the log."""
        sys.stdout.flush()
        sys.stderr.flush()
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for stream in (1, 2):
            os.dup2(file, stream)
        os.close(file)
        os.write(self.handle, b"\0")
        os.close(self.handle)


def in_background(run: Callable[[Release], int]) -> int:
    """Run in a child; return 0 once it is released, or its exit code if it ends before that."""
    reading, writing = os.pipe()
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.setsid()
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os._exit(_verdict_of_child(run, Release(writing)))
    os.close(writing)
    before = signal.signal(signal.SIGINT, lambda *_: _end(child))
    signal.pthread_sigmask(signal.SIG_SETMASK, masked)
    try:
        return _verdict(child, reading)
    finally:
        signal.signal(signal.SIGINT, before)


def _end(child: int) -> None:
    """Have a child end as a mesh does when it is told to."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGTERM)


def _verdict_of_child(run: Callable[[Release], int], release: Release) -> int:
    """Run to the end. Nothing may escape: the parent's code above must not run a second time."""
    try:
        code = run(release)
    except OSError as error:
        sys.stderr.write(f"Error: {error}\n")
        code = WORLD_FAILED
    except Exception:  # noqa: BLE001 - told, and turned into an exit code
        traceback.print_exc()
        code = BUG
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _verdict(child: int, reading: int) -> int:
    """Wait until the child is ready or has ended."""
    if os.read(reading, 1):
        return 0
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else WORLD_FAILED
