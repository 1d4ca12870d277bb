"""Stopping programs together with everything they started.

Comes in: processes that lead a session, or a mark. Goes out: nothing, when all of them are gone.
First the polite signal to the whole group, then, after a time, the one nobody can refuse. A child
that left its parent's group still carries the mark and is found by it.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Collection, Iterable

from laneway.adapters.processes.identity import ProcessId, find_marked, is_running

_ROUNDS = 10


def wait_gone(processes: Iterable[ProcessId], seconds: float) -> set[ProcessId]:
    """Wait until the processes have ended, at most so long; return those that still run."""
    deadline = time.monotonic() + seconds
    running = {process for process in processes if is_running(process)}
    while running and (left := deadline - time.monotonic()) > 0:
        _wait_for_an_end(running, left)
        running = {process for process in running if is_running(process)}
    return running


def _wait_for_an_end(processes: Collection[ProcessId], seconds: float) -> None:
    poll = select.poll()
    handles = []
    try:
        for process in processes:
            try:
                # a pid may be another process's by the time it is asked; a handle never is
                handle = os.pidfd_open(process.pid)
            except OSError:
                return  # gone meanwhile
            handles.append(handle)
            poll.register(handle, select.POLLIN)
        poll.poll(seconds * 1000)
    finally:
        for handle in handles:
            os.close(handle)


def stop_processes(processes: Collection[ProcessId], grace: float) -> None:
    """Stop processes and their groups: SIGTERM, then after `grace` seconds SIGKILL."""
    _signal(processes, signal.SIGTERM)
    left = wait_gone(processes, grace)
    _signal(left, signal.SIGKILL)
    wait_gone(left, seconds=5)


def stop_marked(marks: Collection[str], grace: float = 0.0) -> int:
    """Stop every process that carries a mark, or one below it; return how many there were."""
    found = find_marked(marks)
    if found and grace:
        stop_processes(found, grace)
    for _ in range(_ROUNDS):  # a family may grow while it is being stopped
        rest = find_marked(marks)
        if not rest:
            break
        _signal(rest, signal.SIGKILL)
        wait_gone(rest, seconds=5)
    return len(found)


def _signal(processes: Iterable[ProcessId], number: signal.Signals) -> None:
    for process in processes:
        if not is_running(process):
            continue
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # the leader of a group takes what it started along: a shell's children would outlive it
            if os.getpgid(process.pid) == process.pid:
                os.killpg(process.pid, number)
            else:
                os.kill(process.pid, number)
