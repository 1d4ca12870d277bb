"""Runs benchmarks: `python -m benchmarks [--baseline LANEWAY] [NAME ...]`, all without a name.

Each prints a table. None asserts a time: what is fast on one machine is slow on another, so figures
are ratios wherever there is something to compare with.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.timing import BASELINE

NAMES = (
    *("start", "reading", "render", "edit", "live", "changes", "workloads", "throughput"),
    *("interception", "fallback", "traces", "modules", "prove", "foreign"),
)


def main(words: list[str]) -> int:
    """Run the chosen benchmarks in the order of the list."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--baseline", type=Path, help="another `laneway` to compare with")
    told = parser.parse_args(words)
    if unknown := set(told.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    if told.baseline is not None:
        os.environ[BASELINE] = str(told.baseline.absolute())
    for name in NAMES:
        if not told.names or name in told.names:
            import_module(f"benchmarks.{name}").measure()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
