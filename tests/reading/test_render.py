"""How findings are written: for people, as JSON, as SARIF."""

from __future__ import annotations

import json

import pytest

from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.findings.machine import as_json, as_sarif
from laneway.core.findings.place import Place, Source
from laneway.core.findings.render import as_text

WEIGHT = Code("LW9901", "error", "weight is {weight}", "Weights are shares.", "Write {{}} or 1.")
NOTE = Code("LW9902", "info", "noted", "", "")


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
        "  mend: Write {} or 1.\n"
        "\n"
        "1 error\n"
    )


def test_findings_are_sorted_by_file_and_line_whatever_order_they_come_in() -> None:
    findings = [weight_in("b.yaml"), weight_in("a.yaml", line=7), weight_in("a.yaml")]
    forward, backward = as_text(findings), as_text(findings[::-1])
    places = [line[6:] for line in forward.splitlines() if line.startswith("  -->")]
    assert places == ["a.yaml:2:11", "a.yaml:8:11", "b.yaml:2:11"]
    assert forward == backward


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
                "mend": "Write {} or 1.",
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


def test_a_finding_is_told_once_however_often_it_was_made() -> None:
    assert as_text([weight_in("a.yaml"), weight_in("a.yaml")]).splitlines()[-1] == "1 error"


def test_a_line_as_long_as_a_file_is_cut_too() -> None:
    text = "spec: {" + "padding: 1, " * 100_000 + "weight: 2}\n"
    shown = as_text([weight_in("a.yaml", text)], width=60).splitlines()
    assert max(map(len, shown)) <= 60
    assert shown[2][shown[3].index("^")] == "2"
