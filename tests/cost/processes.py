"""What a process has taken so far: seconds of processor time, memory now and at its peak.

Comes in: the number of a running process. Goes out: the kernel's own counts. A process that has
ended is an OSError: whoever asks too late is told.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from msgspec import Struct

TICKS = os.sysconf("SC_CLK_TCK")


class Taken(Struct, frozen=True):
    """Seconds of processor time, and megabytes."""

    processor: float
    resident: float
    peak: float


def taken(process: int) -> Taken:
    """Return what a process has taken.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    folder = Path(f"/proc/{process}")
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    status = (folder / "status").read_text()
    resident, peak = (_megabytes(status, name) for name in ("VmRSS", "VmHWM"))
    return Taken((int(fields[11]) + int(fields[12])) / TICKS, resident, peak)


def _megabytes(status: str, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
