"""How long a command takes to say its first word, beside a Python program that does nothing."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.timing import in_turns, laneway, table

ROUNDS = 15
EMPTY = "python -c pass"
SAMPLE = Path(__file__).parents[1] / "examples" / "strict-lanes"
KEY = {"_LANEWAY_COMPLETE": "bash_complete", "COMP_WORDS": "laneway ch", "COMP_CWORD": "1"}
"""What bash asks when a key completes `laneway ch`."""


def measure() -> None:
    """Print the times of help, completion and two commands, and how often an empty program's."""
    asked = ["explain", "--host", "x", "--path", "/mock", "-H", "x-asm-prefer-tag: s2"]
    commands: dict[str, list[str | Path]] = {
        EMPTY: [sys.executable, "-c", "pass"],
        "import click": [sys.executable, "-c", "import click"],
        "laneway --help": [laneway(), "--help"],
        "laneway up --help": [laneway(), "up", "--help"],
        "a key of completion": [
            "env",
            *(f"{name}={text}" for name, text in KEY.items()),
            laneway(),
        ],
        "laneway check strict-lanes": [laneway(), "check", SAMPLE],
        "laneway explain strict-lanes": [laneway(), *asked, SAMPLE],
    }
    with tempfile.TemporaryDirectory(prefix="laneway-bench-") as work:
        found = in_turns(commands, Path(work) / "output", ROUNDS)
    empty = found[EMPTY].processor
    table(
        f"start of a command, median of {ROUNDS}",
        ("command", "time", "processor", "of an empty program's", "memory"),
        [
            (
                name,
                f"{one.seconds * 1000:.0f} ms",
                f"{one.processor * 1000:.0f} ms",
                f"{one.processor / empty:.1f} x",
                f"{one.megabytes:.0f} MB",
            )
            for name, one in found.items()
        ],
    )
