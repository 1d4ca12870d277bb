"""Nothing to look at is one error, and the same for every command that reads paths."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, Command

STRICT = EXAMPLES / "strict-lanes"
READING = [
    *("check", "render", "status", "prove", "explain", "up"),
    *("show mesh", "show plan", f"show changes --against {STRICT}"),
]
REFUSED = "The connection to the server localhost:8080 was refused - is the port right?"
every_command = pytest.mark.parametrize("command", READING, ids=lambda one: one.split(" -")[0])


def told(ended_out: str, ended_err: str) -> str:
    return (ended_out + ended_err).replace("reading …\n", "")


@every_command
def test_a_path_that_is_not_there_is_wrong_usage(laneway: Command, command: str) -> None:
    ended = laneway(*command.split(), STRICT, "nowhere")

    assert ended.code == 2
    assert told(ended.out, ended.err).startswith("error[LW1001] nowhere does not exist\n")
    assert told(ended.out, ended.err).endswith("\n1 error\n")


@every_command
def test_an_empty_folder_is_an_error(laneway: Command, tmp_path: Path, command: str) -> None:
    (tmp_path / "README.md").write_text("nothing yet")

    ended = laneway(*command.split(), tmp_path)

    assert ended.code == 1
    assert told(ended.out, ended.err).startswith(f"error[LW1015] {tmp_path} contains no .yaml")
    assert told(ended.out, ended.err).endswith("\n1 error\n")


@every_command
@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only\n---\n# comments\n", REFUSED, "error: You must be logged in"]
)
def test_a_stream_without_an_object_is_an_error(
    laneway: Command, typed: Callable[[str], None], command: str, text: str
) -> None:
    typed(text)

    ended = laneway(*command.split(), "-", STRICT)

    assert ended.code == 1
    assert told(ended.out, ended.err).startswith("error[LW1029] standard input ")
    assert told(ended.out, ended.err).endswith("\n1 error\n")


@every_command
def test_files_of_other_programs_alone_are_an_error(
    laneway: Command, tmp_path: Path, command: str
) -> None:
    (tmp_path / "package.json").write_text('{"name": "shop"}')
    (tmp_path / "kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    )

    ended = laneway(*command.split(), tmp_path)

    assert ended.code == 1
    assert told(ended.out, ended.err).startswith("error[LW1029] ")


def test_an_empty_answer_of_a_cluster_beside_lanes_is_an_answer(
    laneway: Command, typed: Callable[[str], None]
) -> None:
    typed("apiVersion: v1\nkind: List\nitems: []\n")

    assert laneway("check", STRICT, "-").code == 0


@pytest.mark.parametrize("items", ["items: []\n", "items:\n", ""])
def test_an_empty_answer_of_a_cluster_alone_is_nothing_to_look_at(
    laneway: Command, typed: Callable[[str], None], items: str
) -> None:
    typed(f"apiVersion: v1\nkind: List\n{items}")

    ended = laneway("check", "-")

    assert ended.code == 1
    assert ended.out.startswith("error[LW1029] standard input: no Kubernetes object is in the")


def test_objects_without_a_lane_are_looked_at_and_it_is_said(laneway: Command) -> None:
    ended = laneway("check", STRICT / "services.yaml")

    assert ended.code == 0
    assert ended.out == "no findings, but no lane group is in the input either\n"


def test_a_machine_is_told_as_well(laneway: Command, tmp_path: Path) -> None:
    found = json.loads(laneway("check", "-o", "json", tmp_path).out)

    assert [one["code"] for one in found["findings"]] == ["LW1015"]
    assert found["summary"]["error"] == 1


@pytest.mark.parametrize("order", ["from nothing", "to nothing"])
def test_a_side_of_a_difference_may_be_empty_and_not_missing(
    laneway: Command, tmp_path: Path, order: str
) -> None:
    sides = [tmp_path, STRICT]
    both = sides if order == "from nothing" else sides[::-1]

    ended = laneway("diff", *both)
    missing = laneway("diff", *(tmp_path / "nowhere" if one == tmp_path else one for one in both))

    assert ended.code == 0
    assert ("7 created" if order == "from nothing" else "7 deleted") in ended.out
    assert (missing.code, missing.out) == (2, "")


def test_changes_against_an_empty_folder_are_all_there_is(laneway: Command, tmp_path: Path) -> None:
    ended = laneway("show", "changes", "--against", tmp_path, "-o", "json", STRICT)

    assert ended.code == 0
    assert len(json.loads(ended.out)["changes"]) == 7
