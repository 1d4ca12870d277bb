"""A lane that is added and removed leaves files of every form as they were, byte for byte."""

from __future__ import annotations

import random

import pytest

from laneway.core.edits.adding import LaneCopy, lane_added
from laneway.core.edits.draft import draft_of
from laneway.core.edits.lane_splits import lane_splits
from laneway.core.edits.removing import removed
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

CASES = [(style, draw) for style in STYLES for draw in range(4)]


@pytest.mark.parametrize(
    ("style", "draw"), CASES, ids=[f"{style.name}-{draw}" for style, draw in CASES]
)
def test_a_part_of_weight_0_is_added_and_taken_away(style: Style, draw: int) -> None:
    chance = random.Random(f"lanes {style.name} {draw}")  # noqa: S311 - a draw
    weights = drawn_weights(chance)
    spelled = {name: style.written.format(weights[name]) for name in LANES}
    before = Spelling.drawn(chance).stored(rendered(style, weights, spelled))
    group = (GROUP.replace("STRATEGY", "rule_based") + "".join(map(lane, LANES))).encode()
    files = {"group.yaml": group, "weights.yaml": before}
    source = chance.choice(("v2", "v3"))

    added = outcome(files, lane_added(mesh_of(files), LaneCopy("v4", source)))
    after = mesh_of({path: raw for path, raw in added.files.items() if raw})
    parts = [[one.said for one in split.portions] for split in lane_splits(after)]

    assert added.files["group.yaml"] == group + lane("v4").encode()
    assert any(split.of("v4") for split in lane_splits(after)), added.findings
    assert all(one.index("v4") == one.index(source) + 1 for one in parts if "v4" in one)
    assert all(split.weight_of("v4") == 0 for split in lane_splits(after))
    assert len(lane_splits(after)) == len(lane_splits(mesh_of(files)))

    gone = outcome(
        {path: raw for path, raw in added.files.items() if raw}, removed(after, "v4")
    ).files
    assert {path: raw for path, raw in gone.items() if raw} == files


@pytest.mark.parametrize("style", LANE_STYLES[:2], ids=lambda one: one.name)
def test_lane_of_a_weighted_group_comes_with_weight_0_and_goes(style: Style) -> None:
    weights = {"v1": 60, "v2": 40, "v3": 0}
    text = Spelling().stored(rendered(style, weights, {}))
    files = {"group.yaml": GROUP.replace("STRATEGY", "weighted").encode(), "lanes.yaml": text}

    added = outcome(files, lane_added(mesh_of(files), LaneCopy("v4", "v2"))).files
    mesh = mesh_of({path: raw for path, raw in added.items() if raw})
    gone = outcome({path: raw for path, raw in added.items() if raw}, removed(mesh, "v4")).files
    without = outcome(files, removed(mesh_of(files), "v3")).files

    assert (added["lanes.yaml"] or b"").startswith(text)
    assert [part.weight for part in lane_splits(mesh)[0].portions] == [60, 40, 0, 0]
    assert gone == files
    rest = without["lanes.yaml"]
    assert rest is not None
    assert text.startswith(rest)
    assert [
        part.said for part in lane_splits(mesh_of(files | {"lanes.yaml": rest}))[0].portions
    ] == [
        "v1",
        "v2",
    ]


def test_first_document_goes_without_what_is_said_of_the_file() -> None:
    text = f"# lanes of the shop\n\n{lane('v1').removeprefix('---')}{lane('v2')}{lane('v3')}"
    files = {"group.yaml": GROUP.replace("STRATEGY", "rule_based").encode()}
    files["lanes.yaml"] = text.encode()

    after = outcome(files, removed(mesh_of(files), "v1")).files["lanes.yaml"]

    assert after == f"# lanes of the shop\n\n\n{lane('v2')}{lane('v3')}".encode()


@pytest.mark.parametrize("flow", [False, True])
def test_weight_that_is_not_written_is_added_in_the_form_of_its_neighbors(flow: bool) -> None:  # noqa: FBT001 - a form
    to = "destination: {{host: mocka.default.svc.cluster.local, subset: {}}}"
    form = f"    - {{{{{to}}}}} # {{}}" if flow else f"    -   {to}  # {{}}"
    head = STYLES[0].text.partition("spec:")[0]
    routes = "\n".join(form.format(name, name) for name in LANES)
    files = {"group.yaml": (GROUP.replace("STRATEGY", "") + "".join(map(lane, LANES))).encode()}
    files["route.yaml"] = f"{head}spec:\n  hosts: ['*']\n  http:\n  - route:\n{routes}".encode()

    after = outcome(files, draft_of(set_to(mesh_of(files), {"v1": 100}), "Set")).files["route.yaml"]

    assert after is not None
    lines = after.decode().splitlines()
    if flow:
        assert lines[-3].endswith("subset: v1}, weight: 100} # v1")
    else:
        assert lines[-4:-2] == [form.format("v1", "v1"), "        weight: 100"]
    assert lines[-1] == form.format("v3", "v3")
    assert not after.endswith(b"\n")
