"""Lists of lanes and of causes, as pages read them part by part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from laneway.core.views.entry_requests import entry_requests
from tests.console.asking import ask, example, told
from tests.views.samples import EXAMPLES, compiled_example, compiled_files


def test_lanes_come_in_parts_with_their_groups(tmp_path: Path) -> None:
    found = told(tmp_path, example("strict-lanes"), "/lanes?offset=1&limit=1")

    assert [one["name"] for one in found["groups"]] == ["test"]
    assert [one["name"] for one in found["lanes"]["rows"]] == ["s2"]
    assert found["lanes"]["total"] == 3


def test_lanes_are_found_by_words(tmp_path: Path) -> None:
    found = told(tmp_path, example("strict-lanes"), "/lanes?query=s3")

    assert [one["name"] for one in found["lanes"]["rows"]] == ["s3"]


def test_a_part_that_is_no_number_is_refused(tmp_path: Path) -> None:
    assert ask(tmp_path, example("strict-lanes"), "/lanes?offset=x").status_code == 400


def test_causes_are_found_by_symptom_and_word(tmp_path: Path) -> None:
    snapshot = example("permissive-lanes")
    found = told(tmp_path, snapshot, "/doctor")
    none = told(tmp_path, snapshot, "/doctor?query=nothing-is-called-so")

    assert len(found["symptoms"]) == 4
    assert found["rows"]["total"] > 0
    assert none["rows"]["total"] == 0
    for one in found["symptoms"]:
        mine = told(tmp_path, snapshot, f"/doctor?symptom={one['id']}")
        assert mine["rows"]["total"] == one["rows"]


def test_a_lane_is_entered_by_the_request_its_rule_asks_for(tmp_path: Path) -> None:
    found = told(tmp_path, example("strict-lanes"), "/groups/test/requests")

    assert [(one["lane"], one["path"]) for one in found] == [
        ("s1", "/mock"),
        ("s2", "/mock"),
        ("s3", "/mock"),
    ]
    assert found[1]["headers"] == [{"name": "x-asm-prefer-tag", "value": "s2"}]


def test_a_weighted_group_is_entered_by_one_request_that_names_no_lane() -> None:
    (only,) = requests_of("weighted-entry", "release")

    assert (only["lane"], only["headers"]) == ("", [])


def test_nobody_enters_a_group_that_is_not_there() -> None:
    assert requests_of("strict-lanes", "nobody") == []


def test_a_group_that_a_route_of_yours_leads_into_is_entered_by_what_that_asks_for() -> None:
    (only,) = requests_of("gitops", "mock")

    assert only == {"lane": "v1, v2", "host": "", "path": "/mock", "headers": []}


def test_lanes_that_each_ask_for_something_else_are_each_entered_by_it(tmp_path: Path) -> None:
    strict = EXAMPLES / "strict-lanes"
    _, second, third = (strict / "lanes.yaml").read_text().split("uri:")[1:]
    edited = {
        second: second.replace("/mock", "/two").replace("exact: s2", "exact: beta"),
        third: third.replace("/mock", "/three").replace("x-asm-prefer-tag", "x-who"),
    }
    for file in strict.glob("*.yaml"):
        text = file.read_text()
        for before, after in edited.items():
            text = text.replace(before, after)
        (tmp_path / file.name).write_text(text)
    compilation = compiled_files(tmp_path)

    found = entry_requests(compilation.mesh, compilation.plan, "test")

    said = [(one["lane"], one["path"], *one["headers"][0].values()) for one in found]
    assert said == [
        ("s1", "/mock", "x-asm-prefer-tag", "s1"),
        ("s2", "/two", "x-asm-prefer-tag", "beta"),
        ("s3", "/three", "x-who", "s3"),
    ]


def requests_of(example: str, group: str) -> list[dict[str, Any]]:
    compilation = compiled_example(example)
    return entry_requests(compilation.mesh, compilation.plan, group)


def test_nothing_is_sent_where_nothing_runs(tmp_path: Path) -> None:
    body = {"text": "GET /mock"}

    assert ask(tmp_path, example("strict-lanes"), "/send", body).status_code == 403
