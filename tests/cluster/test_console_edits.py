"""Edits by forms on a real API server: versions, owners, and what goes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from laneway.adapters.kube import Client, access
from laneway.apps.console.editing.cluster import EDITED, MANAGER, ClusterEditing
from laneway.core.compile import compile_snapshot
from laneway.core.edits.forms.filled import new_rule
from laneway.core.edits.forms.meanwhile import EditConflict
from laneway.core.edits.forms.showing import shown_lane
from laneway.core.edits.forms.values import (
    FormEdit,
    GroupForm,
    LaneForm,
    Removal,
    ServiceName,
    ShownForm,
    UriForm,
)
from laneway.core.mesh.gather import gather
from laneway.core.resources.read import read_objects
from laneway.core.views.form_outcome import EditWritten
from laneway.core.views.form_preview import Preview
from tests.cluster.control_plane import ControlPlane
from tests.cluster.dry_runs import make_known
from tests.cluster.lanes import asked

pytestmark = pytest.mark.cluster

EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"
PATIENCE = 60.0
SERVICES = tuple(ServiceName("default", name) for name in ("mocka", "mockb", "mockc"))


@pytest.fixture(autouse=True)
def lanes_are_known(plane: ControlPlane) -> Iterator[None]:
    """The kinds are there, and no object of them before or behind a test."""
    make_known(plane)
    yield
    asked(plane, "delete", "asmswimlanes,asmswimlanegroups", "--all")


def run(plane: ControlPlane, test: Callable[[ClusterEditing], Coroutine[Any, Any, None]]) -> None:
    """Run a test with a console's edits of the cluster, which knows the example's services."""
    others = [
        one
        for path in sorted(EXAMPLE.glob("*.yaml"))
        for one in yaml.safe_load_all(path.read_text())
        if one and not one["kind"].startswith("ASM")
    ]
    known = compile_snapshot(gather([read_objects("the cluster", others)]))

    async def main() -> None:
        way_in = access(str(plane.kubeconfig), environ={})
        async with asyncio.timeout(PATIENCE), Client(way_in, manager=MANAGER) as client:
            kinds = await client.kinds()
            edited = {name: kinds[name] for name in EDITED}
            await test(ClusterEditing(client, edited, lambda: known))

    asyncio.run(main())


async def seeds(editing: ClusterEditing) -> None:
    """Do the clicks of the first seed."""
    group = GroupForm("test", "istio-system/ingressgateway", services=SERVICES)
    assert isinstance(await editing.write(FormEdit(group), "ann"), EditWritten)
    for number in "123":
        lane = LaneForm(f"s{number}", "test", "ASM_TRAFFIC_TAG", f"v{number}")
        assert isinstance(await editing.write(FormEdit(lane), "ann"), EditWritten)
        rule = new_rule(await editing.mesh(), lane.name)
        edit = FormEdit(replace(rule, uri=UriForm("exact", "/mock")))
        assert isinstance(await editing.write(edit, "ann"), EditWritten)


async def lane(editing: ClusterEditing, name: str = "s1") -> ShownForm:
    found = shown_lane(await editing.mesh(), name)
    assert found is not None
    return found


def tagged(shown: ShownForm, value: str, *, take: bool = False) -> FormEdit:
    assert isinstance(shown.form, LaneForm)
    form = replace(shown.form, label_value=value)
    return FormEdit(form, shown, despite_errors=True, take_over=take)


def spec(plane: ControlPlane, name: str) -> Any:
    return json.loads(asked(plane, "get", "asmswimlane", name, "-o=json"))["spec"]


def test_the_seeds_clicks_make_the_examples_objects(plane: ControlPlane) -> None:
    run(plane, seeds)

    for one in yaml.safe_load_all((EXAMPLE / "lanes.yaml").read_text()):
        kind, name = one["kind"].lower(), one["metadata"]["name"]
        found = json.loads(asked(plane, "get", kind, name, "-o=json"))["spec"]
        defaults = {key: value for key, value in found.items() if key not in one["spec"]}
        assert found == {**one["spec"], **defaults}
        assert defaults in ({}, {"autoUpdate": False, "isPermissive": False})


def test_the_second_of_two_is_told(plane: ControlPlane) -> None:
    async def test(editing: ClusterEditing) -> None:
        await seeds(editing)
        seen = await lane(editing)
        assert isinstance(await editing.write(tagged(seen, "v7"), "ann"), EditWritten)
        ended = await editing.write(tagged(seen, "v8"), "bob")
        assert isinstance(ended, EditConflict)
        gone = await editing.write(FormEdit(Removal("lane", "s1"), seen), "bob")
        assert isinstance(gone, EditConflict)

    run(plane, test)
    assert spec(plane, "s1")["labelSelector"] == {"ASM_TRAFFIC_TAG": "v7"}


def test_what_kubectl_wrote_is_told_first_and_taken_if_wanted(plane: ControlPlane) -> None:
    asked(plane, "apply", "-f", str(EXAMPLE / "lanes.yaml"))

    async def test(editing: ClusterEditing) -> None:
        seen = await lane(editing)
        told = await editing.write(tagged(seen, "v7"), "ann")
        assert isinstance(told, EditConflict)
        assert told.owners == ("kubectl-client-side-apply",)
        taken = await editing.write(tagged(seen, "v7", take=True), "ann")
        assert isinstance(taken, EditWritten)
        form = (await lane(editing)).form
        assert isinstance(form, LaneForm)
        other = replace(form, label_name="version")
        edit = FormEdit(other, await lane(editing), despite_errors=True, take_over=True)
        assert isinstance(await editing.write(edit, "ann"), EditWritten)

    run(plane, test)
    assert spec(plane, "s1")["labelSelector"] == {"version": "v7"}


def test_what_is_applied_by_another_or_kept_by_a_syncer_stays(plane: ControlPlane) -> None:
    asked(
        plane, "apply", "--server-side", "--field-manager=helm", "-f", str(EXAMPLE / "lanes.yaml")
    )

    async def test(editing: ClusterEditing) -> None:
        ended = await editing.write(tagged(await lane(editing), "v7", take=True), "ann")
        assert isinstance(ended, EditConflict)
        asked(plane, "annotate", "asmswimlane", "s1", "argocd.argoproj.io/tracking-id=a:b/c:d/e")
        kept = await editing.write(tagged(await lane(editing), "v7", take=True), "ann")
        assert isinstance(kept, Preview)
        assert kept.findings[0].code == "LW2044"
        assert kept.trackers[0].by.startswith("Argo CD, by argocd.argoproj.io/tracking-id: a")

    run(plane, test)
    assert spec(plane, "s1")["labelSelector"] == {"ASM_TRAFFIC_TAG": "v1"}


def test_what_laneway_sync_applied_is_told_and_stays(plane: ControlPlane) -> None:
    lanes = str(EXAMPLE / "lanes.yaml")
    asked(plane, "apply", "--server-side", "--field-manager=laneway-sync", "-f", lanes)

    async def test(editing: ClusterEditing) -> None:
        shown = await lane(editing)
        seen = await editing.preview(FormEdit(shown.form, shown))
        assert isinstance(seen, Preview)
        assert [(one.what, one.by) for one in seen.trackers] == [("ASMSwimLane s1", "laneway sync")]
        for edit in (tagged(shown, "v7", take=True), FormEdit(Removal("lane", "s1"), shown)):
            assert isinstance(await editing.write(edit, "ann"), Preview)

    run(plane, test)
    assert spec(plane, "s1")["labelSelector"] == {"ASM_TRAFFIC_TAG": "v1"}
