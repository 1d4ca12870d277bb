"""Where a request goes, what is proven, and what lanes cost, as pages ask it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from laneway.core.mesh.snapshot import Snapshot
from tests.console.asking import example, told
from tests.rules.claims_propagation import BY_BAGGAGE, S2, calling_b
from tests.rules.world import mesh

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


@pytest.fixture(scope="module")
def forgetful() -> Snapshot:
    """A permissive mesh in which the manifest of a shows that it loses the lane."""
    return mesh(group=BY_BAGGAGE, a1=calling_b(sdks="sentry-python"), s2=S2).snapshot()


@pytest.mark.parametrize(
    ("more", "forgetters"),
    [
        ({}, ["Deployment default/a-v1"]),
        ({"forgets": None}, ["Deployment default/a-v1"]),
        ({"forgets": []}, []),
        ({"forgets": ["b"]}, []),
    ],
)
def test_who_forgets_the_lane_is_predicted_unless_it_is_said(
    tmp_path: Path, forgetful: Snapshot, more: dict[str, Any], forgetters: list[str]
) -> None:
    body = {"text": "curl -H 'x-lane: s1' http://gateway/", **more}

    journey = told(tmp_path, forgetful, "/explain", body)["journey"]

    assert [one["workload"] for one in journey.get("predictedToForget", ())] == forgetters


def test_programs_of_a_group_are_told_with_the_place_that_says_so(
    tmp_path: Path, forgetful: Snapshot
) -> None:
    (program,) = told(tmp_path, forgetful, "/groups/test/programs")

    assert (program["workload"], program["prediction"]) == ("default/a-v1", "will not")
    assert program["header"] == "baggage"
    assert program["because"].startswith("laneway.dev/sdks: sentry-python (measured with")
    assert program["at"].startswith("mesh.yaml:")
    assert told(tmp_path, forgetful, "/groups/nobody/programs") == []


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
