"""Measures reading: whole processes, and reading again after one edit.

Goes out: the median of five for each figure. Nothing here passes or fails.

    python benchmarks/reading.py [OBJECTS]
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from generate_objects import write

from laneway.adapters.files import Reader

_PROGRAM = """
import gc, sys
gc.disable()  # as the command line does
from laneway.adapters.files import read_paths
print(len(read_paths(sys.argv[1:]).resources))
"""
_RUNS = 5


def median(run: Callable[[], object]) -> float:
    """Return the median time of five runs, in seconds."""
    times = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def process(folder: Path) -> None:
    """Read a folder in a process of its own."""
    subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(folder)], check=True, stdout=subprocess.DEVNULL
    )


def measure(objects: int, files: int) -> None:
    """Print the figures for that many objects in that many files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = write(folder, objects, files)
        whole = median(lambda: process(folder))
        reader = Reader([name])
        reader.read()
        edited = next(iter(sorted(folder.iterdir())))
        text = edited.read_text()

        def again() -> None:
            edited.write_text(text + f"# {time.perf_counter_ns()}\n")
            reader.read()

        edit = median(again)
    print(f"{objects:>7} objects {size / 1e6:5.1f} MB {files:>6} files: ", end="")
    print(f"whole process {whole:6.3f} s   again after an edit of one file {edit * 1e3:7.1f} ms")


def main() -> None:
    """Measure one file, a hundred, and a file for each ten objects."""
    gc.disable()
    objects = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as empty:
        print(f"an empty folder: whole process {median(lambda: process(Path(empty))):6.3f} s")
    for files in (1, 100, objects // 10):
        measure(objects, files)


if __name__ == "__main__":
    main()
