"""Positions: the line and the mark a finding shows."""

from __future__ import annotations

import pytest

from laneway.core.findings.codes.shape import WRONG_TYPE
from laneway.core.findings.locate import locate, locate_all
from laneway.core.findings.place import Place, Source, Step
from laneway.core.resources.read import read_file

YAML = """kind: ASMSwimLane
metadata:
  name: s1
spec:
  ingressRules:
  - name: r1
    match:
      uri:
        exact: /mock
  - name: r2
    hosts: ['*', "a.example"]
    empty:
"""


def at(text: str, *path: Step, first_line: int = 1) -> tuple[int, int, int]:
    position = locate(Place(Source("a.yaml", first_line, 0, text), path))
    return position.line, position.column, position.width


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("metadata", "name"), (3, 9, 2)),
        (("spec", "ingressRules", 0, "match", "uri", "exact"), (9, 16, 5)),
        (("spec", "ingressRules", 1, "hosts", 1), (11, 18, 11)),
        (("spec", "ingressRules", 1), (10, 5, 1)),
        (("spec", "ingressRules", 0, "match"), (7, 5, 5)),
        ((), (1, 1, 1)),
    ],
)
def test_a_value_is_found_where_it_is_written(
    path: tuple[Step, ...], expected: tuple[int, int, int]
) -> None:
    assert at(YAML, *path) == expected


def test_a_missing_value_is_placed_at_its_nearest_parent() -> None:
    assert at(YAML, "metadata", "labels", "app") == (2, 1, 8)
    assert at(YAML, "spec", "ingressRules", 7, "name") == (5, 3, 12)


def test_an_empty_value_is_placed_at_its_key() -> None:
    assert at(YAML, "spec", "ingressRules", 1, "empty") == (12, 5, 5)


def test_lines_count_from_the_beginning_of_the_file() -> None:
    assert at(YAML, "metadata", "name", first_line=41) == (43, 9, 2)


def test_json_has_positions_too() -> None:
    assert at('{\n\t"kind": "A",\n\t"spec": {"weight": 10}\n}', "spec", "weight") == (3, 21, 2)


def test_of_a_key_written_twice_the_last_is_meant() -> None:
    assert at("a: 1\na: 2\n", "a") == (2, 4, 1)


def test_a_broken_document_is_placed_as_far_as_it_can_be_read() -> None:
    assert at("a:\n  b: 1\n  c: [1\nd: 2\n", "a", "b") == (2, 6, 1)
    assert at("a:\n  b: 1\n  c: [1\nd: 2\n", "d") == (1, 1, 1)


def test_columns_count_characters_and_not_bytes() -> None:
    assert at("名: {é: ü}\n", "名", "é") == (1, 8, 1)


def test_an_offset_is_turned_into_line_and_column() -> None:
    source = Source("a.yaml", 3, 0, "a: b\nc: @\n")
    position = locate(Place(source, (), 8))
    assert (position.line, position.column, position.line_text) == (4, 4, "c: @")


def test_many_places_are_found_in_the_order_they_were_given() -> None:
    source = Source("a.yaml", 1, 0, "a: 1\nb: 2\nc: 3\n")
    other = Source("b.yaml", 1, 0, "a: 1\n")
    places = [Place(source, ("c",)), Place(other, ("a",)), Place(source, ("a",))]
    assert [position.line for position in locate_all(places)] == [3, 1, 1]


def test_nesting_beyond_all_measure_is_no_obstacle() -> None:
    deep = "- " * 50_000 + "x"
    assert at(deep, 0, 0) == (1, 5, 1)


LANE = '{"apiVersion": "istio.alibabacloud.com/v1", "kind": "ASMSwimLane", "metadata": {"name": 7}}'


@pytest.mark.parametrize(
    "text",
    [
        f'{{"kind": "List", "apiVersion": "v1", "items": [{LANE}, {LANE.replace("7", "8")}]}}',
        f"  {LANE} {LANE.replace('7', '8')}",
        f'{{"kind": "List", "apiVersion": "v1", "items": [\n{LANE},{LANE.replace("7", "8")}]}}',
    ],
    ids=["a list", "two in a row", "a list over two lines"],
)
def test_objects_that_share_a_line_are_placed_by_that_line(text: str) -> None:
    found = read_file("dump.json", text.encode()).findings
    lines = text.splitlines()

    positions = [locate(one.place) for one in found if one.code is WRONG_TYPE and one.place]

    assert [position.line_text[position.column - 1] for position in positions] == ["7", "8"]
    assert all(position.line_text == lines[position.line - 1] for position in positions)
