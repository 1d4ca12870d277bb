"""Files of other programs: they hold nothing back, and all of them are one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from laneway.adapters.files import Reader, read_paths
from laneway.core.resources.read import read_file
from tests.reading.test_files import LANE, codes, names, write

FOREIGN = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
    "values.yaml": "image: {tag: v1}\nkind: Deployment\n"[:17],
    "openapi.yaml": "openapi: 3.0.0\npaths: {}\ncomponents: {x: {properties: {kind: {}}}}\n",
    "compose.yml": "services: {web: {image: web}}\n",
    "rows.json": '{"kind": 5}\n{"kind": 4}\n',
    "lines.json": '{"rating": 5}\n{"rating": 4}\n',
    "list.yaml": "- a\n- b\n",
    "text.yaml": "just a word of some kind\n",
    "package.json": '{"name": "x", "version": "1"}',
    "template.yaml": "apiVersion: v1\nkind: {{ .Values.kind }}\nname: {{ include 'x' . }}\n",
    "broken.yaml": "kind: [\n",
    "unfinished.json": '{"kind": "Widget", ',
    "doubled.yaml": "kind: Widget\napiVersion: 1\n---\na: 1\na: 2\n",
    "cloud.yaml": "Resources:\n  kind: !Ref Bucket\n",
    "tool.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
    "binary.yaml": "kind \x00\x01",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_of_another_program_holds_nothing(tmp_path: Path, name: str) -> None:
    write(tmp_path, a_yaml=LANE % "a")
    (tmp_path / name).write_text(FOREIGN[name])

    snapshot = read_paths([str(tmp_path)])

    assert (names(snapshot), snapshot.unread) == (["a"], ())
    assert set(codes(snapshot)) <= {"LW1024"}


def test_many_of_them_are_one_finding_that_counts(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=LANE % "a")
    for number in range(40):
        (tmp_path / f"package-{number:02}.json").write_text('{"name": "x"}')

    found = read_paths([str(tmp_path)]).findings

    assert [one.code.id for one in found] == ["LW1024"]
    assert found[0].message.endswith("package-02.json and 37 more")


@pytest.mark.parametrize(
    "text",
    [
        "kind: ASMSwimLane\nspec: [",
        "apiVersion: x\nkind: 'Service'\n\tspec: 1\n",
        '{"apiVersion": "v1", "kind" : "Deployment", ',
        "{kind: ServiceList, items: [",
        "? kind\n: !!str VirtualService\n- [",
        "kind ASMSwimLaneGroup\nspec: {a: b\n",
    ],
)
def test_a_text_that_names_a_kind_holds_groups_where_it_cannot_be_read(text: str) -> None:
    reading = read_file("a.yaml", text.encode())

    assert reading.unread
    assert {one.level for one in reading.findings} == {"error"}


@pytest.mark.parametrize("text", ["kind: ServiceAccount\nx: [", "kind: Podcast\nx: [", "Service ["])
def test_a_longer_word_is_another_kind(text: str) -> None:
    assert not read_file("a.yaml", text.encode()).unread


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: networking.istio.io/v1\nmetadata: {name: a}\nspec: {hosts: [a]}\n",
        "kind: ASMSwimLane\nmetadata: {name: a}\n",
    ],
)
def test_an_object_that_lost_one_word_of_its_head_still_holds_groups(text: str) -> None:
    reading = read_file("a.yaml", text.encode())

    assert reading.unread
    assert [one.code.id for one in reading.findings] == ["LW1016"]


def test_a_file_that_held_objects_holds_them_while_it_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(LANE % "a")
    reader = Reader([str(tmp_path)])
    reader.read()

    for text in ("kind: [", "[[["):
        file.write_text(text)
        assert reader.read().unread == (str(file),)


def test_what_is_no_object_among_objects_is_named_once() -> None:
    text = LANE % "a" + "---\nvalues: 1\n---\nvalues: 2\nvalues: 3\n"
    reading = read_file("a.yaml", text.encode())

    assert [one.code.id for one in reading.findings] == ["LW1014"]
    assert not reading.unread
