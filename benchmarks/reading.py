"""Reading 10,000 objects: whole processes, and reading again after one file was edited."""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.generate_objects import write
from benchmarks.timing import ROUNDS, in_turns, table

from laneway.adapters.files import Reader

OBJECTS = 10_000
_PROGRAM = """
import gc, sys
gc.disable()  # as the command line does
from laneway.adapters.files import read_paths
print(len(read_paths(sys.argv[1:]).resources))
"""


def measure() -> None:
    """Print figures for one file, a hundred, and a file for each ten objects."""
    gc.disable()
    rows = [_row(files) for files in (1, 100, OBJECTS // 10)]
    table(
        f"reading {OBJECTS} objects, median of {ROUNDS}",
        ("files", "size", "whole process", "empty folder", "memory", "again after an edit"),
        rows,
    )


def _row(files: int) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory(prefix="laneway-bench-") as work:
        folder, empty = Path(work) / "objects", Path(work) / "empty"
        folder.mkdir()
        empty.mkdir()
        size = write(folder, OBJECTS, files)
        program = [sys.executable, "-c", _PROGRAM]
        commands = {"whole": [*program, str(folder)], "empty": [*program, str(empty)]}
        found = in_turns(commands, Path(work) / "output")
        again = _again(folder)
    return (
        str(files),
        f"{size / 1e6:.1f} MB",
        f"{found['whole'].seconds:.2f} s",
        f"{found['empty'].seconds:.2f} s",
        f"{found['whole'].megabytes:.0f} MB",
        f"{again * 1000:.1f} ms",
    )


def _again(folder: Path) -> float:
    """Return the median time of reading a folder again after an edit of one file, in seconds."""
    reader = Reader([str(folder)])
    reader.read()
    edited = min(folder.iterdir())
    text = edited.read_text()
    times = []
    for _ in range(ROUNDS):
        edited.write_text(text + f"# {time.perf_counter_ns()}\n")
        begin = time.perf_counter()
        reader.read()
        times.append(time.perf_counter() - begin)
    return median(times)
