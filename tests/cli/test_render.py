"""`laneway render`: objects on one stream, findings on the other."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from tests.cli.conftest import EXAMPLES, Command, edit

STRICT = EXAMPLES / "strict-lanes"


def kinds(text: str) -> list[tuple[str, str]]:
    return sorted((one["kind"], one["metadata"]["name"]) for one in yaml.safe_load_all(text))


def test_objects_go_to_standard_output_as_yaml(laneway: Command) -> None:
    ended = laneway("render", STRICT)

    assert ended.code == 0
    assert ended.err == ""
    assert kinds(ended.out) == [
        *(("DestinationRule", f"trafficlabel-dr-test-default-mock{one}") for one in "abc"),
        ("VirtualService", "ingressgateway"),
        *(("VirtualService", f"trafficlabel-vs-test-default-mock{one}") for one in "abc"),
    ]


def test_json_is_one_list_of_the_same_objects(laneway: Command) -> None:
    listed = json.loads(laneway("render", "-o", "json", STRICT).out)

    assert (listed["apiVersion"], listed["kind"]) == ("v1", "List")
    assert listed["items"] == list(yaml.safe_load_all(laneway("render", STRICT).out))


def test_layout_asm_prints_the_vendors_kinds(laneway: Command) -> None:
    printed = kinds(laneway("render", "--layout", "asm", STRICT).out)

    assert ("TrafficLabel", "asm-trafficlabel-global") in printed


def test_what_no_lane_changes_is_left_out_when_asked_to(laneway: Command, tmp_path: Path) -> None:
    for name in ("gateway.yaml", "lanes.yaml", "services.yaml", "mock-v1.yaml"):
        copied = (EXAMPLES / "permissive-lanes" / name).read_text()
        (tmp_path / name).write_text(copied)

    every, sparse = (laneway("render", *flags, tmp_path) for flags in ((), ("--sparse",)))

    left = set(kinds(every.out)) - set(kinds(sparse.out))
    assert left == {
        *(("DestinationRule", f"trafficlabel-dr-test-default-mock{one}") for one in "bc"),
        *(("VirtualService", f"trafficlabel-vs-test-default-mock{one}") for one in "bc"),
    }
    assert "LW1811" in sparse.err
    assert "LW1811" not in every.err


def test_only_the_default_layout_can_be_sparse(laneway: Command) -> None:
    ended = laneway("render", "--sparse", "--layout", "asm", STRICT)

    assert ended.code == 2
    assert "--sparse is for layout istio" in " ".join(ended.err.split())


def test_findings_go_to_standard_error(laneway: Command, lanes: Path) -> None:
    edit(lanes, "exact: s2", "prefix: s")

    ended = laneway("render", lanes)

    assert ended.code == 0
    assert "LW1310" in ended.err
    assert "LW1310" not in ended.out


def test_held_group_is_left_out_and_ends_with_1(laneway: Command, lanes: Path) -> None:
    (lanes / "broken.yaml").write_text("kind: ASMSwimLane\nspec: [")

    ended = laneway("render", lanes)

    assert ended.code == 1
    assert ended.out == ""
    assert "group test is held" in ended.err


def test_input_without_groups_is_said_to_give_nothing(laneway: Command) -> None:
    ended = laneway("render", STRICT / "services.yaml")

    assert (ended.code, ended.out) == (0, "")
    assert "There is no lane group in the input" in ended.err
