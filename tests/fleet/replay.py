"""Holds the recorded rows against what leaves the real programs today.

Comes in: the built programs. Goes out: for each row that a program of the fleet can be asked, in
what the lines that left it differ from those that were recorded; nothing where they are alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

from msgspec import Struct

from tests.fleet.alone import Alone, alone
from tests.fleet.rows import Asked, asked, differences
from tests.fleet.shelf import commands
from tests.recorded.rows import recorded


class Held(Struct, frozen=True):
    """A row that was asked, and how what left differs from it."""

    asked: Asked
    differences: tuple[str, ...]


def held(folder: Path, logs: Path, images: Sequence[str] = ()) -> Iterator[Held]:
    """Ask the programs, two at a time, all rows or those of some images."""
    chosen = [one for one in asked(recorded()) if not images or one.image in images]
    ordered = sorted(chosen, key=_program)
    groups = [list(some) for _, some in groupby(ordered, key=_program)]
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda some: _asked(folder, logs, some), groups):
            yield from found


def _program(one: Asked) -> tuple[str, tuple[tuple[str, str], ...]]:
    return one.image, tuple(sorted(one.told.items()))


def _asked(folder: Path, logs: Path, rows: Sequence[Asked]) -> list[Held]:
    first = rows[0]
    words = commands(folder)[first.image]
    with alone(words, folder, first.told, logs / f"{first.image}.log") as program:
        return [Held(one, tuple(_difference(program, one))) for one in rows]


def _difference(program: Alone, one: Asked) -> list[str]:
    try:
        return differences(one, program.passed_on(one.row.came))
    except (OSError, RuntimeError) as failed:
        return [f"it did not answer: {failed}"]
