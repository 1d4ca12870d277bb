"""The line of a value, told without a reader that keeps positions."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from laneway.core.findings.line import line_of
from laneway.core.findings.locate import locate, locate_all
from laneway.core.findings.place import Place, Source, Step
from laneway.core.resources.yaml.documents import Document, DocumentReader

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.yaml"))
MANY = b"""# a comment
kind: VirtualService
metadata: {name: shop, labels: {a: b,
  c: d}}
spec:

  hosts:
  - shop
  -
    - nested
  - "quoted over
    two lines"
  text: |
    key: no key
    - no item
  plain: goes on
    here
  below:
    the key
  empty:
  nothing: null
  http: [
    {route: [
      {destination: {host: a}}]},
    {}]
"""
"""Values of every form, on lines of their own and shared ones."""


def documents(raw: bytes) -> Iterator[Document]:
    reader = DocumentReader("a.yaml")
    pieces, _ = reader.cut(raw)
    for number, piece in enumerate(pieces):
        yield from reader.read(piece, number).documents


def paths(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    yield path
    steps: Iterable[tuple[Step, Any]] = ()
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, below in steps:
        yield from paths(below, (*path, step))


@pytest.mark.parametrize("raw", [MANY, *(path.read_bytes() for path in EXAMPLES)])
def test_the_line_is_what_positions_say(raw: bytes) -> None:
    for document in documents(raw):
        places = [Place(document.source, path) for path in paths(document.value)]

        lines = [line_of(place) for place in places]

        assert lines == [position.line for position in locate_all(places)]
        assert len(set(lines)) > 3


def test_what_is_not_there_and_what_is_no_yaml_are_placed_where_positions_say() -> None:
    (document,) = documents(MANY)
    text = Source("a.yaml", text="spec:\n  - a: [\n")

    for source, path in [
        (document.source, ("spec", "http", 7)),
        (document.source, ("status",)),
        (text, ("spec", 0)),
    ]:
        assert line_of(Place(source, path)) == locate(Place(source, path)).line
