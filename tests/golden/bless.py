"""Rewrites what a case expects (`LANEWAY_BLESS=1`): findings, held groups, objects and shapes.

Only a block that a case already has is rewritten, in place, so that its comments and its order
stay. Calls are never blessed: what a request meets is the claim itself, and a claim is written by
a person.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml


def bless(path: Path, blocks: dict[str, Any]) -> None:
    """Rewrite the top-level blocks of a case's first document that it already has."""
    first, mark, rest = path.read_text().partition("\n---\n")
    text = first.rstrip("\n") + "\n"
    for key, value in blocks.items():
        if key in yaml.load(first, yaml.CSafeLoader):
            text = replaced(text, key, value)
    path.write_text(text.rstrip("\n") + mark + rest if mark else text)


def replaced(text: str, key: str, value: Any) -> str:
    r"""Replace one top-level block of a YAML mapping written as text.

    >>> replaced("a: 1\nfindings:\n  - LW1\nb: 2\n", "findings", [])
    'a: 1\nfindings: []\nb: 2\n'
    """
    block = re.compile(rf"^{key}:.*\n(?:[ \t].*\n)*", re.MULTILINE)
    written = f"{key}: []\n" if value == [] else f"{key}:\n{_items(value)}"
    return block.sub(lambda _: written, text, count=1)


def _items(value: list[Any]) -> str:
    if all(isinstance(item, str) for item in value):
        return "".join(f"  - {item}\n" for item in value)
    dumped = yaml.safe_dump(value, sort_keys=False, default_flow_style=None, width=96)
    return "".join(f"  {line}\n" for line in dumped.splitlines())
