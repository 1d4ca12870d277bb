"""Which process is meant: its number together with the time it began.

Comes in: a process number, or a mark in the environment. Goes out: a ProcessId that stays right
when the number is used again by a stranger. A process that has ended and waits to be collected by
its parent counts as gone. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path

from msgspec import Struct

MARK = "LANEWAY_MARK"
"""The environment variable by which the family of a program is found again."""


class ProcessId(Struct, frozen=True):
    """A process: its number, and its start in clock ticks since the machine's boot."""

    pid: int
    started: int


def identify(pid: int) -> ProcessId | None:
    """Return the identity of a running process, None when there is none of that number."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The second field is the program's name in parentheses and may hold anything.
    fields = stat[stat.rfind(b")") + 2 :].split()
    if not fields or fields[0] in (b"Z", b"X"):
        return None
    return ProcessId(pid, int(fields[19]))


def own_age() -> float:
    """Return the seconds since this process was started, as its caller waits for it."""
    own = identify(os.getpid())
    begun = own.started / os.sysconf("SC_CLK_TCK") if own else 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - begun if begun else 0.0


def is_running(process: ProcessId) -> bool:
    """Return whether this very process runs, and not another one that got its number."""
    return identify(process.pid) == process


def find_marked(marks: Collection[str]) -> dict[ProcessId, str]:
    """Find the running processes whose mark is one of `marks`, or begins with one and a slash.

    Children inherit the mark, so that a whole family is found even if its first process is gone.
    Processes of other users cannot be read and are never among them, nor is the caller itself.
    """
    own_pid = str(os.getpid())
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or entry.name == own_pid:
            continue
        if (own := mark_of(entry)) is not None:
            process = identify(int(entry.name))
            if process is not None and any(_is_below(own, mark) for mark in marks):
                found[process] = own
    return found


def _is_below(mark: str, other: str) -> bool:
    return mark == other or mark.startswith(f"{other}/")


def mark_of(entry: Path) -> str | None:
    """Return the mark of a process, by its folder in /proc; None if it has none one may see."""
    try:
        environment = (entry / "environ").read_bytes()
    except OSError:
        return None
    name = MARK.encode() + b"="
    for variable in environment.split(b"\0"):
        if variable.startswith(name):
            return variable[len(name) :].decode(errors="replace")
    return None
