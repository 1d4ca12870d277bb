"""Forms as pages call them: what they show, what an edit would be, and the edit itself."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from laneway.adapters.files import Reader, read_paths
from laneway.apps.console.editing.folder import FolderEditing
from laneway.apps.console.run import CALLS
from laneway.core.mesh.snapshot import Snapshot
from tests.console.asking import EXAMPLES, ask
from tests.console.serving import ServedConsole, console

Walk = Callable[[ServedConsole, Path], Coroutine[Any, Any, None]]


def walked(tmp_path: Path, walk: Walk, example: str = "strict-lanes") -> None:
    """Walk through a console on a copy of an example."""
    folder = tmp_path / "lanes"
    shutil.copytree(EXAMPLES / example, folder)
    served = console(tmp_path, CALLS, read_paths([str(folder)]))
    served.visit.ground.way = FolderEditing(Reader([str(folder)]))  # type: ignore[misc]

    async def come_and_walk() -> None:
        await served.come_in()
        await walk(served, folder)

    asyncio.run(come_and_walk())


async def get(served: ServedConsole, path: str) -> Any:
    answer = await served.client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(served: ServedConsole, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
    answer = await served.client.post(f"/api/v1{path}", json=body, headers=served.headers)
    return answer.status_code, answer.json()


def test_a_lane_is_made_with_what_its_form_begins_with(tmp_path: Path) -> None:
    async def walk(served: ServedConsole, folder: Path) -> None:
        begun = await get(served, "/forms/lane/new?of=test")
        form = begun["form"] | {"name": "s4", "labelValue": "v4"}
        _, seen = await post(served, "/edits/preview", {"form": form, "file": begun["file"]})
        status, written = await post(served, "/edits", {"form": form, "file": begun["file"]})

        assert begun["form"]["labelName"] == "ASM_TRAFFIC_TAG"
        assert "name: s4" in seen["preview"]["yaml"]
        assert seen["conflict"] is None
        assert (status, written["where"]) == (200, [begun["file"]])
        assert "name: s4" in (folder / "lanes.yaml").read_text()
        line = json.decode(served.audit.getvalue().splitlines()[-1])
        assert (line["call"], line["outcome"]) == ("POST /api/v1/edits", "done")

    walked(tmp_path, walk)


def test_before_the_first_look_an_edit_is_to_be_tried_again(tmp_path: Path) -> None:
    async def walk(served: ServedConsole, _: Path) -> None:
        served.visit.ground.seen = None  # type: ignore[misc]
        status, told = await post(served, "/edits", {"form": {"kind": "lane", "name": "s4"}})

        assert (status, told["error"]["title"]) == (503, "Nothing is known yet")

    walked(tmp_path, walk)


def test_an_edit_with_errors_is_not_written_and_says_where_they_are(tmp_path: Path) -> None:
    async def walk(served: ServedConsole, folder: Path) -> None:
        before = (folder / "lanes.yaml").read_bytes()
        form = {"kind": "lane", "name": "S 4", "group": "test", "labelName": "version"}
        status, told = await post(served, "/edits", {"form": form})

        assert status == 422
        assert ("name", "LW1205") in {
            (one["field"], one["code"]) for one in told["error"]["findings"]
        }
        assert (folder / "lanes.yaml").read_bytes() == before

    walked(tmp_path, walk)


def test_the_second_of_two_who_edit_the_same_is_told_what_changed(tmp_path: Path) -> None:
    async def walk(served: ServedConsole, folder: Path) -> None:
        shown = await get(served, "/forms/lane/of/s1")
        first = {
            "form": shown["form"] | {"labelValue": "v2"},
            "shown": shown,
            "despiteErrors": True,
        }
        second = {
            "form": shown["form"] | {"labelValue": "v3"},
            "shown": shown,
            "despiteErrors": True,
        }
        assert (await post(served, "/edits", first))[0] == 200
        after = (folder / "lanes.yaml").read_bytes()
        _, seen = await post(served, "/edits/preview", second)
        status, told = await post(served, "/edits", second)

        (conflict,) = told["error"]["findings"]
        assert status == 409
        assert conflict["fields"] == [{"field": "labelValue", "shown": "v1", "now": "v2"}]
        assert seen["conflict"]["now"]["form"]["labelValue"] == "v2"
        assert (folder / "lanes.yaml").read_bytes() == after

    walked(tmp_path, walk)


def test_weights_and_rules_and_groups_are_shown_as_their_forms(tmp_path: Path) -> None:
    async def walk(served: ServedConsole, _: Path) -> None:
        weights = await get(served, "/forms/weights/of/release")
        group = await get(served, "/forms/group/of/release")

        assert sum(weights["form"]["weights"].values()) == 100
        assert group["form"]["strategy"] == "weighted"

    walked(tmp_path, walk, "weighted-entry")


def test_a_new_rule_brings_the_header_of_its_lane(tmp_path: Path) -> None:
    async def walk(served: ServedConsole, _: Path) -> None:
        begun = await get(served, "/forms/rule/new?of=s2")
        rules = await get(served, "/forms/rules/s2")

        assert begun["form"]["headers"] == [
            {"name": "x-asm-prefer-tag", "method": "exact", "value": "s2"}
        ]
        assert [one["position"] for one in rules["rules"]] == [0]

    walked(tmp_path, walk)


@pytest.mark.parametrize(
    "path",
    ["/forms/lane/of/nobody", "/forms/house/of/s1", "/forms/rule/new?of=nobody", "/forms/rules/x"],
)
def test_what_is_not_there_has_no_form(tmp_path: Path, path: str) -> None:
    async def walk(served: ServedConsole, _: Path) -> None:
        assert (await served.client.get(f"/api/v1{path}")).status_code == 404

    walked(tmp_path, walk)


@pytest.mark.parametrize("path", ["/offers", "/forms/lane/of/s1", "/forms/group/new"])
def test_where_nothing_is_edited_it_is_said_why(tmp_path: Path, path: str) -> None:
    answer = ask(tmp_path, Snapshot(), path)

    assert answer.status_code == 403
    assert answer.json()["error"]["detail"] == "it is still"


class Failing:
    """A way whose outside fails."""

    kind = "folder"

    async def mesh(self) -> Any:
        raise OSError("the disk is full")

    offers = preview = write = told = head = mesh

    async def way_of(self, *_: str) -> Any:
        return self


@pytest.mark.parametrize("path", ["/offers", "/forms/lane/of/s1"])
def test_where_the_outside_fails_it_is_said_how(tmp_path: Path, path: str) -> None:
    async def walk(served: ServedConsole, _: Path) -> None:
        served.visit.ground.way = Failing()  # type: ignore[misc, assignment]
        answer = await served.client.get(f"/api/v1{path}")

        assert answer.status_code == 502
        assert answer.json()["error"]["detail"] == "the disk is full"

    walked(tmp_path, walk)
