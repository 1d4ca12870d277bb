"""Edits by forms in files: two people at once, an editor beside, what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from laneway.adapters.files import Reader
from laneway.apps.console.editing.folder import FolderEditing
from laneway.apps.console.seams import EditingWay
from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.edits.forms.showing import shown_rule
from laneway.core.edits.forms.values import (
    FormEdit,
    GroupForm,
    HeaderForm,
    Removal,
    RuleForm,
    ShownForm,
    UriForm,
)
from laneway.core.views.form_outcome import EditWritten
from laneway.core.views.form_preview import Preview
from tests.console.edited import EXAMPLE, NEW, lane_shown, mesh_of, tagged, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the strict lanes."""
    found = tmp_path / "lanes"
    shutil.copytree(EXAMPLE, found)
    return found


def way_of(folder: Path) -> FolderEditing:
    return FolderEditing(Reader([str(folder)]))


def rule_shown(way: EditingWay, lane: str = "s1", position: int = 0) -> ShownForm:
    found = shown_rule(mesh_of(way), lane, position)
    assert found is not None
    return found


def test_an_edit_is_written_and_noted_without_its_values(folder: Path) -> None:
    way = way_of(folder)

    ended = write(way, FormEdit(NEW, file=str(folder / "s4.yaml")))

    assert isinstance(ended, EditWritten)
    assert "ASM_TRAFFIC_TAG: v4" in (folder / "s4.yaml").read_text()
    assert (ended.note.by, ended.note.what) == ("ann", "Create lane s4")
    assert ended.note.objects == ("ASMSwimLane s4",)
    assert "v4" not in repr(ended.note)


def test_the_second_of_two_who_edit_one_lane_is_told_and_overwrites_nothing(folder: Path) -> None:
    one, other = way_of(folder), way_of(folder)
    seen, seen_too = lane_shown(one), lane_shown(other)
    assert isinstance(write(one, tagged(seen, "v7")), EditWritten)
    before = (folder / "lanes.yaml").read_bytes()

    ended = write(other, tagged(seen_too, "v8"), "bob")

    assert isinstance(ended, EditConflict)
    assert [(field.field, field.shown, field.now) for field in ended.fields] == [
        ("labelValue", "v1", "v7")
    ]
    assert ended.now == lane_shown(one)
    assert (folder / "lanes.yaml").read_bytes() == before


def test_edits_of_one_file_that_do_not_touch_each_other_are_both_kept(folder: Path) -> None:
    one, other = way_of(folder), way_of(folder)
    lane, rule, third = lane_shown(one, "s1"), rule_shown(other, "s1"), lane_shown(other, "s3")
    assert isinstance(rule.form, RuleForm)

    ended = [
        write(one, tagged(lane, "v7")),
        write(other, FormEdit(replace(rule.form, uri=UriForm("prefix", "/")), rule)),
        write(other, tagged(third, "v9")),
    ]

    assert all(isinstance(found, EditWritten) for found in ended)
    text = (folder / "lanes.yaml").read_text()
    assert text == (EXAMPLE / "lanes.yaml").read_text().replace("TAG: v1", "TAG: v7").replace(
        "exact: /mock", "prefix: /", 1
    ).replace("TAG: v3", "TAG: v9")


def test_what_an_editor_wrote_meanwhile_stays_comments_and_all(folder: Path) -> None:
    way = way_of(folder)
    seen = lane_shown(way)
    lanes = folder / "lanes.yaml"
    by_hand = "# looked at on Monday\n" + lanes.read_text().replace(
        "online: true", "online: true   # since 9:00"
    )
    lanes.write_text(by_hand)

    assert isinstance(write(way, tagged(seen, "v7")), EditWritten)
    assert lanes.read_text() == by_hand.replace("TAG: v1", "TAG: v7")


def test_a_lane_that_is_gone_is_a_conflict(folder: Path) -> None:
    one, other = way_of(folder), way_of(folder)
    seen = lane_shown(other, "s3")
    assert isinstance(write(one, FormEdit(Removal("lane", "s3"))), EditWritten)

    assert write(other, tagged(seen, "v8")) == EditConflict("lane s3")


def test_a_rule_is_found_again_where_another_was_removed_before_it(folder: Path) -> None:
    way = way_of(folder)
    form = RuleForm(
        "s1", "mocka.default.svc.cluster.local", None, "late", ("*",), UriForm("prefix", "/x")
    )
    assert isinstance(write(way, FormEdit(form)), EditWritten)
    late = rule_shown(way, "s1", 1)
    assert isinstance(write(way, FormEdit(Removal("rule", "s1", 0))), EditWritten)
    headers = (HeaderForm("x-lane", "exact", "s1"),)

    ended = write(way, FormEdit(replace(form, headers=headers), late))

    assert isinstance(ended, EditWritten)
    assert rule_shown(way, "s1", 0).form == replace(form, headers=headers)


def test_a_rule_that_another_took_the_place_of_is_not_removed_for_it(folder: Path) -> None:
    way = way_of(folder)
    seen = rule_shown(way)
    assert isinstance(seen.form, RuleForm)
    other = replace(seen.form, uri=UriForm("prefix", "/"))
    assert isinstance(write(way, FormEdit(other, seen)), EditWritten)

    assert isinstance(write(way, FormEdit(Removal("rule", "s1", 0), seen)), EditConflict)
    assert rule_shown(way).form == other


@pytest.mark.parametrize("path", ["../out.yaml", "sub/../../out.yaml", "/out.yaml"])
def test_no_file_is_made_outside_of_what_is_read(folder: Path, path: str) -> None:
    ended = write(
        way_of(folder), FormEdit(NEW, file=str(folder) + "/" + path if path[0] == "s" else path)
    )

    assert isinstance(ended, Preview)
    assert {(one.field, one.code) for one in ended.findings} == {("file", "LW2043")}
    assert sorted(folder.parent.iterdir()) == [folder]


def test_errors_keep_an_edit_from_being_written(folder: Path) -> None:
    before = (folder / "lanes.yaml").read_bytes()

    ended = write(way_of(folder), FormEdit(replace(NEW, label_name="", label_value="")))

    assert isinstance(ended, Preview)
    assert ended.is_refused
    assert (folder / "lanes.yaml").read_bytes() == before


def test_a_file_that_changes_while_an_edit_is_made_has_it_made_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way, lanes = way_of(folder), folder / "lanes.yaml"
    seen, made = lane_shown(way), way._made  # noqa: SLF001 - the moment between reading and writing
    notes = iter(["# one\n", "# two\n"])

    def meanwhile(edit: FormEdit) -> object:
        found = made(edit)
        lanes.write_text(next(notes, "") + lanes.read_text())
        return found

    monkeypatch.setattr(way, "_made", meanwhile)
    assert isinstance(write(way, tagged(seen, "v7")), EditWritten)

    text = (EXAMPLE / "lanes.yaml").read_text()
    assert lanes.read_text() == "# two\n# one\n" + text.replace("TAG: v1", "TAG: v7")


def test_the_first_object_of_an_empty_folder_has_a_file_there(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    form = GroupForm("test", "istio-system/ingressgateway")

    ended = write(way_of(folder), FormEdit(form, despite_errors=True))

    assert isinstance(ended, EditWritten)
    assert [path.name for path in folder.iterdir()] == ["lanes.yaml"]
