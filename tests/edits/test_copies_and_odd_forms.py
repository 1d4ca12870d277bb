"""Copies of lanes with rules of their own, and forms in which an edit is right or refused."""

from __future__ import annotations

import pytest

from laneway.core.edits.adding import LaneCopy, lane_added
from laneway.core.edits.draft import Draft, draft_of
from laneway.core.edits.file_text import FileEdit, edited
from laneway.core.edits.intents import CopyItem, RemoveDocument, RemoveItem, SetKey
from laneway.core.edits.lane_splits import lane_splits
from laneway.core.edits.removing import removed
from laneway.core.edits.weights import set_to
from laneway.core.findings.place import Place, Step
from laneway.core.resources.yaml.documents import DocumentReader
from tests.edits.files import mesh_of, outcome
from tests.edits.styles import GROUP, LANE_STYLES, Spelling, rendered

RULES = """\
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata:
  name: v1
  labels:
    swimlane-group: mock
spec:
  labelSelector:
    version: v1
  ingressRules:
  - name: by-header-v1
    online: true
    match:
      uri: {prefix: /}
      headers: {x-lane: {exact: v1}}
    route: {destination: {host: mocka-v1.default.svc.cluster.local}}
  - name: all   # everybody
    online: true
    match: {uri: {prefix: /all}}
    route: {destination: {host: mocka.default.svc.cluster.local}}
"""


def test_rule_that_would_take_the_requests_of_the_other_lane_is_off_in_the_copy() -> None:
    files = {"group.yaml": GROUP.encode(), "lane-v1.yaml": RULES.encode()}
    after = outcome(files, lane_added(mesh_of(files), LaneCopy("v2", "v1"))).files["lane-v2.yaml"]

    assert after is not None
    assert after.decode() == RULES.replace("name: v1", "name: v2").replace(
        "version: v1", "version: v2"
    ).replace("by-header-v1", "by-header-v2").replace("exact: v1", "exact: v2").replace(
        "everybody\n    online: true", "everybody\n    online: false"
    )


def test_lane_of_a_list_joins_its_file_as_a_document_and_goes_again() -> None:
    style = LANE_STYLES[2]
    text = Spelling().stored(rendered(style, {"v1": 60, "v2": 40, "v3": 0}, {}))
    files = {"group.yaml": GROUP.replace("STRATEGY", "weighted").encode(), "lanes.yaml": text}

    added = outcome(files, lane_added(mesh_of(files), LaneCopy("v4", "v2"))).files
    mesh = mesh_of({path: raw for path, raw in added.items() if raw})
    gone = outcome({path: raw for path, raw in added.items() if raw}, removed(mesh, "v4")).files

    assert [part.weight for part in lane_splits(mesh)[0].portions] == [60, 40, 0, 0]
    assert gone == files


def test_lane_inside_a_list_of_its_kind_is_not_copied() -> None:
    text = Spelling().stored(rendered(LANE_STYLES[3], {"v1": 60, "v2": 40, "v3": 0}, {}))
    files = {"group.yaml": GROUP.replace("STRATEGY", "weighted").encode(), "lanes.yaml": text}

    ended = outcome(files, lane_added(mesh_of(files), LaneCopy("v4", "v2")))

    assert (ended.codes, ended.files) == (["LW2014"], files)


def test_lane_that_is_an_item_of_a_list_in_lines_is_not_removed() -> None:
    style = LANE_STYLES[2]
    text = Spelling().stored(rendered(style, {"v1": 60, "v2": 40, "v3": 0}, {}))
    files = {"group.yaml": GROUP.replace("STRATEGY", "weighted").encode(), "lanes.yaml": text}

    ended = outcome(files, removed(mesh_of(files), "v3"))

    assert (ended.codes, ended.files) == (["LW2004"], files)
    assert "take it away by hand" in ended.findings[0].fix


def test_file_of_which_a_part_cannot_be_read_loses_no_document() -> None:
    text = "a: 1\n---\nb: [\n---\nc: 3\n"
    place = place_in(text, 0)

    assert not isinstance(edited("f", text.encode(), [RemoveDocument(place)]), FileEdit)
    assert after(text, SetKey(place, "a", 2)) == text.replace("1", "2")


def place_in(text: str, number: int, *path: Step) -> Place:
    reader = DocumentReader("f")
    pieces, _ = reader.cut(text.encode())
    found = [one for piece in pieces for one in reader.read(piece, 0).documents]
    return Place(found[number].source, path)


def after(text: str, *intents: SetKey | CopyItem | RemoveItem | RemoveDocument) -> str | None:
    """Return a text with intents carried out; None where that is refused."""
    found = edited("f", text.encode(), intents)
    return (found.after or b"").decode() if isinstance(found, FileEdit) else None


@pytest.mark.parametrize(
    ("text", "path", "wanted"),
    [
        ("a:\n- b\n- c\n", ("a", 0), "a:\n- c\n"),
        ("a:\n- b\n- c", ("a", 1), "a:\n- b"),
        ("a: [b, c]\n", ("a", 0), "a: [c]\n"),
        ("a: [b, c]\n", ("a", 1), "a: [b]\n"),
        ("a: [b, c,]\n", ("a", 1), "a: [b,]\n"),
        ("a: [b, # one\n  c, # two\n  d]\n", ("a", 1), "a: [b, # one\n  d]\n"),
        ("a: [\n  b, # one\n  c, \n]\n", ("a", 1), "a: [\n  b, # one\n]\n"),
        ("a: [b, # one\n  c]\n", ("a", 1), "a: [b, # one\n  ]\n"),
        (
            "a:\n# of b\n- b: 1\n  c: |\n    x\n\n# of d\n- d\n",
            ("a", 0),
            "a:\n# of b\n\n# of d\n- d\n",
        ),
        ("a:\n-\n  # c\n  b: 1\n- d\n", ("a", 0), "a:\n- d\n"),
        ("a:\n- - b\n  - c\n", ("a", 0, 1), "a:\n- - b\n"),
        ("a:\n- - b\n  - c\n", ("a", 0, 0), None),
        ("a:\n- b\n", ("a", 0), None),
        ("a: &x\n- b\n- c\nd: *x\n", ("a", 0), None),
    ],
)
def test_item_goes_in_the_form_of_its_list(
    text: str, path: tuple[Step, ...], wanted: str | None
) -> None:
    assert after(text, RemoveItem(place_in(text, 0, *path))) == wanted


@pytest.mark.parametrize(
    ("text", "path", "wanted"),
    [
        ("a:\n- b: x # of x\n  w: 1\n", ("a", 0), "a:\n- b: x # of x\n  w: 1\n- b: new\n  w: 0\n"),
        ("a:\n- b: x\n  # c\n  w: 1", ("a", 0), "a:\n- b: x\n  # c\n  w: 1\n- b: new\n  w: 0"),
        ("a:\n- b: x\n- c\n", ("a", 0), "a:\n- b: x\n- b: new\n  w: 0\n- c\n"),
        ("a: [{b: x}]\n", ("a", 0), "a: [{b: x}, {b: new, w: 0}]\n"),
        ("a: [{b: x},{b: z}]\n", ("a", 0), "a: [{b: x},{b: new, w: 0},{b: z}]\n"),
        ('{"a": [{"b": "x"}]}\n', ("a", 0), '{"a": [{"b": "x"}, {"b": "new", "w": 0}]}\n'),
        ("a:\n- b: 'x'\n  'w': 1\n", ("a", 0), "a:\n- b: 'x'\n  'w': 1\n- b: 'new'\n  'w': 0\n"),
        ("a:\n- &n {b: x}\n- *n\n", ("a", 0), None),
        ("x: &x 1\na:\n- b: *x\n", ("a", 0), "x: &x 1\na:\n- b: *x\n- b: new\n  w: 0\n"),
    ],
)  # fmt: skip
def test_item_is_copied_in_the_form_of_its_list(
    text: str, path: tuple[Step, ...], wanted: str | None
) -> None:
    copy = CopyItem(place_in(text, 0, *path), {("b",): "new", ("w",): 0})

    assert after(text, copy) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("w: 1\n", "w: 20\n"),
        ("w:\n", "w: 20\n"),
        ("w: # none\n", "w: 20 # none\n"),
        ("w: &a 1\nb: 1\n", "w: &a 20\nb: 1\n"),
        ("w: !!int '1'\n", "w: !!int 20\n"),
        ("w: !!str 1\n", None),
        ("w: |\n  1\nb: 2\n", "w: 20\nb: 2\n"),
        ("'w': \"1\"  # c\n", "'w': 20  # c\n"),
        ("{w: 1, b: {w: 2}}\n", "{w: 20, b: {w: 2}}\n"),
        ("b: {w: 1}\n", "b: {w: 1}\nw: 20\n"),
        ("{b: 1}\n", "{b: 1, w: 20}\n"),
        ("b: 1", "b: 1\nw: 20"),
        ("w: 1\nw: 2\n", "w: 1\nw: 20\n"),
    ],
)
def test_key_is_set_in_the_form_of_its_mapping(text: str, wanted: str | None) -> None:
    assert after(text, SetKey(place_in(text, 0), "w", 20)) == wanted


def test_lane_without_lanes_to_name_is_a_finding_and_no_bug() -> None:
    files = {"group.yaml": GROUP.encode()}
    drafts: list[Draft] = [
        draft_of(set_to(mesh_of(files), {"v1": 100}), "Set"),
        lane_added(mesh_of(files), LaneCopy("v2", "v1")),
        removed(mesh_of(files), "v1"),
    ]

    assert [[one.code.id for one in draft.findings] for draft in drafts] == [["LW2001"]] * 3
