"""Weights are set in files of every form, and no other byte changes.

A style knows the text before and after by itself. Two further judges look at the bytes: a second
YAML library, by whose reading nothing but the weights differs, and difflib, by which no character
does that is none of a number.
"""

from __future__ import annotations

import difflib
import io
import random
from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from laneway.core.edits.draft import draft_of
from laneway.core.edits.weights import set_to
from tests.edits.files import mesh_of, outcome
from tests.edits.styles import (
    GROUP,
    LANE_STYLES,
    LANES,
    STYLES,
    Spelling,
    Style,
    drawn_weights,
    lane,
    rendered,
)

DRAWS = 10
NUMBERS = set("0123456789abcdefx.")
"""The characters of weights in every spelling."""
CASES = [(style, draw) for style in (*STYLES, *LANE_STYLES) for draw in range(DRAWS)]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield every scalar of a value with its path."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in pairs:
        if isinstance(one, dict | list):
            yield from leaves(one, (*path, key))
        else:
            yield (*path, key), one


def as_read_elsewhere(raw: bytes) -> dict[tuple[Any, ...], Any]:
    """Read a file with a library that the product does not use."""
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    text = raw.decode("utf-8-sig").replace("\t#", " #")  # it refuses a tab before a comment
    return dict(leaves(list(reader.load_all(io.StringIO(text)))))


@pytest.mark.parametrize(
    ("style", "draw"), CASES, ids=[f"{style.name}-{draw}" for style, draw in CASES]
)
def test_only_the_weights_change(style: Style, draw: int) -> None:
    chance = random.Random(f"{style.name} {draw}")  # noqa: S311 - a draw
    old, new = drawn_weights(chance), drawn_weights(chance)
    stored = Spelling.drawn(chance).stored
    spelled = {name: style.written.format(old[name]) for name in LANES}
    unchanged = {name: spelled[name] for name in LANES if old[name] == new[name]}
    before = stored(rendered(style, old, spelled))
    strategy = "weighted" if style in LANE_STYLES else "rule_based"
    group = GROUP.replace("STRATEGY", strategy)
    lanes = "" if style in LANE_STYLES else "".join(map(lane, LANES))
    files = {"group.yaml": (group + lanes).encode(), "weights.yaml": before}

    after = outcome(files, draft_of(set_to(mesh_of(files), new), "Set")).files["weights.yaml"]

    assert after == stored(rendered(style, new, unchanged))
    one, other = as_read_elsewhere(before), as_read_elsewhere(after)
    assert one.keys() == other.keys()
    assert all(path[-1] == "weight" for path in one if one[path] != other[path])
    lines = [text.decode().splitlines(keepends=True) for text in (before, after)]
    changed = [pair for pair in zip(*lines, strict=True) if pair[0] != pair[1]]
    assert len(changed) <= style.lines()
    for pair in changed:
        assert all(set(text) <= NUMBERS for text in between(*pair))


def between(old: str, new: str) -> Iterator[str]:
    """Yield the parts of two lines that difflib finds to differ."""
    for tag, *spans in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from (old[spans[0] : spans[1]], new[spans[2] : spans[3]])


def test_there_are_two_hundred_and_more() -> None:
    assert len(CASES) >= 200
