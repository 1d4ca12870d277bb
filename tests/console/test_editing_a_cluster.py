"""Edits by forms of a cluster's objects: versions, owners, syncers; nothing is forced unasked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from laneway.adapters.kube import Forbidden, Kind
from laneway.apps.console.editing.cluster import MANAGER, ClusterEditing
from laneway.core.compile import compile_snapshot
from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.edits.forms.showing import shown_lane, shown_rule, shown_weights
from laneway.core.edits.forms.values import (
    FormEdit,
    LaneForm,
    Removal,
    RuleForm,
    ServiceName,
    ShownForm,
    UriForm,
    WeightsForm,
)
from laneway.core.mesh.gather import gather
from laneway.core.resources.read import read_objects
from laneway.core.views.form_outcome import EditOutcome, EditWritten
from laneway.core.views.form_preview import Preview
from tests.console.cluster_model import ConsoleApi
from tests.operator.model_api import KINDS, Body

EXAMPLES = Path(__file__).parents[2] / "examples"
NEW = LaneForm("s4", "test", "ASM_TRAFFIC_TAG", "v3", (ServiceName("default", "mocka"),))
LANE = ("ASMSwimLane", "", "s1")


def bodies(example: str) -> list[Body]:
    found = (
        yaml.safe_load_all(path.read_text()) for path in sorted((EXAMPLES / example).glob("*.yaml"))
    )
    return [one for documents in found for one in documents if one]


class Scene:
    """A cluster with the objects of an example, and a console on it."""

    def __init__(self, example: str = "strict-lanes", manager: str = MANAGER) -> None:
        self.api = ConsoleApi()
        for one in bodies(example):
            if one["kind"].startswith("ASM") or one["kind"] == "VirtualService":
                self.api.put(one, manager)
        known = compile_snapshot(gather([read_objects("the cluster", bodies(example))]))
        client: Any = self.api
        self.way = ClusterEditing(client, KINDS, lambda: known)

    def write(self, edit: FormEdit) -> EditOutcome:
        return asyncio.run(self.way.write(edit, "ann"))

    def lane(self, name: str = "s1") -> ShownForm:
        found = shown_lane(asyncio.run(self.way.mesh()), name)
        assert found is not None
        return found

    def tagged(self, value: str, shown: ShownForm | None = None, *, take: bool = False) -> FormEdit:
        shown = shown or self.lane()
        assert isinstance(shown.form, LaneForm)
        form = replace(shown.form, label_value=value)
        return FormEdit(form, shown, despite_errors=True, take_over=take)

    def tag(self) -> str:
        found: str = self.api.objects[LANE]["spec"]["labelSelector"]["ASM_TRAFFIC_TAG"]
        return found


def test_a_new_lane_is_applied_and_told_with_its_version() -> None:
    scene = Scene()

    ended = scene.write(FormEdit(NEW, despite_errors=True))

    assert isinstance(ended, EditWritten)
    made = scene.api.objects["ASMSwimLane", "", "s4"]
    assert made["spec"] == {
        "labelSelector": {"ASM_TRAFFIC_TAG": "v3"},
        "services": [{"name": "mocka", "namespace": "default"}],
    }
    assert ended.revision == made["metadata"]["resourceVersion"]
    assert (ended.note.objects, ended.note.where) == (("ASMSwimLane s4",), "the cluster")


def test_what_may_be_listed_in_some_namespaces_alone_is_not_taken_for_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene("gitops")
    listed = scene.api.listed

    async def some(kind: Kind, **words: Any) -> AsyncIterator[bytes]:
        if kind.kind == "VirtualService":
            raise Forbidden("list them in namespaces")
        async for raw in listed(kind, **words):
            yield raw

    monkeypatch.setattr(scene.api, "listed", some)
    assert asyncio.run(scene.way.mesh()).virtual_services


def test_a_preview_writes_nothing_and_prints_the_object() -> None:
    scene = Scene()
    before = dict(scene.api.objects)

    told = asyncio.run(scene.way.preview(scene.tagged("v2")))

    assert isinstance(told, Preview)
    assert "ASM_TRAFFIC_TAG: v2" in told.yaml
    assert "resourceVersion" not in told.yaml
    assert ("", "LW1208") in {(one.field, one.code) for one in told.findings}
    assert scene.api.objects == before


def test_the_second_of_two_is_told_and_overwrites_nothing() -> None:
    scene = Scene()
    seen = scene.lane()
    assert isinstance(scene.write(scene.tagged("v7", seen)), EditWritten)

    ended = scene.write(scene.tagged("v8", seen))

    assert isinstance(ended, EditConflict)
    assert [(one.field, one.now) for one in ended.fields] == [("labelValue", "v7")]
    assert scene.tag() == "v7"


def test_edits_of_a_lane_and_of_its_rule_are_both_kept() -> None:
    scene = Scene()
    seen = scene.lane()
    rule = shown_rule(asyncio.run(scene.way.mesh()), "s1", 0)
    assert rule is not None
    assert isinstance(rule.form, RuleForm)

    ended = [
        scene.write(scene.tagged("v7", seen)),
        scene.write(FormEdit(replace(rule.form, uri=UriForm("prefix", "/")), rule)),
    ]

    assert all(isinstance(one, EditWritten) for one in ended)
    spec = scene.api.objects[LANE]["spec"]
    assert spec["labelSelector"] == {"ASM_TRAFFIC_TAG": "v7"}
    assert spec["ingressRules"][0]["match"]["uri"] == {"prefix": "/"}


def test_an_object_that_changes_between_reading_and_applying_is_not_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene()
    edit, apply = scene.tagged("v7"), scene.api.apply

    async def late(*words: Any, **more: Any) -> bytes:
        scene.api.put(
            scene.api.objects[LANE] | {"spec": {"labelSelector": {"ASM_TRAFFIC_TAG": "v9"}}},
            MANAGER,
        )
        return await apply(*words, **more)

    monkeypatch.setattr(scene.api, "apply", late)
    ended = scene.write(edit)

    assert isinstance(ended, EditConflict)
    assert scene.tag() == "v9"


def test_a_status_written_between_reading_and_applying_is_no_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene()
    edit, apply, writes = scene.tagged("v7"), scene.api.apply, iter((1, 2, 3))

    async def late(*words: Any, **more: Any) -> bytes:
        if next(writes, None):
            scene.api.put(scene.api.objects[LANE] | {"status": {"state": "Changing"}}, MANAGER)
        return await apply(*words, **more)

    monkeypatch.setattr(scene.api, "apply", late)

    assert isinstance(scene.write(edit), EditWritten)
    assert scene.tag() == "v7"


def test_fields_that_another_edited_are_told_first_and_taken_if_that_is_wanted() -> None:
    scene = Scene(manager="nobody")
    scene.api.managed = {
        name: {"kubectl-client-side-apply": ("Update", owners["nobody"][1])}
        for name, owners in scene.api.managed.items()
    }

    told = scene.write(scene.tagged("v2"))
    before = scene.tag()
    taken = scene.write(scene.tagged("v2", take=True))

    assert isinstance(told, EditConflict)
    assert told.owners == ("kubectl-client-side-apply",)
    assert [one.field for one in told.fields] == [".spec.labelSelector.ASM_TRAFFIC_TAG"]
    assert (before, scene.tag()) == ("v1", "v2")
    assert isinstance(taken, EditWritten)
    owned = scene.api.managed[LANE][MANAGER][1]
    assert {path[:2] for path in owned} <= {
        *((("spec", "labelSelector")), ("apiVersion",), ("kind",), ("metadata", "name")),
        ("spec", "labelSelector"),
    }


def test_what_is_to_go_and_another_edited_is_told_first_and_goes_if_that_is_wanted() -> None:
    scene = Scene(manager="nobody")
    scene.api.managed = {
        name: {"kubectl": ("Update", owners["nobody"][1])}
        for name, owners in scene.api.managed.items()
    }
    seen = scene.lane()
    assert isinstance(seen.form, LaneForm)
    form = replace(seen.form, label_name="version", label_value="v1")
    edit = FormEdit(form, seen, despite_errors=True)

    told = scene.write(edit)
    kept = dict(scene.api.objects[LANE]["spec"]["labelSelector"])
    taken = scene.write(replace(edit, take_over=True))

    assert isinstance(told, EditConflict)
    assert (told.owners, kept) == (("kubectl",), {"ASM_TRAFFIC_TAG": "v1"})
    assert isinstance(taken, EditWritten)
    assert scene.api.objects[LANE]["spec"]["labelSelector"] == {"version": "v1"}


def test_what_another_applies_is_never_taken() -> None:
    scene = Scene(manager="helm")

    ended = scene.write(scene.tagged("v2", take=True))

    assert isinstance(ended, EditConflict)
    assert (ended.owners, scene.tag()) == (("helm",), "v1")


@pytest.mark.parametrize(
    "head",
    [
        {"annotations": {"argocd.argoproj.io/tracking-id": "mock:a/b:c/d"}},
        {"labels": {"swimlane-group": "test", "kustomize.toolkit.fluxcd.io/name": "lanes"}},
    ],
)
def test_what_a_syncer_keeps_is_not_edited_and_the_way_is_told(head: Body) -> None:
    scene = Scene()
    found = scene.api.objects[LANE]
    scene.api.put(found | {"metadata": found["metadata"] | head}, MANAGER)

    for edit in (scene.tagged("v2", take=True), FormEdit(Removal("lane", "s1"))):
        ended = scene.write(edit)

        assert isinstance(ended, Preview)
        assert (ended.findings[0].code, ended.is_refused) == ("LW2044", True)
    assert scene.tag() == "v1"


def test_a_lane_that_changed_since_is_not_removed() -> None:
    scene = Scene()
    seen = scene.lane()
    assert isinstance(scene.write(scene.tagged("v7", seen)), EditWritten)

    assert isinstance(scene.write(FormEdit(Removal("lane", "s1"), seen)), EditConflict)
    assert LANE in scene.api.objects
    assert isinstance(scene.write(FormEdit(Removal("lane", "s1"), scene.lane())), EditWritten)
    assert LANE not in scene.api.objects


@pytest.mark.parametrize(
    ("example", "group", "weights"),
    [
        ("weighted-entry", "release", {"stable": 10, "next": 20, "canary": 70}),
        ("gitops", "mock", {"v1": 10, "v2": 90}),
    ],
)
def test_weights_are_applied_where_they_are(
    example: str, group: str, weights: dict[str, int]
) -> None:
    scene = Scene(example)

    ended = scene.write(FormEdit(WeightsForm(group, weights)))

    assert isinstance(ended, EditWritten)
    found = shown_weights(asyncio.run(scene.way.mesh()), group)
    assert found is not None
    assert found.form == WeightsForm(group, weights)
