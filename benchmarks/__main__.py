"""Runs benchmarks: `python -m benchmarks [NAME ...]`, all without a name.

Each prints a table. None asserts a time: what is fast on one machine is slow on another, so figures
are ratios wherever there is something to compare with.
"""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = (
    *("start", "reading", "render", "edit", "live", "changes", "workloads", "throughput"),
    *("fallback", "traces", "prove", "foreign"),
)


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks in the order of the list."""
    unknown = set(chosen) - set(NAMES)
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
        return 2
    for name in NAMES:
        if not chosen or name in chosen:
            import_module(f"benchmarks.{name}").measure()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
