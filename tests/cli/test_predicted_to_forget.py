"""Before a program runs, `check`, `status` and `explain` say that it will not pass a lane on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Command

EXAMPLE = Path(__file__).parents[2] / "examples" / "permissive-lanes"
S2 = ("--path", "/mock", "-H", "x-asm-prefer-tag: s2")
SETS = """            - name: NODE_OPTIONS
              value: --require @opentelemetry/auto-instrumentations-node/register
            - name: OTEL_PROPAGATORS
              value: tracecontext
"""
NAMED = "            - name: app\n              value: mockb\n"


@pytest.fixture
def lanes(tmp_path: Path) -> str:
    """Return the permissive example by baggage, in which mockb-v1 drops it."""
    folder = tmp_path / "lanes"
    shutil.copytree(EXAMPLE, folder)
    group, pods = folder / "lanes.yaml", folder / "mock-v1.yaml"
    text = group.read_text()
    group.write_text(text.replace("traceHeader: x-asm-prefer-tag", "traceHeader: baggage"))
    assert group.read_text() != text
    text = pods.read_text()
    pods.write_text(text.replace(NAMED, SETS + NAMED))
    assert pods.read_text() != text
    return str(folder)


def test_check_names_the_variable_and_the_remedy(laneway: Command, lanes: str) -> None:
    [found] = [
        one
        for one in json.loads(laneway("check", "-o", "json", lanes).out)["findings"]
        if one["code"] == "LW1812"
    ]

    lines = Path(found["file"]).read_text().splitlines()
    assert lines[found["line"] - 1].strip() == "value: tracecontext"
    assert "Add baggage to OTEL_PROPAGATORS" in found["fix"]


def test_status_tells_of_each_program_that_has_to_pass_a_lane_on(
    laneway: Command, lanes: str
) -> None:
    said = laneway("status", "-o", "json", lanes).out
    text = laneway("status", lanes).out

    told = {one["workload"]: one["prediction"] for one in json.loads(said)["programs"]}
    assert told == {"default/mocka-v1": "unknown", "default/mockb-v1": "will not"}
    assert "will not  OTEL_PROPAGATORS=tracecontext (measured with" in text


def test_explain_takes_its_forgetters_from_the_prediction(laneway: Command, lanes: str) -> None:
    ended = laneway("explain", *S2, lanes)

    assert "mockb-v1 is taken to forget the lane: OTEL_PROPAGATORS=tracecontext" in ended.out
    assert ended.out.splitlines()[-1] == "  100 %  mocka-v2 > mockb-v1 > mockc-v1"


@pytest.mark.parametrize("option", [["--nobody-forgets"], ["--forgets", "mocka-v2"]])
def test_an_assumption_of_ones_own_replaces_the_prediction(
    laneway: Command, lanes: str, option: list[str]
) -> None:
    ended = laneway("explain", *S2, *option, lanes)

    assert "is taken to forget" not in ended.out
    assert ended.out.splitlines()[-1] == "  100 %  mocka-v2 > mockb-v1 > mockc-v2"


def test_nobody_and_somebody_cannot_both_forget(laneway: Command, lanes: str) -> None:
    ended = laneway("explain", *S2, "--nobody-forgets", "--forgets", "mockb", lanes)

    assert ended.code == 2


def test_a_config_map_that_is_edited_changes_what_is_predicted(
    laneway: Command, lanes: str
) -> None:
    pods = Path(lanes) / "mock-v1.yaml"
    source = "              valueFrom: {configMapKeyRef: {name: tracing, key: list}}"
    pods.write_text(pods.read_text().replace("              value: tracecontext", source))
    told = {}
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tracing}\n"
    for value in ("tracecontext", "tracecontext,baggage"):
        (Path(lanes) / "tracing.yaml").write_text(f"{head}data: {{list: '{value}'}}\n")
        said = json.loads(laneway("status", "-o", "json", lanes).out)["programs"]
        told[value] = {one["workload"]: one["prediction"] for one in said}["default/mockb-v1"]

    assert told == {"tracecontext": "will not", "tracecontext,baggage": "passes on"}
