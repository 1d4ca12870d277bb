"""Tables that kubectl prints, and those of the documentation, so that one can be held to the other.

Comes in: text. Goes out: cells, without what differs from one time to the next: ages, and how many
proxies took a change how soon.
"""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "on-your-cluster.md"
_CHANGING = {
    r"^\d+[ms]\d*s?$": "AGE",
    r"^\d+ of \d+ proxies after [\d.]+ m?s$": "PROXIES",
}


def table(text: str) -> list[list[str]]:
    """Return a table's cells; empty ones are left out."""
    return [
        [_steady(cell) for cell in re.split(r" {2,}", line.strip())]
        for line in text.strip().splitlines()
    ]


def _steady(cell: str) -> str:
    for pattern, word in _CHANGING.items():
        cell = re.sub(pattern, word, cell)
    return cell


def documented(command: str) -> str:
    """Return what the page about clusters shows below a command."""
    [behind] = PAGE.read_text().split(f"$ {command}\n")[1:]
    return re.split(r"^(?:\$ |```)", behind, maxsplit=1, flags=re.MULTILINE)[0]
