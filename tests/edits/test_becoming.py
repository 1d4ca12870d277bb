"""A value becomes another one in texts of every form, and no byte of what stays is another.

What is meant is known by the draw; what came out is read by a YAML library that the product does
not use. Every line that says the same before and after is there, comment and all, as it was.
"""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
from ruamel.yaml import YAML

from laneway.core.edits.file_text import FileEdit, documents_of, edited
from laneway.core.edits.intents import Become
from laneway.core.findings.place import Place
from tests.edits.changing import changed, drawn_value, lasting, written

DRAWS = 400
BREAKS = ("\n", "\n", "\n", "\r\n", "\r")


def read_elsewhere(raw: bytes) -> list[Any]:
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    return list(reader.load_all(io.StringIO(raw.decode("utf-8-sig"), newline=None)))


def become(raw: bytes, number: int, value: Any) -> FileEdit:
    """Have a document of a file become a value."""
    place = Place(documents_of("a.yaml", raw)[number].source)
    found = edited("a.yaml", raw, [Become(place, value)])
    assert isinstance(found, FileEdit), found
    return found


@pytest.mark.parametrize("draw", range(DRAWS))
def test_value_becomes_another_and_the_rest_stays_byte_for_byte(draw: int) -> None:
    chance = random.Random(draw)  # noqa: S311 - a draw
    values = [drawn_value(chance) for _ in range(chance.randint(1, 3))]
    texts = [written(chance, one) for one in values]
    line_break, number = chance.choice(BREAKS), chance.randrange(len(values))
    wanted = changed(chance, values[number])
    pieces = [line_break.join([*one.lines, ""]).encode() for one in texts]
    before = b"# the file" + line_break.encode() + (b"---" + line_break.encode()).join(pieces)

    after = become(before, number, wanted).after or b""

    wholly = [wanted if at == number else one for at, one in enumerate(values)]
    assert read_elsewhere(after) == wholly
    assert all(one in after for at, one in enumerate(pieces) if at != number)
    stay = sorted(
        texts[number].at[path] for path in lasting(values[number], wanted) & set(texts[number].at)
    )
    lines = iter(after.decode().split(line_break))
    for line in (texts[number].lines[at] for at in stay):
        assert line in lines  # in this order: what is gone through does not come again
