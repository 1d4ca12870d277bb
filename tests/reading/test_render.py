"""How findings are written: for people, as JSON, as SARIF."""

from __future__ import annotations

import json
from typing import Any

import pytest

from laneway.apps.terminal.tables import table
from laneway.core.findings.annotations import as_github, as_gitlab
from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.findings.machine import as_json, as_sarif
from laneway.core.findings.place import Place, Source
from laneway.core.findings.render import as_lines, as_text, code_text
from laneway.core.sdks.prediction import Prediction

WEIGHT = Code("error", "LW9901", "weight is {weight}", "Weights are shares.", "Write {{}} or 1.")
OTHER_FIX = Code("warning", "LW9903", "another weight", "Weights are shares.", "Change {fix}")
NOTE = Code("info", "LW9902", "noted", "", "")


def weight_in(path: str, text: str = "spec:\n  weight: 200\n", line: int = 1) -> Finding:
    place = Place(Source(path, line, 0, text), ("spec", "weight"))
    return finding(WEIGHT, place, "ASMSwimLane s1", weight=200)


def test_the_line_is_shown_with_a_mark_under_the_value() -> None:
    assert as_text([weight_in("a.yaml", line=9)]) == (
        "error[LW9901] weight is 200\n"
        "  --> a.yaml:10:11\n"
        "  10 |   weight: 200\n"
        "     |           ^^^\n"
        "  why: Weights are shares.\n"
        "  fix: Write {} or 1.\n"
        "\n"
        "1 error\n"
    )


def test_what_an_input_says_moves_no_cursor() -> None:
    hostile = "a\x1b[31m\x9b2J\u202eb\tc\nd"
    found = finding(WEIGHT, None, weight=hostile)

    assert found.message == "weight is a\\x1b[31m\\x9b2J\\u202eb\tc\nd"
    assert table(("A",), [("\x1b[31m",)]) == ["A", r"\x1b[31m"]
    assert Prediction("unknown", "\x1b[31m").words == r"\x1b[31m"


def test_findings_are_sorted_by_file_and_line_whatever_order_they_come_in() -> None:
    findings = [weight_in("b.yaml"), weight_in("a.yaml", line=7), weight_in("a.yaml")]
    forward, backward = as_lines(findings), as_lines(findings[::-1])
    assert forward == (
        "a.yaml:2:11: error[LW9901] weight is 200\n"
        "a.yaml:8:11: error[LW9901] weight is 200\n"
        "b.yaml:2:11: error[LW9901] weight is 200\n"
    )
    assert forward == backward
    assert as_text(findings) == as_text(findings[::-1])


def test_findings_of_one_code_and_one_fix_are_one_block() -> None:
    text = "spec:\n  weight: 1\n"
    other = finding(OTHER_FIX, Place(Source("b.yaml", 1, 0, text), ("spec", "weight")), fix="it")
    shown = as_text([weight_in("b.yaml"), other, weight_in("a.yaml")])

    assert shown.count("  why: Weights are shares.\n") == 2
    assert "  1 more like it:\n    b.yaml:2:11: weight is 200\n" in shown
    assert shown.splitlines()[-1] == "2 errors, 1 warning"


def test_what_follows_the_first_line_of_a_fix_is_never_wrapped() -> None:
    block = "[run]\n" + "image = " + "x" * 90
    shown = as_text([finding(OTHER_FIX, None, fix=f"these lines:\n{block}")], width=60)

    assert f"  fix: Change these lines:\n       [run]\n       image = {'x' * 90}\n" in shown


def test_no_line_of_words_is_wider_than_the_terminal() -> None:
    long = Code("error", "LW9904", "word " * 60, "why " * 60, "fix " * 60, "also " * 60)
    shown = as_text([finding(long, None), finding(long, None, "a"), weight_in("a.yaml")], width=50)

    assert max(map(len, shown.splitlines())) <= 50


def test_a_code_is_told_with_the_words_that_findings_fill_in() -> None:
    told = code_text(WEIGHT)

    assert told.startswith("error[LW9901] weight is <weight>\n")
    assert "  fix: Write {} or 1.\n" in told


def test_github_shows_each_finding_beside_its_line() -> None:
    odd = finding(OTHER_FIX, None, fix="50 %:\na, b")

    assert as_github([weight_in("my,lanes/a.yaml"), odd]) == (
        "::warning title=LW9903::another weight. Change 50 %25:%0Aa, b\n"
        "::error title=LW9901,file=my%2Clanes/a.yaml,line=2,col=11,endColumn=14::"
        "weight is 200. Write {} or 1.\n"
    )


def test_gitlab_knows_a_finding_again_when_it_moves() -> None:
    def report(*findings: Finding) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(as_gitlab(findings))
        return found

    (here,), (moved,) = report(weight_in("./a.yaml")), report(weight_in("./a.yaml", line=7))
    twice = report(weight_in("a.yaml"), weight_in("a.yaml", line=7))

    assert here["location"] == {"path": "a.yaml", "lines": {"begin": 2}}
    assert (here["check_name"], here["severity"]) == ("LW9901", "major")
    assert here["fingerprint"] == moved["fingerprint"]
    assert len({one["fingerprint"] for one in twice}) == 2


def test_the_last_line_counts_each_level() -> None:
    findings = [weight_in("a.yaml"), weight_in("b.yaml"), finding(NOTE, None)]
    assert as_text(findings).splitlines()[-1] == "2 errors, 1 info"
    assert as_text([]) == "no findings\n"


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("{名前: 1, weight: 2}", "                  ^"),
        ("{\ta: 1, weight: 2}", "                   ^"),
    ],
)
def test_the_mark_stands_under_the_value_after_wide_characters_and_tabs(
    line: str, mark: str
) -> None:
    shown = as_text([weight_in("a.yaml", f"spec: {line}\n")]).splitlines()
    assert shown[3].removeprefix("    | ") == "      " + mark


def test_a_long_line_is_cut_around_the_value() -> None:
    text = "spec: {" + "padding: 1, " * 100 + "weight: 2}\n"
    shown = as_text([weight_in("a.yaml", text)], width=60).splitlines()
    assert max(map(len, shown)) <= 60
    assert shown[2][shown[3].index("^")] == "2"


def test_color_changes_nothing_but_color() -> None:
    findings = [weight_in("a.yaml"), finding(NOTE, None)]
    colored = as_text(findings, color=True)
    plain = colored
    for style in ("31;1", "33;1", "36;1", "32;1", "2", "0"):
        plain = plain.replace(f"\x1b[{style}m", "")
    assert colored != plain
    assert plain == as_text(findings)


def test_json_holds_everything_a_person_sees() -> None:
    found = json.loads(as_json([weight_in("a.yaml")]))
    assert found == {
        "findings": [
            {
                "code": "LW9901",
                "level": "error",
                "message": "weight is 200",
                "why": "Weights are shares.",
                "fix": "Write {} or 1.",
                "subject": "ASMSwimLane s1",
                "file": "a.yaml",
                "line": 2,
                "column": 11,
                "path": ["spec", "weight"],
            }
        ],
        "summary": {"error": 1, "warning": 0, "info": 0},
    }


def test_sarif_names_rule_level_and_region() -> None:
    log = json.loads(as_sarif([weight_in("my lanes/a.yaml"), finding(NOTE, None)], "1.2.3"))
    run = log["runs"][0]
    assert run["tool"]["driver"]["semanticVersion"] == "1.2.3"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["LW9901", "LW9902"]
    note, error = run["results"]
    assert (note["ruleIndex"], note["level"]) == (1, "note")
    physical = error["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "my%20lanes/a.yaml"}
    assert physical["region"] == {"startLine": 2, "startColumn": 11, "endColumn": 14}


def test_sarif_explains_a_rule_by_words_and_never_by_a_placeholder() -> None:
    bare = Code("error", "LW9905", "unknown", "Nothing has that name.", "{fix}")

    log = json.loads(as_sarif([finding(bare, None, fix="Did you mean mocka?")], "1.2.3"))

    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["help"] == {"text": "Nothing has that name."}


def test_a_finding_is_told_once_however_often_it_was_made() -> None:
    assert as_text([weight_in("a.yaml"), weight_in("a.yaml")]).splitlines()[-1] == "1 error"


def test_a_line_as_long_as_a_file_is_cut_too() -> None:
    text = "spec: {" + "padding: 1, " * 100_000 + "weight: 2}\n"
    shown = as_text([weight_in("a.yaml", text)], width=60).splitlines()
    assert max(map(len, shown)) <= 60
    assert shown[2][shown[3].index("^")] == "2"
