"""What is told of a LaneRelease by whoever executes it, look by look, on a cluster in memory."""

from __future__ import annotations

import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from laneway.adapters.kube import Unavailable
from laneway.apps.executor import carrying
from laneway.apps.executor.asking import AskedCluster
from laneway.apps.executor.carrying import CarriedRelease
from laneway.apps.executor.sides import ReleaseMeans
from laneway.apps.local.mesh.configuration import Configuration, OutsidePlace
from laneway.core.release.status import stopped_status
from tests.release.in_memory import EXAMPLE, Body, routed
from tests.wire.remote import GitRemote

SPEC: Body = {
    "lane": "v3",
    "stable": "v1",
    "metrics": "main",
    "stages": [
        {"weights": {"v1": 50, "v2": 0, "v3": 50}},
        {"weights": {"v1": 0, "v2": 0, "v3": 100}},
    ],
}
NOBODY = "http://127.0.0.1:9"
"""A server that does not answer."""


class OneRelease:
    """A cluster in memory that has one LaneRelease, and agents that look at it."""

    def __init__(self, folder: Path) -> None:
        self.there = routed()
        self.folder = folder
        self.body: Body = {
            "apiVersion": "laneway.dev/v1alpha1",
            "kind": "LaneRelease",
            "metadata": {"name": "v3", "generation": 1, "resourceVersion": "1", "annotations": {}},
            "spec": deepcopy(SPEC),
        }
        self.main = OutsidePlace(NOBODY)
        self.repositories: dict[str, OutsidePlace] = {}
        self.agent = self.another()

    def another(self) -> CarriedRelease:
        named = Configuration(metrics={"main": self.main}, repositories=self.repositories)
        asked, clones = cast("AskedCluster", self), str(self.folder / "clones")
        return CarriedRelease("v3", ReleaseMeans(asked, named, clones, "one"))

    def look(self, times: int = 1) -> Body:
        for _ in range(times):
            self.agent.look()
        return self.status

    def ask(self, value: str) -> Body:
        self.body["metadata"]["annotations"]["laneway.dev/request"] = value
        self.look(2)
        found: Body = self.status.get("request") or {}
        return found

    def edit(self, **more: Any) -> None:
        self.body["spec"].update(more)
        self.body["metadata"]["generation"] += 1

    @property
    def status(self) -> Body:
        found: Body = self.body.get("status") or {}
        return found

    @property
    def executed(self) -> list[str]:
        found = self.status["conditions"]
        return [one["status"] for one in found if one["type"] == "Executed"]

    def release(self, _name: str) -> Body:
        return deepcopy(self.body)

    def write_status(self, _name: str, status: Body, _version: str = "") -> str:
        _merge(self.body.setdefault("status", {}), status)
        version = str(int(self.body["metadata"]["resourceVersion"]) + 1)
        self.body["metadata"]["resourceVersion"] = version
        return version

    def bodies(self, *, workloads: bool = False) -> list[Body]:
        del workloads
        return list(self.there.bodies())

    def apply(self, body: Body, *, force: bool = False, dry_run: bool = False) -> None:
        self.there.apply(body, force=force, dry_run=dry_run)


def _merge(into: Body, fields: Body) -> None:
    """Write as a merge patch does: what is None goes."""
    for key, value in fields.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict):
            _merge(into.setdefault(key, {}), value)
        else:
            into[key] = deepcopy(value)


@pytest.fixture
def one(tmp_path: Path) -> OneRelease:
    return OneRelease(tmp_path)


@pytest.mark.parametrize("request_", ["abort 1", "set-weight v1=60 v3=40 1"])
def test_a_release_that_rests_is_executed_again_by_the_next_agent(
    one: OneRelease, request_: str
) -> None:
    one.look(2)
    assert one.ask(request_)["outcome"] == "Done"
    one.write_status("v3", stopped_status(one.status, "2026-11-30T09:00:00Z"))
    assert one.executed == ["False"]
    one.agent = one.another()
    one.look()
    assert one.executed == ["True"]


def test_an_edited_release_that_people_end_stays_ended(one: OneRelease) -> None:
    one.look(2)
    one.edit(requests=70)
    assert one.look(2)["phase"] == "Resting"
    assert one.ask("resume 1")["outcome"] == "Refused"
    one.ask("abort 2")
    assert one.look(3)["phase"] == "Aborted"
    assert one.there.weights == [50, 50, 0]
    one.ask("resume 3")
    assert one.look(2)["phase"] == "Running"


@pytest.mark.parametrize("edit", [{"metrics": "nobody"}, {"stable": "v3"}])
def test_a_request_to_a_release_that_is_refused_is_not_kept_for_later(
    one: OneRelease, edit: Body
) -> None:
    before = deepcopy(one.body["spec"])
    one.look(2)
    one.edit(**edit)
    assert one.look()["phase"] == "Refused"
    assert one.ask("promote 1")["outcome"] == "Refused"
    one.edit(**before)
    one.look(3)
    assert one.there.weights == [50, 0, 50]


def test_a_stage_is_known_also_while_its_place_is_away(
    one: OneRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "_FIGURES_EVERY", 0.0)
    one.look(2)
    assert one.status["stage"] == 1
    monkeypatch.setattr(one, "bodies", _away)
    assert "does not answer" in one.look()["message"]
    assert (one.status["phase"], one.status["stage"]) == ("Running", 1)
    assert one.status["weights"] == {"v1": 50, "v2": 0, "v3": 50}


def test_a_server_that_does_not_answer_is_named_and_no_mesh_is_waited_for(
    one: OneRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "_FIGURES_EVERY", 0.0)
    assert NOBODY in one.look(2)["message"]


def test_a_token_is_read_again_and_nothing_of_it_is_told(
    one: OneRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "_FIGURES_EVERY", 0.0)
    token = one.folder / "token"
    one.main = OutsidePlace(NOBODY, str(token))
    one.agent = one.another()
    assert str(token) in one.look()["message"]
    assert one.there.weights == [50, 50, 0]
    token.write_text("first\n")
    assert NOBODY in one.look(2)["message"]
    assert one.there.weights == [50, 0, 50]
    token.write_text("sec\nret")
    message = one.look()["message"]
    assert (str(token) in message, "ret" in message) == (True, False)


def test_what_is_asked_for_is_done_once_the_remote_has_it(one: OneRelease) -> None:
    added = next(there for there in one.there.objects if there["metadata"]["name"] == "v3")
    remote = GitRemote(one.folder, EXAMPLE)
    (remote.lanes / "v3.yaml").write_text(yaml.dump(added))
    route = next(there for there in one.there.objects if there["kind"] == "VirtualService")
    (remote.lanes / "route.yaml").write_text(yaml.dump(route))
    remote.push("v3 is there, without weight")
    one.repositories = {"shop": OutsidePlace(f"file://{remote.bare}")}
    one.edit(git={"repository": "shop", "branch": "main", "path": "lanes"})
    one.agent = one.another()
    assert one.look(2)["phase"] == "Running", one.status

    away = remote.bare.rename(one.folder / "away.git")
    assert one.ask("abort 1") == {}
    away.rename(remote.bare)
    one.agent = one.another()
    assert one.ask("abort 1")["outcome"] == "Done"
    words = ("git", "-C", str(remote.bare), "log", "-1", "--format=%s", "main")
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "ended by hand at stage 1" in said


def _away(**_: object) -> list[Body]:
    raise Unavailable("it does not answer")
