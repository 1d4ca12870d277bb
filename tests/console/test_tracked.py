"""Objects of a cluster that a syncer tracks: told with their repository, edited there alone."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import json
from msgspec.structs import replace

from laneway.apps.console.editing.cluster import MANAGER, ClusterEditing
from laneway.apps.console.editing.delivery import EditDelivery
from laneway.apps.console.editing.git import GitEditing
from laneway.apps.console.editing.tracked import TrackedEditing, TrackedTrees
from laneway.apps.console.editing.work_tree import Committing
from laneway.core.compile import compile_snapshot
from laneway.core.edits.forms.showing import shown_lane, shown_weights
from laneway.core.edits.forms.values import FormEdit, ShownForm, WeightsForm
from laneway.core.mesh.gather import gather
from laneway.core.resources.read import read_objects
from laneway.core.syncing.applications import read_application_in_argo
from laneway.core.syncing.cluster.inventory import Inventory
from laneway.core.syncing.cluster.objects import ObjectId
from laneway.core.views.form_outcome import EditWritten
from laneway.core.views.form_preview import Preview
from laneway.core.views.syncers import KeptInventory
from laneway.core.views.trackers import SyncersSeen
from tests.console.cluster_model import ConsoleApi
from tests.console.edited import git, in_git, remote_of, tagged
from tests.console.test_editing_a_cluster import EXAMPLES, LANE, bodies
from tests.operator.model_api import KINDS

VENDOR = "istio.alibabacloud.com"


class TrackedScene:
    """A cluster of which a syncer tracks what it says, and a console on it."""

    def __init__(self, seen: SyncersSeen, example: str = "strict-lanes") -> None:
        self.api = ConsoleApi()
        self.seen = seen
        for one in bodies(example):
            if one["kind"].startswith("ASM") or one["kind"] == "VirtualService":
                self.api.put(one, MANAGER)
        known = compile_snapshot(gather([read_objects("the cluster", bodies(example))]))
        client: Any = self.api
        self.way = ClusterEditing(client, KINDS, lambda: known, lambda: self.seen)

    def lane(self, name: str = "s1") -> ShownForm:
        found = shown_lane(asyncio.run(self.way.mesh()), name)
        assert found is not None
        return found

    def preview(self, edit: FormEdit) -> Preview:
        found = asyncio.run(self.way.preview(edit))
        assert isinstance(found, Preview)
        return found

    @property
    def tag(self) -> str:
        found: str = self.api.objects[LANE]["spec"]["labelSelector"]["ASM_TRAFFIC_TAG"]
        return found


def argo(repository: str, kind: str, name: str, **more: Any) -> SyncersSeen:
    """Return an Application that lists an object."""
    group = VENDOR if kind.startswith("ASM") else "networking.istio.io"
    namespace = "" if kind.startswith("ASM") else "istio-system"
    listed = {"group": group, "kind": kind, "namespace": namespace, "name": name}
    body = {
        "metadata": {"name": "shop", "namespace": "argocd"},
        "spec": {
            "source": {"repoURL": repository, "path": "lanes", "targetRevision": "main"},
            "destination": {"namespace": "default"},
        },
        "status": {"resources": [listed], **more},
    }
    found = read_application_in_argo(json.encode(body))
    assert found is not None
    return SyncersSeen((found,))


def inventory(*ids: ObjectId) -> SyncersSeen:
    source = "https://git.test/shop.git main lanes"
    held = Inventory(source, "c0ffee", frozenset(ids))
    kept = KeptInventory("laneway-sync-mock", "default", held)
    return SyncersSeen((), (kept,))


def marked(scene: TrackedScene, manager: str, **annotations: str) -> None:
    found = scene.api.objects[LANE]
    head = found["metadata"] | {"annotations": annotations}
    scene.api.put(found | {"metadata": head}, manager)


def test_a_form_says_when_it_opens_which_application_tracks_its_object() -> None:
    scene = TrackedScene(argo("https://git.test/shop.git", "ASMSwimLane", "s1"))
    shown = scene.lane()

    seen = scene.preview(FormEdit(shown.form, shown))

    [one] = seen.trackers
    assert (one.by, one.application, one.repository, one.revision, one.path) == (
        *("Argo CD", "shop", "https://git.test/shop.git"),
        *("main", "lanes"),
    )
    assert scene.preview(FormEdit(scene.lane("s2").form, scene.lane("s2"))).trackers == ()


def test_what_is_tracked_is_refused_and_its_text_is_there_to_take_elsewhere() -> None:
    scene = TrackedScene(argo("https://git.test/shop.git", "ASMSwimLane", "s1"))
    marked(scene, MANAGER, **{"argocd.argoproj.io/tracking-id": "shop:a/b:c/d", "note": "kept"})
    edit = tagged(scene.lane(), "v7")

    ended = asyncio.run(scene.way.write(replace(edit, take_over=True), "ann"))

    assert isinstance(ended, Preview)
    assert ended.findings[0].code == "LW2044"
    assert "shop, from https://git.test/shop.git main, lanes" in ended.findings[0].message
    text = yaml.safe_load(ended.yaml)
    assert text["spec"]["labelSelector"] == {"ASM_TRAFFIC_TAG": "v7"}
    assert text["metadata"]["annotations"] == {"note": "kept"}
    assert scene.tag == "v1"


def test_a_mark_alone_names_the_application_that_is_seen() -> None:
    seen = argo("https://git.test/shop.git", "ASMSwimLane", "another")
    scene = TrackedScene(seen)
    for mark in ("shop:a/b:c/d", "argocd_shop:a/b:c/d"):
        marked(scene, MANAGER, **{"argocd.argoproj.io/tracking-id": mark})
        [one] = scene.preview(tagged(scene.lane(), "v7")).trackers
        assert (one.application, one.repository) == ("shop", "https://git.test/shop.git")
    marked(scene, MANAGER, **{"argocd.argoproj.io/tracking-id": "hidden:a/b:c/d"})
    [one] = scene.preview(tagged(scene.lane(), "v7")).trackers
    assert (one.repository, "hidden" in one.by) == ("", True)


@pytest.mark.parametrize("is_listed", [True, False])
def test_what_laneway_sync_applied_is_not_edited(*, is_listed: bool) -> None:
    seen = inventory(ObjectId(VENDOR, "ASMSwimLane", "", "s1")) if is_listed else SyncersSeen()
    scene = TrackedScene(seen)
    marked(scene, "laneway-sync")

    ended = asyncio.run(scene.way.write(tagged(scene.lane(), "v7"), "ann"))

    assert isinstance(ended, Preview)
    [one] = ended.trackers
    told = ("mock", "https://git.test/shop.git", "main", "lanes") if is_listed else ("",) * 4
    assert one.by == "laneway sync"
    assert (one.application, one.repository, one.revision, one.path) == told
    assert scene.tag == "v1"


def test_weights_are_tracked_where_their_route_is() -> None:
    scene = TrackedScene(argo("https://git.test/shop.git", "VirtualService", "mock"), "gitops")
    shown = shown_weights(asyncio.run(scene.way.mesh()), "mock")
    assert shown is not None

    seen = scene.preview(FormEdit(WeightsForm("mock", {"v1": 10, "v2": 90}), shown))

    assert [one.what for one in seen.trackers] == ["VirtualService istio-system/mock"]
    assert seen.is_refused


def with_tree(scene: TrackedScene, tree: Path) -> TrackedEditing:
    delivery = EditDelivery(Committing(push=True), str(tree))
    return TrackedEditing(scene.way, TrackedTrees(delivery))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree whose folder `lanes` has the strict lanes."""
    shutil.copytree(EXAMPLES / "strict-lanes", tmp_path / "shop" / "lanes")
    return in_git(tmp_path / "shop")


def test_what_is_tracked_is_committed_where_its_work_tree_is_named(tree: Path) -> None:
    remote = remote_of(tree)
    scene = TrackedScene(argo(str(remote), "ASMSwimLane", "s1"))
    editing = with_tree(scene, tree)

    async def commit() -> EditWritten:
        way = await editing.way_of("lane", "s1")
        assert isinstance(way, GitEditing)
        shown = shown_lane(await way.mesh(), "s1")
        assert shown is not None
        ended = await way.write(tagged(shown, "v7"), "ann")
        assert isinstance(ended, EditWritten)
        assert (await editing.standing(ended.revision, "", None)).state == "pushed"
        return ended

    ended = asyncio.run(commit())

    assert git(remote, "rev-parse", "main").strip() == ended.revision
    assert scene.tag == "v1"
    synced = {"status": "Synced", "revision": ended.revision}
    scene.seen = argo(str(remote), "ASMSwimLane", "s1", sync=synced)
    asyncio.run(editing.way_of("lane", "s1"))
    assert asyncio.run(editing.standing(ended.revision, "", None)).state == "live"


@pytest.mark.parametrize("name", ["s1", "s2"])
def test_what_no_application_of_the_work_tree_tracks_is_the_clusters(tree: Path, name: str) -> None:
    remote_of(tree)
    scene = TrackedScene(argo("https://git.test/else.git", "ASMSwimLane", "s1"))

    way = asyncio.run(with_tree(scene, tree).way_of("lane", name))

    assert way is scene.way


def test_what_the_folder_does_not_hold_is_the_clusters(tree: Path) -> None:
    remote = remote_of(tree)
    scene = TrackedScene(argo(str(remote), "ASMSwimLane", "s1"))
    (tree / "lanes" / "lanes.yaml").unlink()

    assert asyncio.run(with_tree(scene, tree).way_of("lane", "s1")) is scene.way
