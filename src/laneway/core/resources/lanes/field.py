"""What a field of the vendor's kinds is: its shape, its bounds, and what is below it.

Comes in: a sentence and bounds. Goes out: a Field. One table of fields serves both who reads YAML
and who tells a cluster what these kinds look like, so that the two cannot come apart. Only data:
nothing here looks at a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Shape = Literal[
    "text", "flag", "number", "texts", "words", "numbers", "raw", "one", "many", "named", "any"
]
"""`words` is a mapping of text to text, `numbers` one of text to whole numbers, `raw` one that is
taken as it is, `one` a mapping of the fields below, `many` a list of such mappings, `named` a
mapping of any names to such. `any` may be of any type."""

LARGEST = 2**31 - 1
"""Of the vendor's numbers, which have 32 bits."""


class Field(Struct, frozen=True):
    """One field; `says` is a sentence for people who write it.

    A required text is not empty either. `low` and `high` bound a number, `most` the entries of a
    list or mapping, `longest` the characters of a text, which is one of `allowed` where there are
    any and matches `pattern` as a whole.
    """

    shape: Shape
    says: str
    below: Mapping[str, Field] = {}
    is_required: bool = False
    low: int = -LARGEST - 1
    high: int = LARGEST
    most: int | None = None
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    shortest: int = 0
    longest: int | None = None


Fields = Mapping[str, Field]
"""Fields by name, in the order in which people write them."""


def text(says: str) -> Field:
    """Return a field of text."""
    return Field("text", says)


def flag(says: str) -> Field:
    """Return a field of true or false."""
    return Field("flag", says)


def texts(says: str) -> Field:
    """Return a field of a list of texts."""
    return Field("texts", says)


def words(says: str) -> Field:
    """Return a field of a mapping of text to text."""
    return Field("words", says)


def raw(says: str) -> Field:
    """Return a field of a mapping that is taken as it is."""
    return Field("raw", says)


def one(says: str, **below: Field) -> Field:
    """Return a field of a mapping."""
    return Field("one", says, below)


def many(says: str, most: int | None = None, **below: Field) -> Field:
    """Return a field of a list of mappings."""
    return Field("many", says, below, most=most)


def named(says: str, most: int | None = None, **below: Field) -> Field:
    """Return a field of a mapping of any names to mappings."""
    return Field("named", says, below, most=most)
