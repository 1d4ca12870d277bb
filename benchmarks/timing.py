"""Whole processes, measured: how long, how much processor time, how much memory.

Comes in: commands. Goes out: medians. Commands that are compared take turns, so that a busy machine
is busy for both, and memory is the kernel's own count of the largest resident set.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from math import comb
from pathlib import Path
from statistics import median

from msgspec import Struct

ROUNDS = 5
BASELINE = "LANEWAY_BENCH_BASELINE"
"""The variable that names another Laneway to compare with."""


class Usage(Struct, frozen=True):
    """What a process took: seconds on the clock and on the processor, megabytes at its peak.

    Of several runs these are medians, and `least` is the processor time of the run that was
    disturbed least: growth is judged by it, since a machine shared with others slows single runs
    by half.
    """

    seconds: float
    processor: float
    megabytes: float
    least: float = 0


def run(command: Sequence[str | Path], output: Path) -> Usage:
    """Run a command once, its standard output going to a file; exit codes above 1 raise."""
    words = [str(word) for word in command]
    runner = _runner()
    if runner.stdin is None or runner.stdout is None:
        raise RuntimeError("the runner has no pipes")
    asked = {"command": words, "output": str(output), "environment": warm_environment()}
    runner.stdin.write(json.dumps(asked) + "\n")
    runner.stdin.flush()
    said = json.loads(runner.stdout.readline())
    if said.pop("code") not in (0, 1):
        raise subprocess.SubprocessError(f"{words} failed")
    return Usage(**said)


def warm_environment() -> dict[str, str]:
    """Return an environment in which Python keeps what it compiled, as it does by default."""
    return {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


@cache
def _runner() -> subprocess.Popen[str]:
    program = Path(__file__).with_name("runner.py")
    words = [sys.executable, "-I", "-S", str(program)]
    pipe = subprocess.PIPE
    runner = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)
    atexit.register(runner.communicate)  # which closes its input, and it ends
    return runner


def in_turns(
    commands: Mapping[str, Sequence[str | Path]], output: Path, rounds: int = ROUNDS
) -> dict[str, Usage]:
    """Run every command once to warm up, then all of them in turns; return the medians.

    Each run is told on standard error, so that a long one is seen to go on.
    """
    runs: dict[str, list[Usage]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            took = run(command, output)
            kind = f"{number} of {rounds}" if number else "to warm up"
            print(f"{name}, {kind}: {took.processor:.2f} s of processor", file=sys.stderr)
            if number:
                runs[name].append(took)
    return {name: middle(found) for name, found in runs.items()}


def middle(found: Sequence[Usage]) -> Usage:
    """Return the median of each figure, and the least processor time."""
    return Usage(
        median(one.seconds for one in found),
        median(one.processor for one in found),
        median(one.megabytes for one in found),
        min(one.processor for one in found),
    )


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def interval_of_median(values: Sequence[float]) -> tuple[float, float]:
    """Return between which values the median lies with 95 % certainty, whatever they spread like.

    A median lies outside if a fair coin shows one side as seldom as the values beyond it are few.

    >>> interval_of_median(list(range(1, 31)))
    (10, 21)
    """
    ordered, count = sorted(values), len(values)
    outside, chance = 0, 0.5**count
    while chance <= 0.025 and outside < count // 2:
        outside += 1
        chance += comb(count, outside) * 0.5**count
    return ordered[max(outside - 1, 0)], ordered[-max(outside, 1)]


def laneway() -> Path:
    """Return the command of the environment this runs in."""
    return Path(sys.executable).parent / "laneway"


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their heads, the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    print(f"\n{title}\n")
    for row in (heads, ["-" * width for width in widths], *rows):
        first, *others = zip(row, widths, strict=True)
        print("  ".join([first[0].ljust(first[1]), *(word.rjust(wide) for word, wide in others)]))
    sys.stdout.flush()
