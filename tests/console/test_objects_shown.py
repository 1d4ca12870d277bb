"""Objects and namespaces, as pages read them."""

from __future__ import annotations

from pathlib import Path

from tests.console.asking import ask, example, told


def test_objects_are_listed_by_kind_and_words(tmp_path: Path) -> None:
    snapshot = example("strict-lanes")
    lanes = told(tmp_path, snapshot, "/resources?kind=ASMSwimLane")
    named = told(tmp_path, snapshot, "/resources?query=mocka-v2")

    assert [one["object"]["name"] for one in lanes["rows"]] == ["s1", "s2", "s3"]
    assert {one["object"]["name"] for one in named["rows"]} == {"mocka-v2"}


def test_an_object_has_its_text_and_what_is_made_of_it(tmp_path: Path) -> None:
    found = told(tmp_path, example("strict-lanes"), "/resources/ASMSwimLaneGroup/-/test")
    asm = [(one["kind"], one["name"]) for one in found["generated"]["asm"]]

    assert found["text"].startswith("apiVersion: istio.alibabacloud.com/v1\n")
    assert ("DestinationRule", "trafficlabel-dr-test-default-mocka") in asm


def test_an_object_that_is_not_there_is_said_to_be_gone(tmp_path: Path) -> None:
    answer = ask(tmp_path, example("strict-lanes"), "/resources/ASMSwimLane/-/nobody")

    assert answer.status_code == 404
    assert answer.json()["error"]["title"] == "There is no ASMSwimLane nobody"


def test_namespaces_say_whether_pods_get_a_sidecar(tmp_path: Path) -> None:
    found = told(tmp_path, example("strict-lanes"), "/namespaces")

    assert [one["groups"] for one in found if one["name"] == "default"] == [["test"]]
