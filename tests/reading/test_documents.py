"""Files: how they are cut into documents, and what happens to those nobody can read."""

from __future__ import annotations

import re
from typing import Any

import pytest

from laneway.core.findings.locate import locate
from laneway.core.findings.place import Place
from laneway.core.resources.read import read_file
from laneway.core.resources.yaml import documents
from laneway.core.resources.yaml.documents import DocumentReader, Documents
from laneway.core.resources.yaml.exact import read_exactly
from laneway.core.resources.yaml.limits import DEEPEST, LARGEST_FILE, MOST_FAULTS, MOST_VALUES


def read(text: str | bytes) -> Documents:
    """Read all documents of a file `a.yaml`."""
    reader = DocumentReader("a.yaml")
    pieces, beyond = reader.cut(text.encode() if isinstance(text, str) else text)
    found = [beyond, *(reader.read(piece, number) for number, piece in enumerate(pieces))]
    return Documents(
        tuple(document for one in found for document in one.documents),
        tuple(finding for one in found for finding in one.findings),
        any(one.unread for one in found),
    )


def values(text: str | bytes) -> list[Any]:
    return [document.value for document in read(text).documents]


def marks(text: str | bytes) -> list[str]:
    """Return the findings of a file as `code line:column`."""
    found = []
    for finding in read(text).findings:
        assert finding.place is not None
        position = locate(finding.place)
        found.append(f"{finding.code.id} {position.line}:{position.column}")
    return found


# ------------------------------------------------------------------------ cutting


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n", [{"a": 1}, {"b": 2}]),
        ("a: 1\n--- # a comment\nb: 2", [{"a": 1}, {"b": 2}]),
        ("a: |\n  ---\n  x\nb: 2\n", [{"a": "---\nx\n", "b": 2}]),
        ("a: ---\nb: '--- '\n", [{"a": "---", "b": "--- "}]),
        ("a: 1\r\n---\r\nb: 2\r\n", [{"a": 1}, {"b": 2}]),
        ("a: 1\r---\rb: 2\r", [{"a": 1}, {"b": 2}]),
        ("%YAML 1.1\n---\na: no\n", [{"a": False}]),
        ("\ufeffa: 1\n---\n\ufeffb: 2\n", [{"a": 1}, {"b": 2}]),
        ("---x: 1\n", [{"---x": 1}]),
        ("", []),
        ("\n# nothing\n\n", []),
    ],
)
def test_documents_are_cut_at_markers_in_the_first_column_only(
    text: str, expected: list[Any]
) -> None:
    assert values(text) == expected
    assert marks(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('{"a": 1}\n{"b": [2, "é"]}', [{"a": 1}, {"b": [2, "é"]}]),
        ('\n{\n\t"a": 1e3\n}{"b": null}\n', [{"a": 1000.0}, {"b": None}]),
        ('{"a": 1}\n---\n{"b": 2}\n---\nc: 3\n', [{"a": 1}, {"b": 2}, {"c": 3}]),
        ("{a: 1}", [{"a": 1}]),
    ],
)
def test_json_is_read_alone_in_streams_and_between_yaml(text: str, expected: list[Any]) -> None:
    assert values(text) == expected


def test_every_document_knows_its_line_and_number() -> None:
    found = read('a: 1\n---\n\nb: 2\n---\n{"c": 3}\n\n{"d": 4}\n')
    lines = [(one.source.first_line, one.source.number) for one in found.documents]
    assert lines == [(1, 0), (3, 1), (6, 2), (8, 3)]


def test_a_document_on_the_line_of_its_marker_is_read_and_told() -> None:
    assert values("a: 1\n--- {b: 2}\n") == [{"a": 1}, {"b": 2}]
    assert marks("a: 1\n--- {b: 2}\n") == ["LW1012 2:5"]


def test_a_document_behind_the_end_of_another_is_read_and_told() -> None:
    assert values("a: 1\n...\nb: 2\n") == [{"a": 1}, {"b": 2}]
    assert marks("a: 1\n...\nb: 2\n") == ["LW1021 3:1"]


# ------------------------------------------------------------------------ what cannot be read


@pytest.mark.parametrize(
    ("broken", "mark"),
    [
        (b"b: [1, 2\n", "LW1006 3:8"),
        (b"b: 1\n c: 2\n", "LW1006 4:3"),
        (b"b: @x\n", "LW1006 3:4"),
        (b"b:\n\tc: 1\n", "LW1007 4:1"),
        (b"b: \xff\n", "LW1004 3:4"),
        (b"b: '\xc3\xa9\xff'\n", "LW1004 3:6"),
        (b"b: 1\x00\n", "LW1005 3:5"),
        (b"b: \x1b[0m\n", "LW1005 3:4"),
        (b"b: .inf\n", "LW1013 3:4"),
        (b"b: *c\n", "LW1006 3:4"),
        (b"b: &c [*c]\n", "LW1006 3:8"),
        (b"? [b]\n: 1\n", "LW1006 3:3"),
        (b"[b]: 1\n", "LW1006 3:1"),
        (b": 1\n", "LW1006 3:1"),
        (b"b: !!int yes\n", "LW1006 3:4"),
        (b"b: !!binary '%'\n", "LW1006 3:4"),
        (b"<<: 1\n", "LW1006 3:1"),
        (b"b: {c: x?y}\n", "LW1006 3:8"),
        (b"%c\n", "LW1006 3:2"),
        (b'{"b": ' + b"[" * 201 + b"]" * 201 + b"}", "LW1008 3:1"),
        (b"b: " + b"[" * 201, "LW1008 3:203"),
        (b"- " * 201 + b"b", "LW1008 3:401"),
    ],
)
def test_a_document_nobody_can_read_loses_only_itself(broken: bytes, mark: str) -> None:
    found = read(b"a: 1\n---\n" + broken + b"\n---\nz: 26\n")
    assert [document.value for document in found.documents] == [{"a": 1}, {"z": 26}]
    assert marks(b"a: 1\n---\n" + broken + b"\n---\nz: 26\n") == [mark]
    assert found.unread


def test_a_key_written_twice_is_told_and_the_last_counts() -> None:
    found = read("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert [document.value for document in found.documents] == [{"a": 3, "b": {"c": 2}}]
    assert marks("a: 1\nb: {c: 1, c: 2}\na: 3\n") == ["LW1010 2:11", "LW1010 3:1"]
    assert not found.unread


def test_a_key_written_twice_in_json_is_told_too() -> None:
    assert values('{"a": 1, "a": 2}') == [{"a": 2}]
    assert marks('{"a": 1, "a": 2}') == ["LW1010 1:10"]


def test_a_file_in_utf_16_says_so() -> None:
    (finding,) = read("a: 1\n".encode("utf-16")).findings
    assert finding.message.endswith("the file is written in UTF-16")


def test_nesting_up_to_the_limit_is_read() -> None:
    text = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert marks(f"a: {text}") == []
    assert marks(f'{{"a": {text}}}') == []


# ------------------------------------------------------------------------ hostile input


def test_aliases_of_aliases_cannot_fill_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for number in range(1, 12):
        items = ", ".join([f"*a{number - 1}"] * 9)
        lines.append(f"a{number}: &a{number} [{items}]")
    assert marks("\n".join(lines)) == ["LW1009 6:10"]


def test_merges_of_merges_cannot_fill_the_memory() -> None:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{n}: &a{n} {{b: {{<<: *a{n - 1}}}, c: *a{n - 1}}}" for n in range(1, 40)]
    (mark,) = marks("\n".join(lines))
    assert mark.startswith("LW1009 ")


@pytest.mark.parametrize("text", ["[", "{a: ", "- ", "? ", "[{a: ", "&a [", "!t ["])
def test_nesting_of_a_hundred_thousand_ends_in_a_finding(text: str) -> None:
    found = read(text * 100_000)
    assert found.documents == ()
    assert found.unread
    assert len(found.findings) <= DEEPEST + 1


def test_json_nested_a_hundred_thousand_deep_ends_in_a_finding() -> None:
    assert marks('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}")[0].startswith("LW1008 ")


def test_a_hundred_megabytes_are_refused_before_they_are_parsed() -> None:
    found = read(b"a: 1\n" * (100 * (1 << 20) // 5))
    assert [finding.code.id for finding in found.findings] == ["LW1003"]
    assert found.unread
    assert LARGEST_FILE < 100 * (1 << 20)


def test_a_file_of_countless_values_is_refused_before_it_is_parsed() -> None:
    found = read(b"[" + b"," * MOST_VALUES)
    assert [finding.code.id for finding in found.findings] == ["LW1003"]


def test_a_number_of_ten_thousand_digits_is_no_number() -> None:
    digits = "9" * 10_000
    assert values(f"a: {digits}") == [{"a": digits}]
    assert values(f'{{"a": {digits}}}') == [{"a": digits}]


# ------------------------------------------------------------------------ lists

LIST = """apiVersion: v1
items:
- apiVersion: v1
  kind: Namespace
  metadata:
    name: a
- apiVersion: v1
  kind: ConfigMap
  metadata:
    name: b
  data:
    script: |
      - not an item
      yes: &no
kind: List
metadata:
  resourceVersion: ""
"""


@pytest.mark.parametrize("text", [LIST, re.sub(r"(?m)^([- ])", r"  \1", LIST)])
def test_the_items_of_a_list_are_read_one_by_one(text: str) -> None:
    found = read("a: 1\n---\n" + text)
    assert [document.value.get("kind") for document in found.documents] == [
        None,
        "Namespace",
        "ConfigMap",
    ]
    assert found.documents[2].value["data"]["script"] == "- not an item\nyes: &no\n"
    assert found.findings == ()


def test_a_value_in_an_item_of_a_list_has_its_position_in_the_file() -> None:
    document = read("a: 1\n---\n" + LIST).documents[2]
    place = Place(document.source, ("metadata", "name"))
    position = locate(place)
    assert (position.line, position.column, position.width) == (12, 11, 1)


def test_a_list_whose_items_hang_together_is_read_whole() -> None:
    text = LIST.replace("name: a", "name: &x a").replace("name: b", "name: *x")
    (document,) = read(text).documents
    assert [item["metadata"]["name"] for item in document.value["items"]] == ["a", "a"]


def test_a_broken_item_is_told_where_it_stands() -> None:
    assert marks(LIST.replace("name: b", "name: [b")) == ["LW1006 11:7"]


def test_the_items_of_a_json_list_have_their_own_places() -> None:
    text = '{"items": [{"kind": "A"},\n {"kind": "B", "spec": {"items": []}}], "kind": "List"}'
    found = read(text).documents
    assert [(one.value["kind"], one.source.first_line) for one in found] == [("A", 1), ("B", 2)]


def test_a_json_list_that_holds_another_before_its_items_is_read_whole() -> None:
    text = '{"metadata": {"items": [1]}, "items": [{"kind": "A"}], "kind": "List"}'
    (document,) = read(text).documents
    assert document.value["items"] == [{"kind": "A"}]


# ------------------------------------------------------------------------ limits


@pytest.mark.parametrize("text", ["a: 1\n---\n" * 5, '{"a": 1}\n' * 5])
def test_documents_beyond_the_limit_are_refused_and_told(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 3)
    found = read(text)
    assert len(found.documents) <= 3
    assert [finding.code.id for finding in found.findings] == ["LW1003"]
    assert found.unread


def test_what_only_the_exact_way_reads_is_limited_but_the_rest_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, "LARGEST_EXACT", 10)
    found = read("a: yes\n---\nb: no # no more\n---\nc: 3\n")
    assert [document.value for document in found.documents] == [{"a": True}, {"c": 3}]
    assert [finding.code.id for finding in found.findings] == ["LW1003"]


def test_only_so_many_faults_of_one_document_are_told() -> None:
    found = read("a: 1\n" * 5_000)
    assert [document.value for document in found.documents] == [{"a": 1}]
    assert len(found.findings) == MOST_FAULTS


def test_only_so_many_errors_of_one_object_are_told() -> None:
    ports = "{port: x}, " * 5_000
    text = f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: [{ports}]}}\n"
    assert len(read_file("a.yaml", text.encode()).findings) == 100


def test_an_alias_may_be_a_key() -> None:
    assert values("a: &x b\n*x : c\n") == [{"a": "b", "b": "c"}]


def test_text_the_parser_itself_refuses_is_a_fault() -> None:
    exact = read_exactly("a: \x00")
    assert exact.broken
    assert [fault.code.id for fault in exact.faults] == ["LW1006"]
