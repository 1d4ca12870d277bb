"""`laneway show` and `laneway diff`: what walks through the compiler, as data."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from laneway.adapters.files import read_paths
from laneway.adapters.processes import identify
from laneway.apps.local.record.state import MeshRecord, boot_id, mesh_folder
from laneway.core.mesh.one_file import one_file
from tests.cli.conftest import EXAMPLES, Command, edit

STRICT = EXAMPLES / "strict-lanes"
GITOPS = EXAMPLES / "gitops"


def test_mesh_shows_lanes_with_their_labels(laneway: Command) -> None:
    shown = yaml.load(laneway("show", "mesh", STRICT).out, yaml.CSafeLoader)

    group = shown["groups"][0]
    assert (group["name"], group["mode"], group["entry"]) == ("test", "strict", "rule_based")
    assert group["lanes"][0] == {
        "name": "s1",
        "labels": {"ASM_TRAFFIC_TAG": "v1"},
        "rulesOn": 1,
        "rules": 1,
    }


def test_mesh_shows_how_a_permissive_lane_travels_and_who_answers(laneway: Command) -> None:
    shown = yaml.load(laneway("show", "mesh", EXAMPLES / "permissive-lanes").out, yaml.CSafeLoader)

    group = shown["groups"][0]
    assert group["carrier"] == "header"
    assert group["routeHeader"] == group["traceHeader"] == "x-asm-prefer-tag"
    assert (group["baseline"], group["fallsBackAtRunTime"]) == ("s1", True)
    assert group["lanes"][1]["answeredBy"] == {"mockb.default.svc.cluster.local": "s1"}


def test_mesh_says_what_is_missing_where_it_is_missed(laneway: Command, lanes: Path) -> None:
    edit(lanes, "ASM_TRAFFIC_TAG: v3", "ASM_TRAFFIC_TAG: v9", "mock-v3.yaml")
    (lanes / "broken.yaml").write_text("kind: ASMSwimLane\nspec: [")

    shown = yaml.load(laneway("show", "mesh", lanes).out, yaml.CSafeLoader)

    assert shown["groups"][0]["held"]
    assert shown["groups"][0]["lanes"][2]["withoutPods"]
    assert shown["unread"] == [f"{lanes}/broken.yaml"]


def test_plan_shows_rules_in_order_with_their_authors(laneway: Command) -> None:
    shown = json.loads(laneway("show", "plan", "-o", "json", GITOPS).out)

    entry = shown["gateways"][0]["hosts"][0]["rules"]
    hop = shown["services"][0]["rules"]
    assert [rule["from"] for rule in entry] == ["VirtualService istio-system/mock spec.http[0]"]
    assert [rule["lane"] for rule in hop] == ["v1", "v2", "v1"]
    assert shown["subsets"][0]["names"] == {"v1": {"version": "v1"}, "v2": {"version": "v2"}}


@pytest.mark.parametrize("what", ["mesh", "plan"])
@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir()))
def test_both_outputs_say_the_same(laneway: Command, what: str, example: str) -> None:
    as_yaml = laneway("show", what, EXAMPLES / example).out
    as_json = laneway("show", what, "-o", "json", EXAMPLES / example).out

    assert yaml.load(as_yaml, yaml.CSafeLoader) == json.loads(as_json)


def test_nothing_changes_against_the_same_lanes(laneway: Command) -> None:
    shown = yaml.load(laneway("show", "changes", "--against", STRICT, STRICT).out, yaml.CSafeLoader)

    assert (shown["changes"], shown["steps"]) == ([], [])


@pytest.mark.parametrize("layout", ["istio", "asm"])
@pytest.mark.parametrize("output", ["yaml", "json"])
def test_nothing_changes_against_what_was_rendered(
    laneway: Command, tmp_path: Path, layout: str, output: str
) -> None:
    live = tmp_path / f"live.{output}"
    live.write_text(laneway("render", "--layout", layout, "-o", output, STRICT).out)

    ended = laneway("show", "changes", "--layout", layout, "--against", live, STRICT)

    assert yaml.load(ended.out, yaml.CSafeLoader) == {
        "changes": [],
        "unchanged": 8 if layout == "asm" else 7,
        "steps": [],
    }


def test_what_a_server_adds_to_an_object_is_no_change(laneway: Command, tmp_path: Path) -> None:
    listed = json.loads(laneway("render", "-o", "json", STRICT).out)
    for one in listed["items"]:
        one["metadata"] |= {"uid": "1", "resourceVersion": "7", "generation": 2}
        one["status"] = {}
    live = tmp_path / "live.json"
    live.write_text(json.dumps(listed))

    ended = laneway("show", "changes", "--against", live, STRICT)

    assert yaml.load(ended.out, yaml.CSafeLoader)["changes"] == []


def test_changed_lane_is_shown_with_the_steps_to_take(laneway: Command, lanes: Path) -> None:
    edit(lanes, "  name: s3", "  name: s4")

    shown = yaml.load(laneway("show", "changes", "--against", STRICT, lanes).out, yaml.CSafeLoader)

    assert {one["action"] for one in shown["changes"]} == {"update"}
    assert shown["steps"][0]["phase"] == "subsets"
    assert shown["steps"][-1]["after"] == "requests in flight have ended"


def test_objects_of_a_removed_group_are_removed_after_its_entry(
    laneway: Command, lanes: Path
) -> None:
    for name in ("lanes.yaml",):
        (lanes / name).unlink()

    shown = yaml.load(laneway("show", "changes", "--against", STRICT, lanes).out, yaml.CSafeLoader)

    assert [sorted(step) for step in shown["steps"]] == [
        ["phase", "remove"],
        ["after", "phase", "remove"],
        ["after", "phase", "remove"],
    ]


def test_without_a_running_mesh_a_folder_has_to_be_named(laneway: Command) -> None:
    ended = laneway("show", "changes", STRICT)

    assert ended.code == 2
    assert "No mesh is running." in ended.err


def test_running_mesh_is_compared_by_the_input_it_serves(laneway: Command, lanes: Path) -> None:
    own = identify(os.getpid())
    assert own is not None
    folder = mesh_folder("default", os.environ)
    folder.path.mkdir(parents=True)
    folder.write(MeshRecord("default", own.pid, own.started, boot_id(), 0.0, [str(lanes)]))
    folder.write_input(one_file(read_paths([str(STRICT)])))
    edit(lanes, "exact: /mock", "exact: /new")

    same = yaml.load(laneway("show", "changes", STRICT).out, yaml.CSafeLoader)
    edited = yaml.load(laneway("show", "changes", lanes).out, yaml.CSafeLoader)

    assert (same["changes"], same["own"]["changes"]) == ([], [])
    assert [one["name"] for one in edited["changes"]] == ["ingressgateway"]


def test_changes_of_the_users_own_objects_stand_apart(laneway: Command, tmp_path: Path) -> None:
    for source in GITOPS.glob("*.yaml"):
        (tmp_path / source.name).write_text(source.read_text())
    edit(tmp_path, "weight: 50", "weight: 30", "route.yaml")

    shown = yaml.load(
        laneway("show", "changes", "--against", GITOPS, tmp_path).out, yaml.CSafeLoader
    )

    assert shown["changes"] == []
    assert [one["name"] for one in shown["own"]["changes"]] == ["mock"]


def test_name_that_is_no_mesh_name_is_wrong_usage(laneway: Command) -> None:
    assert laneway("show", "changes", "--name", "A/B", STRICT).code == 2


def test_diff_names_each_field_that_changes(laneway: Command, lanes: Path) -> None:
    edit(lanes, "exact: /mock", "exact: /new")

    ended = laneway("diff", STRICT, lanes)

    assert ended.code == 0
    assert "update  VirtualService istio-system/ingressgateway" in ended.out
    assert "/mock → /new" in ended.out
    assert ended.out.splitlines()[-1] == "0 created, 1 updated, 0 deleted, 6 unchanged"


def test_diff_shows_the_users_own_objects_apart(laneway: Command, tmp_path: Path) -> None:
    for source in GITOPS.glob("*.yaml"):
        (tmp_path / source.name).write_text(source.read_text())
    edit(tmp_path, "weight: 50", "weight: 30", "route.yaml")

    as_text = laneway("diff", GITOPS, tmp_path).out
    as_json = json.loads(laneway("diff", "-o", "json", GITOPS, tmp_path).out)

    assert "Your own objects:\nupdate  VirtualService istio-system/mock" in as_text
    assert as_json["changes"] == []
    assert [one["name"] for one in as_json["own"]["changes"]] == ["mock"]


def test_diff_deletes_nothing_where_a_file_cannot_be_read(laneway: Command, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("kind: ASMSwimLane\nspec: [")

    differs = laneway("diff", GITOPS, tmp_path)
    changes = laneway("show", "changes", "--against", GITOPS, "-o", "json", tmp_path)

    assert (differs.code, changes.code) == (1, 1)
    assert "0 deleted" in differs.out
    assert json.loads(changes.out)["changes"] == []


def test_nothing_is_compared_with_an_old_side_that_cannot_be_read(
    laneway: Command, tmp_path: Path
) -> None:
    (tmp_path / "broken.yaml").write_text("kind: ASMSwimLane\nspec: [")

    ended = laneway("diff", tmp_path, GITOPS)

    assert (ended.code, ended.out) == (1, "")
    assert "LW1006" in ended.err
    assert "nothing is compared" in ended.err


def test_diff_leaves_a_held_group_as_it_is(laneway: Command, lanes: Path) -> None:
    (lanes / "broken.yaml").write_text("kind: ASMSwimLane\nspec: [")

    ended = laneway("diff", STRICT, lanes)

    assert ended.code == 1
    assert ended.out == "0 created, 0 updated, 0 deleted, 7 unchanged\n"
