"""How long a command takes to say its first word."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.timing import in_turns, laneway, table

ROUNDS = 15


def measure() -> None:
    """Print the time of `laneway --help` beside that of an empty Python program."""
    commands: dict[str, list[str | Path]] = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "laneway --help": [laneway(), "--help"],
        "laneway render --help": [laneway(), "render", "--help"],
        "laneway up --help": [laneway(), "up", "--help"],
    }
    with tempfile.TemporaryDirectory(prefix="laneway-bench-") as work:
        found = in_turns(commands, Path(work) / "output", ROUNDS)
    table(
        f"start of a command, median of {ROUNDS}",
        ("command", "time", "processor", "memory"),
        [
            (
                name,
                f"{one.seconds * 1000:.0f} ms",
                f"{one.processor * 1000:.0f} ms",
                f"{one.megabytes:.0f} MB",
            )
            for name, one in found.items()
        ],
    )
