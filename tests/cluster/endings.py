"""What is left of programs that were to end.

Comes in: process numbers, or a text that their command lines hold. Goes out: that they are gone, or
which are not. Waiting ends with the process, not after a time.
"""

from __future__ import annotations

import os
import select
from collections.abc import Iterable
from pathlib import Path

PATIENCE = 30.0
"""Seconds after which a process counts as left."""


def until_gone(processes: Iterable[int]) -> None:
    """Wait until processes that are nobody's children any more are gone."""
    for pid in processes:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        found, _, _ = select.select([handle], [], [], PATIENCE)
        os.close(handle)
        assert found, f"process {pid} is left"


def naming(text: str) -> dict[int, str]:
    """Return the processes whose command line names something, and that line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if text in line:
            found[int(folder.name)] = line
    return found
