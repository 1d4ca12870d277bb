"""What may be asked of a release in Argo CD: which actions there are, and what each writes.

Each script runs with and without Lua's libraries, and on objects whose fields are spoiled: then it
may say in words why it does nothing, and is never in error of its own.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from laneway.core.release.requests import ReleaseRequest, read_request
from tests.argocd.action_scripts import (
    FOLDERS,
    Action,
    Discovery,
    actions,
    discoveries,
    plain,
    read,
    run,
)
from tests.argocd.scripts import ArgoCD
from tests.argocd.spoiled import spoiled

pytestmark = pytest.mark.engine
ACTIONS, DISCOVERIES = list(actions()), list(discoveries())
REQUEST = "laneway.dev/request"
NAMES = {"abort", "pause", "promote", "resume", "set-weight"}
IN_WORDS = {one.error for one in ACTIONS if one.error}
"""What an action says that does nothing."""
SMALL = ("strange", "old_without_status")
"""Objects that are spoiled field by field, of few fields."""
OPEN_OR_CLOSED = pytest.mark.parametrize("libraries", [True, False], ids=["open", "closed"])


@OPEN_OR_CLOSED
@pytest.mark.parametrize("row", DISCOVERIES, ids=str)
def test_actions_are_there_as_their_row_says(
    argocd: ArgoCD, row: Discovery, *, libraries: bool
) -> None:
    said = run(argocd, row.script, read(row.path), libraries=libraries)
    assert {name: {"name": name, **one} for name, one in said.items()} == row.expected


@OPEN_OR_CLOSED
@pytest.mark.parametrize("row", ACTIONS, ids=str)
def test_an_action_writes_the_request_and_nothing_else(
    argocd: ArgoCD, row: Action, *, libraries: bool
) -> None:
    item = read(row.path)
    said = run(argocd, row.script, item, row.parameters, libraries=libraries)
    if row.error:
        assert said == {"error": row.error}
        return
    wanted = plain(row.expected)
    asked = said["metadata"]["annotations"].pop(REQUEST)
    assert asked.rpartition(" ")[0] == wanted["metadata"]["annotations"].pop(REQUEST)[:-21]
    assert _without_marks(said) == _without_marks(wanted) == _without_marks(plain(item))


def _without_marks(item: dict[str, Any]) -> dict[str, Any]:
    """Return an object without the request, and without annotations if it has no other."""
    meta = dict(item["metadata"])
    marks = {key: one for key, one in meta.pop("annotations", {}).items() if key != REQUEST}
    return {**item, "metadata": {**meta, **({"annotations": marks} if marks else {})}}


@pytest.mark.parametrize("row", [one for one in ACTIONS if not one.error], ids=str)
def test_the_agent_can_read_what_an_action_writes(argocd: ArgoCD, row: Action) -> None:
    said = run(argocd, row.script, read(row.path), row.parameters)
    found = read_request(said["metadata"]["annotations"][REQUEST])
    assert isinstance(found, ReleaseRequest)
    given = {lane: int(weight) for lane, weight in row.parameters.items() if weight}
    assert (found.action, found.weights) == (row.name, given)


def test_the_last_word_of_a_request_is_the_time(argocd: ArgoCD) -> None:
    row = next(one for one in ACTIONS if not one.error)
    before = _now()
    said = run(argocd, row.script, read(row.path))
    word = said["metadata"]["annotations"][REQUEST].rpartition(" ")[2]
    assert before <= word <= _now()


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("row", DISCOVERIES, ids=str)
def test_no_spoiled_field_takes_the_menu_away(argocd: ArgoCD, row: Discovery) -> None:
    for item in spoiled(read(row.path)):
        said = run(argocd, row.script, item)
        assert said.keys() == NAMES, json.dumps(item)
        assert all(isinstance(one["disabled"], bool) for one in said.values())


@pytest.mark.parametrize("row", [one for one in ACTIONS if one.path.stem in SMALL], ids=str)
def test_no_spoiled_field_is_an_error_of_an_action(argocd: ArgoCD, row: Action) -> None:
    for item in spoiled(read(row.path)):
        said = run(argocd, row.script, item, {"v1": "60"})
        assert said.get("error", next(iter(IN_WORDS))) in IN_WORDS, json.dumps(item)


@pytest.mark.parametrize("row", DISCOVERIES, ids=str)
def test_an_action_that_no_agent_would_answer_is_disabled_and_writes_nothing(
    argocd: ArgoCD, row: Discovery
) -> None:
    offered = run(argocd, row.script, read(row.path))
    is_absent = all("no agent executes" in one["displayName"] for one in offered.values())
    for name in NAMES:
        script = row.folder / name / "action.lua"
        said = run(argocd, script, read(row.path), {"v1": "60", "v2": "40"})
        assert ("error" in said) is is_absent


def test_scripts_of_actions_differ_in_the_name_of_the_action_alone() -> None:
    for folder in FOLDERS:
        found = {one.parent.name: one.read_text() for one in folder.glob("*/action.lua")}
        assert found.keys() == NAMES
        heads = {name: text.partition("\n")[0] for name, text in found.items()}
        assert heads == {name: f'local ACTION = "{name}"' for name in NAMES}
        assert len({text.partition("\n")[2] for text in found.values()}) == 1


def test_every_object_of_the_test_data_has_a_row() -> None:
    for folder in FOLDERS:
        named = {one.path for one in ACTIONS} | {one.path for one in DISCOVERIES}
        outputs = {folder / f"testdata/{one.name}_of_{one.path.stem}.yaml" for one in ACTIONS}
        there = set((folder / "testdata").iterdir())
        assert named <= there <= named | outputs
