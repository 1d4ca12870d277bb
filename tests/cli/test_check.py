"""`laneway check`: findings for people and for machines, and when it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from laneway.core.findings.catalog import CATALOG
from tests.cli.conftest import EXAMPLES, Command, edit

STRICT = EXAMPLES / "strict-lanes"


def test_sound_lanes_have_no_findings(laneway: Command) -> None:
    ended = laneway("check", STRICT)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "no findings in 1 group, 3 lanes, 3 services\n"


def test_error_is_shown_where_it_stands_and_ends_with_1(laneway: Command, lanes: Path) -> None:
    edit(lanes, "swimlane-group: test", "swimlane-group: tset")

    ended = laneway("check", lanes)

    assert ended.code == 1
    assert f"--> {lanes}/lanes.yaml:" in ended.out
    assert "swimlane-group: tset\n" in ended.out
    assert "^^^^\n" in ended.out
    assert ended.out.splitlines()[-1] == "3 errors, 1 warning"


def test_warning_fails_only_if_asked_to(laneway: Command, lanes: Path) -> None:
    edit(lanes, "exact: s2", "prefix: s")

    assert laneway("check", lanes).code == 0
    assert laneway("check", "--fail-on", "warning", lanes).code == 1
    assert laneway("check", "--fail-on", "info", lanes).code == 1
    assert laneway("check", "--fail-on", "info", STRICT).code == 0


def test_json_gives_every_finding_with_its_place(laneway: Command, lanes: Path) -> None:
    edit(lanes, "exact: s2", "prefix: s")

    found = json.loads(laneway("check", "-o", "json", lanes).out)

    assert {one["code"] for one in found["findings"]} == {"LW1218", "LW1310"}
    assert all(one["file"] == f"{lanes}/lanes.yaml" for one in found["findings"])
    assert found["summary"] == {"error": 0, "warning": 3, "info": 0}


def test_sarif_names_the_rules_that_spoke(laneway: Command, lanes: Path) -> None:
    edit(lanes, "exact: s2", "prefix: s")

    log = json.loads(laneway("check", "-o", "sarif", lanes).out)

    assert [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]] == [
        "LW1218",
        "LW1310",
    ]


def test_concise_is_a_line_a_finding(laneway: Command, lanes: Path) -> None:
    edit(lanes, "exact: s2", "prefix: s")

    lines = laneway("check", "-o", "concise", lanes).out.splitlines()

    assert [line.split(" ")[:2] for line in lines] == [
        [f"{lanes}/lanes.yaml:53:7:", "warning[LW1218]"],
        [f"{lanes}/lanes.yaml:77:7:", "warning[LW1218]"],
        [f"{lanes}/lanes.yaml:77:7:", "warning[LW1310]"],
    ]


def test_quiet_prints_only_what_fails(laneway: Command, lanes: Path) -> None:
    edit(lanes, "exact: s2", "prefix: s")

    assert laneway("check", "-q", lanes).out == ""
    assert "3 warnings" in laneway("check", "-q", "--fail-on", "warning", lanes).out
    assert laneway("check", "-q", STRICT).out == ""


def test_codes_that_are_ignored_neither_show_nor_fail(laneway: Command, lanes: Path) -> None:
    edit(lanes, "exact: s2", "prefix: s")
    without_one = ["--fail-on", "warning", "--ignore", "LW1218", lanes]

    assert laneway("check", *without_one).code == 1
    ended = laneway("check", "--ignore", "lw1310", *without_one)
    assert (ended.code, ended.out) == (
        0,
        "no findings but LW1218, LW1310 in 1 group, 3 lanes, 3 services\n",
    )


def test_a_code_that_is_none_is_wrong_usage(laneway: Command) -> None:
    ended = laneway("check", "--ignore", "LW0", STRICT)

    assert ended.code == 2
    assert "There is no code 'LW0'; codes look like LW1310." in ended.err


@pytest.mark.parametrize("output", ["github", "gitlab"])
def test_code_hosts_get_their_form(laneway: Command, lanes: Path, output: str) -> None:
    edit(lanes, "exact: s2", "prefix: s")

    ended = laneway("check", "-o", output, lanes)

    assert ended.code == 0
    assert "LW1310" in ended.out


def test_every_code_is_explained(laneway: Command) -> None:
    for code in CATALOG.values():
        ended = laneway("explain-code", code.id.lower())

        assert ended.out.startswith(f"{code.level}[{code.id}]")
        assert " ".join(code.why.split()) in " ".join(ended.out.split())
    assert laneway("explain-code", "LW0").code == 2


def test_standard_input_is_read(laneway: Command, typed: Callable[[str], None]) -> None:
    typed((STRICT / "lanes.yaml").read_text())

    ended = laneway("check", "-")

    assert ended.code == 1
    assert "names service default/mocka, which is not in the input" in ended.out
    assert "--> -:" in ended.out


@pytest.mark.parametrize("output", ["text", "json", "sarif"])
def test_path_that_does_not_exist_is_a_finding(laneway: Command, output: str) -> None:
    ended = laneway("check", "-o", output, "nowhere.yaml")

    assert ended.code == 2
    assert "LW1001" in ended.out


def test_nothing_is_colored_in_a_pipe(laneway: Command, lanes: Path) -> None:
    edit(lanes, "exact: s2", "prefix: s")

    assert "\x1b[" not in laneway("check", lanes).out
