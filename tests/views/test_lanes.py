"""The list of groups and lanes: what each row says, and that only what is shown is made."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.views.lanes import LaneFilter, group_view, lanes_view
from laneway.core.views.paging import MOST, ListPart, paged
from tests.rules.world import lane, mesh, pods
from tests.views.samples import EXAMPLES, compiled_example, compiled_files


class _Live(Struct, frozen=True):
    state: str
    why: str = ""
    since: float | None = None


EVERY = LaneFilter()


def rows(compilation: Compilation, wish: LaneFilter = EVERY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lanes_view(compilation, {}, wish)["lanes"]["rows"]
    return found


def test_row_has_pods_of_each_service_ready_and_in_all(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EXAMPLES / "strict-lanes", tmp_path / "lanes"))
    text = (folder / "mock-v2.yaml").read_text()
    (folder / "mock-v2.yaml").write_text(text.replace("replicas: 1", "replicas: 3", 1))

    (s2,) = rows(compiled_files(folder), LaneFilter(ListPart(query="s2")))

    assert [(one["name"], one["ready"], one["total"]) for one in s2["services"]] == [
        ("mocka", 3, 3),
        ("mockb", 1, 1),
        ("mockc", 1, 1),
    ]


def test_row_says_who_stands_in() -> None:
    found = {one["name"]: one["services"] for one in rows(compiled_example("permissive-lanes"))}

    stand_ins = {
        name: {one["name"]: one["standsIn"] for one in services if one["standsIn"]}
        for name, services in found.items()
    }
    assert stand_ins == {"s1": {}, "s2": {"mockb": "s1"}, "s3": {"mocka": "s1", "mockc": "s1"}}


@pytest.mark.parametrize(
    ("example", "weights"),
    [
        ("gitops", {"v1": 50, "v2": 50}),
        ("weighted-entry", {"stable": 60, "next": 30, "canary": 10}),
    ],
)
def test_weights_are_those_that_are_written(example: str, weights: dict[str, int]) -> None:
    told = lanes_view(compiled_example(example), {}, LaneFilter())

    (split,) = told["groups"][0]["splits"]
    assert {part["lane"]: part["weight"] for part in split["parts"]} == weights
    assert {row["name"]: row["weights"][0]["weight"] for row in told["lanes"]["rows"]} == weights


def test_findings_are_counted_by_level_and_asked_for() -> None:
    compilation = mesh(b2=pods("b", "v3")).compiled()

    found = {row["name"]: (row["state"], row["findings"]["error"]) for row in rows(compilation)}
    wrong = rows(compilation, LaneFilter(level="error"))

    assert found == {"s1": ("Ready", 0), "s2": ("Failed", 1)}
    assert [row["name"] for row in wrong] == ["s2"]
    assert wrong[0]["errors"][0].startswith("lane s2 has no pod of service default/b")


def test_each_reason_of_a_group_is_told_by_itself_and_so_is_why_it_routes_nothing() -> None:
    wrong = mesh(without="a b").compiled()
    (group,) = lanes_view(wrong, {}, EVERY)["groups"]
    (status, *_) = (one["status"] for one in wrong.conditions)

    assert len(group["errors"]) > 1
    assert "; ".join(group["errors"]) == status["error"]
    (empty,) = lanes_view(mesh(without="s1 s2").compiled(), {}, EVERY)["groups"]
    assert empty["errors"] == ["the group has no lane, so it routes nothing"]
    assert [one["errors"] for one in rows(compiled_example("strict-lanes"))] == [[], [], []]


def test_lane_without_a_group_and_one_left_out_are_listed() -> None:
    compilation = mesh(
        lane("stray", "{version: v9}", head="labels: {}"), lane("BAD", "{version: v8}")
    ).compiled()

    found = {
        row["name"]: (row["group"], row["state"], row["services"]) for row in rows(compilation)
    }

    assert found["stray"] == ("", "Failed", [])
    assert found["BAD"] == ("test", "Failed", [])


def test_what_is_known_of_proxies_is_told_of_the_group_and_its_lanes() -> None:
    live = {"test": _Live("live", "in 12 of 12 proxies", 1_764_000_000.0)}
    compilation = compiled_example("strict-lanes")

    told = lanes_view(compilation, live, LaneFilter())

    known = {"state": "live", "why": "in 12 of 12 proxies", "since": 1_764_000_000.0}
    assert told["groups"][0]["live"] == known
    assert [row["live"] for row in told["lanes"]["rows"]] == [known] * 3
    assert lanes_view(compilation, {}, LaneFilter())["groups"][0]["live"] is None


def test_group_is_found_by_its_name() -> None:
    compilation = compiled_example("permissive-lanes")

    found = group_view(compilation, {}, compilation.mesh.groups[0].name)

    assert found is not None
    assert (found["mode"], found["baseline"], found["lanes"]) == ("permissive", "s1", 3)
    assert group_view(compilation, {}, "nosuch") is None


def test_page_is_a_part_and_says_how_many_there_are() -> None:
    compilation = compiled_example("strict-lanes")

    told = lanes_view(compilation, {}, LaneFilter(ListPart(offset=1, limit=1)))["lanes"]

    assert (told["total"], told["offset"]) == (3, 1)
    assert [row["name"] for row in told["rows"]] == ["s2"]


def test_rows_are_made_for_the_page_alone() -> None:
    made: list[int] = []

    told = paged(range(10_000), ListPart(offset=9_990, limit=100), made.append)

    assert (told["total"], len(made)) == (10_000, 10)
    assert paged(range(5), ListPart(offset=99), str) == {"total": 5, "offset": 5, "rows": []}
    assert len(paged(range(9_999), ListPart(limit=9_999), str)["rows"]) == MOST
