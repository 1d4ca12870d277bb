"""`laneway sync` as a user runs it: a real repository, real pushes, real Envoy."""

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.wire.laneway_up import Said, Up, laneway, meshes, state_home
from tests.wire.remote import GitRemote, Sync

pytestmark = pytest.mark.envoy
Start = Callable[..., Sync]


def _status() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(laneway("sync", "status", "-o", "json").stdout)
    return found


def _versions(mesh: Sync, count: int = 20) -> set[str]:
    return {"".join(sorted(mesh.ask().versions)) for _ in range(count)}


def _all_to(remote: GitRemote, version: str) -> None:
    """Give a version all weight."""
    route = remote.lanes / "route.yaml"
    other = {"v1": "v2", "v2": "v1"}[version]
    text = re.sub(rf"(subset: {version}\n *weight: )\d+", r"\g<1>100", route.read_text())
    route.write_text(re.sub(rf"(subset: {other}\n *weight: )\d+", r"\g<1>0", text))


def test_a_mesh_follows_the_pushes_to_its_repository(remote: GitRemote, sync: Start) -> None:
    mesh = sync(remote).ready()
    assert _versions(mesh) == {"v1", "v2"}

    watching = Said("sync", "status", "--watch")
    watching.until("ASMSwimLane v1")
    _all_to(remote, "v2")
    mesh.follows("All to v2")

    assert _versions(mesh) == {"v2"}
    watching.until("All to v2")
    watching.signal(signal.SIGINT)
    assert watching.end() == 130
    status = _status()
    assert (status["sync"]["status"], status["health"]["status"]) == ("Synced", "Healthy")
    assert status["live"]["revision"]["subject"] == "All to v2"
    assert status["live"]["changed"] == ["VirtualService istio-system/mock changed"]
    assert {one["status"] for one in status["resources"]} == {"Synced"}
    assert mesh.stop() == 0


def test_it_is_a_mesh_like_any_other_for_other_commands(remote: GitRemote, sync: Start) -> None:
    sync(remote).ready()

    [seen] = meshes()
    assert seen["paths"] == [f"file://{remote.bare} main lanes"]
    assert laneway("status", "--mesh").returncode == 0
    assert laneway("verify", "--requests", "20").returncode == 0
    changes = laneway("show", "changes", str(remote.lanes))
    assert (changes.returncode, "added" in changes.stdout) == (0, False)
    laneway("stop", "mockc-v2")
    health = {one["name"]: one["health"]["status"] for one in _status()["resources"]}
    assert (health["mockc-v2"], health["v2"], health["v1"]) == ("Suspended", "Suspended", "Healthy")
    watching = Said("sync", "status", "--watch")
    watching.until("ASMSwimLane v1")
    assert laneway("down").returncode == 0
    assert watching.end() == 3
    ended = laneway("sync", "status")
    assert (ended.returncode, "no mesh is running" in ended.stderr) == (3, True)


def test_a_broken_commit_is_told_and_the_last_good_one_serves_on(
    remote: GitRemote, sync: Start
) -> None:
    mesh = sync(remote).ready()
    remote.edit("lanes.yaml", "swimlane-group: mock", "swimlane-group: [mock")
    remote.push("Oops")
    remote.tell(mesh.hook)
    mesh.until("not live: the last good configuration keeps serving")

    assert _versions(mesh) == {"v1", "v2"}
    told = laneway("sync", "status")
    assert told.returncode == 1
    assert "OutOfSync" in told.stdout
    assert re.search(r"newest: \w{10} Oops .* refused .* ago:", told.stdout)
    assert re.search(r"\n  lanes/lanes.yaml:\d+:\d+: error LW1006", told.stdout)
    assert "Mesh default refused the newest commit of its repository" in laneway("ps").stdout

    remote.edit("lanes.yaml", "swimlane-group: [mock", "swimlane-group: mock")
    _all_to(remote, "v1")
    mesh.follows("Mended")
    assert _versions(mesh) == {"v1"}
    assert laneway("sync", "status").returncode == 0


def test_a_commit_that_was_refused_whole_and_taken_back_is_told_no_more(
    remote: GitRemote, sync: Start
) -> None:
    mesh = sync(remote).ready()
    remote.lanes.rename(remote.lanes.with_name("elsewhere"))
    remote.push("Moved")
    assert laneway("sync", "now").returncode == 1
    assert laneway("verify", "--requests", "20").returncode == 1

    remote.take_back()

    assert laneway("sync", "now").returncode == 0
    mesh.until("the repository says again what is live")
    assert "refused the newest" not in laneway("ps").stdout
    assert laneway("verify", "--requests", "20").returncode == 0


def test_a_branch_that_is_gone_is_told_until_it_is_back_and_what_serves_goes_on(
    remote: GitRemote, sync: Start
) -> None:
    mesh = sync(remote).ready()
    commit = remote.take_away()
    gone = laneway("sync", "now")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "error[LW2104]" in gone.stderr
    assert _versions(mesh) == {"v1", "v2"}
    told = laneway("sync", "status")
    assert (told.returncode, "\nUnknown, Healthy\n" in told.stdout) == (1, True)
    assert "live since" in told.stdout
    assert "what is followed is not there any more, and what serves goes on" in told.stdout
    assert "fix: Check the spelling; `git ls-remote" in told.stdout

    remote.send()

    back = laneway("sync", "now")
    assert (back.returncode, commit[:10] in back.stdout) == (0, True)
    assert laneway("sync", "status").returncode == 0
    remote.bare.rename(remote.bare.with_name("away.git"))
    assert laneway("sync", "now").returncode == 3
    assert laneway("sync", "status").returncode == 4


def test_a_commit_that_is_live_and_whose_program_ends_at_once_is_told_as_degraded(
    remote: GitRemote, sync: Start
) -> None:
    sync(remote, "--run", "laneway/bad=false").ready()
    pods = remote.lanes / "mock-v1.yaml"
    pods.write_text(pods.read_text().replace("laneway/mock:1", "laneway/bad:1", 1))
    remote.push("No program")

    ended = laneway("sync", "now")

    assert ended.returncode == 1
    assert "(Ann, " in ended.stdout
    assert "  Degraded: mocka-v1: exit code 1\n" in ended.stdout


@pytest.mark.parametrize("words", [(), ("--detach",)])
def test_a_name_that_runs_already_is_told(
    remote: GitRemote, sync: Start, words: tuple[str, ...]
) -> None:
    sync(remote).ready()

    again = laneway("sync", "--app", str(remote.app), *words)

    assert again.returncode == 3
    assert again.stderr.startswith("mesh default is already running: process ")


def test_without_automation_a_commit_waits_for_sync_now(remote: GitRemote, sync: Start) -> None:
    for file in remote.lanes.glob("*.yaml"):
        file.write_text(file.read_text().replace("namespace: default", "namespace: shop"))
    for name in ("mock-v1.yaml", "mock-v2.yaml", "services.yaml"):
        remote.edit(name, "  namespace: shop\n", "")
    remote.edit("gateway.yaml", "name: default", "name: shop")
    remote.edit("route.yaml", "mocka.default.", "mocka.shop.")
    remote.push("In a namespace that the Application names")
    remote.follow("{}", namespace="shop")
    mesh = sync(remote).ready()
    waiting = laneway("sync", "status")
    assert "nothing is applied yet" in waiting.stdout
    assert "waits for `laneway sync now`" in waiting.stdout
    assert meshes()[0]["gateways"] == []

    done = laneway("sync", "now")

    assert (done.returncode, "is live" in done.stdout) == (0, True)
    mesh.until("opened http://")
    opened = meshes()[0]["gateways"][0]["local"]
    assert opened
    assert laneway("verify", "--requests", "20").returncode == 0
    assert {one["namespace"] for one in _status()["resources"] if one["kind"] == "Deployment"} == {
        "shop"
    }
    remote.edit("route.yaml", "weight: 50", "weight: 51")
    remote.push("Not 100")
    remote.tell(mesh.hook)
    refreshed = laneway("sync", "now", "--prune")
    assert "Not 100" in refreshed.stdout


def test_a_killed_mesh_serves_on_and_begins_again_without_its_repository(
    remote: GitRemote, sync: Start
) -> None:
    mesh = sync(remote).ready()
    _all_to(remote, "v1")
    mesh.follows("All to v1")
    mesh.signal(signal.SIGKILL)
    mesh.end()
    orphaned = laneway("sync", "status").stdout
    assert "\nUnknown, Healthy\n" in orphaned
    assert "was killed; `laneway sync` takes it over" in orphaned
    remote.bare.rename(remote.bare.with_name("elsewhere.git"))

    again = sync(remote).ready()
    assert _versions(again) == {"v1"}
    told = laneway("sync", "status").stdout
    assert "the repository could not be asked" in told
    assert "All to v1" in told

    remote.bare.with_name("elsewhere.git").rename(remote.bare)
    _all_to(remote, "v2")
    again.follows("All to v2")
    assert "the repository answers again" in "\n".join(again.said)


def test_what_git_lacks_stays_where_pruning_is_off(remote: GitRemote, sync: Start) -> None:
    remote.follow("{automated: {}}")
    mesh = sync(remote).ready()
    (remote.lanes / "route.yaml").unlink()
    mesh.follows("No route")

    assert _versions(mesh) == {"v1", "v2"}
    told = laneway("sync", "status").stdout
    assert re.search(
        r"VirtualService istio-system/mock +OutOfSync +Healthy +requires pruning", told
    )
    assert laneway("sync", "now", "--prune").returncode == 0
    assert mesh.ask().status == 404


def test_a_mesh_of_files_has_no_status_of_a_repository_that_was_followed_before(
    remote: GitRemote, sync: Start, up: Callable[..., Up]
) -> None:
    assert sync(remote).ready().stop() == 0
    up(remote.lanes).ready()

    for command in ("status", "now"):
        ended = laneway("sync", command)
        assert (ended.returncode, "follows no repository" in ended.stderr) == (3, True)


def test_webhooks_are_believed_only_with_their_secret(remote: GitRemote, sync: Start) -> None:
    mesh = sync(remote).ready()

    assert remote.tell(mesh.hook, "guess") == 401
    assert remote.tell(mesh.hook) == 202


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--webhook", "0.0.0.0:19999"), 2, "there is no secret"),
        (("--webhook", "nowhere"), 2, "is no HOST:PORT"),
        (("--webhook-secret-env", "NOBODY_SET_THIS"), 2, "There is no secret in NOBODY_SET_THIS"),
        (("--poll", "nan"), 2, "is no number of seconds"),
        (("--token-env", "A", "--token-file", "{app}"), 2, "not in both"),
    ],
)
def test_a_flag_that_cannot_be_meant_is_refused(
    remote: GitRemote, words: tuple[str, ...], code: int, said: str
) -> None:
    given = [word.format(app=remote.app) for word in words]

    ended = laneway("sync", "--app", str(remote.app), *given)

    assert (ended.returncode, said in ended.stderr) == (code, True)
    assert not (state_home() / "default" / "sync").exists()


def test_an_application_that_is_wrong_says_where(remote: GitRemote, tmp_path: Path) -> None:
    remote.app.write_text(remote.app.read_text().replace("targetRevision: main", "chart: x"))

    ended = laneway("sync", "--app", str(remote.app))

    assert ended.returncode == 1
    assert "app.yaml:7" in ended.stderr
    both = tmp_path / "both.yaml"
    remote.follow()
    both.write_text("---".join([remote.app.read_text()] * 2))
    assert laneway("sync", "--app", str(both)).returncode == 2


def test_a_first_commit_that_cannot_serve_ends_with_its_errors(remote: GitRemote) -> None:
    remote.edit("lanes.yaml", "kind: ASMSwimLane\n", "kind: [ASMSwimLane\n")
    remote.push("Broken from the start")

    ended = laneway("sync", "--app", str(remote.app))

    assert (ended.returncode, "LW1006" in ended.stderr) == (1, True)
    remote.take_away()
    gone = laneway("sync", "--app", str(remote.app))
    assert (gone.returncode, "error[LW2104]" in gone.stderr) == (1, True)
    remote.bare.rename(remote.bare.with_name("gone.git"))
    away = laneway("sync", "--app", str(remote.app))
    assert (away.returncode, "fix: `git ls-remote" in away.stderr) == (3, True)
