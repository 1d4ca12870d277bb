"""A figure beside what is asked of it, as a line of a table."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from msgspec import Struct

WIDE, MIDDLE = 34, 14


class Figure(Struct, frozen=True):
    """What was measured, what came of it, and what is asked, empty where nothing is."""

    name: str
    found: str
    asked: str = ""


def tell(title: str, figures: Iterable[Figure]) -> None:
    """Print a table, each line as soon as it is known."""
    say(f"\n{title}")
    say(f"  {'MEASURED':<{WIDE}}  {'ASKED':<{MIDDLE}}  FOUND")
    for one in figures:
        say(f"  {one.name:<{WIDE}}  {one.asked:<{MIDDLE}}  {one.found}")


def say(text: str) -> None:
    """Print a line now."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
