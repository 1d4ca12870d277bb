"""Where a request goes, what is proven, and what lanes cost, as pages ask it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from laneway.core.mesh.snapshot import Snapshot
from tests.console.asking import example, told

CURL = "curl -H 'x-asm-prefer-tag: s2' http://${ASM_GATEWAY_IP}/mock"


def test_a_pasted_request_is_followed_with_the_lines_that_decide(tmp_path: Path) -> None:
    found = told(tmp_path, example("strict-lanes"), "/explain", {"text": CURL})

    assert (found["request"]["method"], found["request"]["path"]) == ("GET", "/mock")
    assert found["journey"]["by"]["lane"] == "s2"
    assert "exact: s2" in found["journey"]["by"]["lines"]["text"]
    assert pods(found["journey"]) == ["mocka-v2", "mockb-v2", "mockc-v2"]


def test_a_request_begins_at_a_workload_that_is_named(tmp_path: Path) -> None:
    body = {"text": "GET http://mockb:8000/", "workload": "mocka-v3"}
    found = told(tmp_path, example("strict-lanes"), "/explain", body)

    assert found["journey"]["caller"] == "mocka-v3"
    assert pods(found["journey"]) == ["mockb-v3", "mockc-v3"]


def test_what_of_a_text_is_not_understood_is_told(tmp_path: Path) -> None:
    found = told(tmp_path, example("strict-lanes"), "/explain", {"text": "curl -H 'a: b"})

    assert [one["code"] for one in found["findings"]] == ["LW2302"]
    assert (found["request"], found["journey"]) == (None, None)


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"text": "GET http://mockb/", "workload": "nobody"}, "workload"),
        ({"gateway": "nowhere"}, "gateway"),
        ({"forgets": ["nothing"]}, "forgets"),
    ],
)
def test_a_name_that_nobody_has_is_an_answer(
    tmp_path: Path, more: dict[str, Any], part: str
) -> None:
    found = told(tmp_path, example("strict-lanes"), "/explain", {"text": CURL} | more)

    assert found["journey"] is None
    assert found["unanswered"]["part"] == part


def test_who_forgets_the_lane_loses_it(tmp_path: Path) -> None:
    text = "curl -H 'x-asm-prefer-tag: s2' http://gateway/mock"
    kept = told(tmp_path, example("permissive-lanes"), "/explain", {"text": text})
    body = {"text": text, "forgets": ["mocka", "mockb"]}
    lost = told(tmp_path, example("permissive-lanes"), "/explain", body)

    assert pods(kept["journey"]) != pods(lost["journey"])


def test_proof_and_cost_are_told_as_the_commands_tell_them(tmp_path: Path) -> None:
    proof = told(tmp_path, example("strict-lanes"), "/proof")
    cost = told(tmp_path, example("strict-lanes"), "/cost")

    assert proof["verdict"] == "proven"
    assert {one["layout"] for one in cost["layouts"]} >= {"none", "istio", "asm"}


@pytest.mark.parametrize("path", ["/proof", "/cost"])
def test_an_input_without_lanes_is_answered(tmp_path: Path, path: str) -> None:
    assert told(tmp_path, Snapshot(), path)


def pods(hop: dict[str, Any]) -> list[str]:
    """Return the pods that answer first, hop after hop, of calls that are known to be made."""
    answer = hop["answers"][0]
    calls = [one for one in answer.get("calls", ()) if not one.get("assumed")]
    return [answer["pods"][0]["name"], *(pods(calls[0]) if calls else ())]
