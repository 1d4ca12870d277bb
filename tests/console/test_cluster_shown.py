"""What a console shows of a cluster beside lanes: releases, syncers, and groups seen in part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml

from laneway.apps.console.run import CALLS
from laneway.core.keeping.followed import VENDOR
from laneway.core.release.requests import read_request
from tests.console.fake_cluster import (
    APPLICATIONS,
    CONFIG_MAPS,
    GROUPS,
    RELEASES,
    FakeCluster,
    shop_and_cart,
)
from tests.console.serving import ServedConsole, console
from tests.console.test_cluster_ground import ground, until

RELEASE = Path(__file__).parents[2] / "examples" / "release.yaml"
STATUS = {
    "observedGeneration": 1,
    "phase": "Running",
    "stage": 2,
    "weights": {"v1": 50, "v3": 50},
    "since": "2026-11-30T09:15:36Z",
    "message": "2 of 6 judgments are open",
    "record": {
        "standing": "v3 stage=2 phase=running attempt=3 since=1 runner=a before=b plan=c",
        "before": {},
        "coming": {},
    },
    "hops": [
        {
            "hop": "mocka",
            "gate": "errors",
            "outcome": "well",
            "message": "1 of 200",
            "new": {"bad": 1, "of": 200},
            "stable": {"bad": 2, "of": 210},
        }
    ],
    "conditions": [{"type": "Executed", "status": "True", "message": ""}],
}


@asynccontextmanager
async def shown(
    cluster: FakeCluster, token: str, tmp_path: Path, *namespaces: str
) -> AsyncIterator[ServedConsole]:
    """A console of somebody on a cluster."""
    async with ground(cluster, token, *namespaces) as found:
        served = console(tmp_path, CALLS, ground=found)
        await served.come_in()
        yield served


async def read(served: ServedConsole, path: str) -> Any:
    answer = await served.client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def release_there(cluster: FakeCluster, **status: Any) -> None:
    spec = yaml.safe_load(RELEASE.read_text())["spec"]
    cluster.have(RELEASES, "v3", spec=spec, status=STATUS | status)


def test_a_release_is_shown_as_its_status_says(tmp_path: Path) -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        release_there(cluster)
        async with shown(cluster, cluster.user("ada", everywhere=True), tmp_path) as served:
            (found,) = await read(served, "/releases")
            assert (await read(served, "/about"))["releases"] == 1
        assert (found["release"], found["phase"], found["stage"], found["attempt"]) == (
            *("v3", "running", 2, 3),
        )
        assert (found["weights"], found["why"], found["mayAsk"]) == ({"v1": 50, "v3": 50}, "", True)
        (verdict,) = found["judged"]["verdicts"]
        low, high = verdict["bounds"]["new"]
        assert low < 1 / 200 < high

    asyncio.run(walk())


def test_what_is_asked_of_a_release_is_written_as_its_agent_reads_it(tmp_path: Path) -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        release_there(cluster)
        async with shown(cluster, cluster.user("ada", everywhere=True), tmp_path) as served:
            body = {"action": "pause"}
            path = "/api/v1/releases/v3"
            told = await served.client.post(path, json=body, headers=served.headers)
            assert told.status_code == 200, told.text
            head = cluster.objects[RELEASES.path(name="v3")]["metadata"]
            value = head["annotations"]["laneway.dev/request"]
            request = read_request(value)
            assert getattr(request, "action", request) == "pause"
            await until(lambda: bool(head))
            waiting = await _request(served, lambda one: one is not None)
            assert (waiting["action"], waiting["outcome"]) == ("pause", "")
            answer = {"value": value, "outcome": "Done", "message": "stage 2 is paused"}
            annotations = {"annotations": head["annotations"]}
            spec = cluster.objects[RELEASES.path(name="v3")]["spec"]
            status = STATUS | {"phase": "Paused", "request": answer}
            cluster.have(RELEASES, "v3", metadata=annotations, spec=spec, status=status)
            done = await _request(served, lambda one: bool(one and one["outcome"]))
            assert done == {"action": "pause", "outcome": "Done", "message": "stage 2 is paused"}
        assert "POST /api/v1/releases/v3" in served.audit.getvalue()

    asyncio.run(walk())


async def _request(served: ServedConsole, holds: Any) -> Any:
    """Read the request of the release until something holds of it."""
    async with asyncio.timeout(20):
        while True:
            (found,) = await read(served, "/releases")
            if holds(found["request"]):
                return found["request"]
            await asyncio.sleep(0.02)


def test_who_may_not_ask_releases_has_no_button_and_is_refused(tmp_path: Path) -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        release_there(cluster, conditions=[{"type": "Executed", "status": "False", "message": "x"}])
        token = cluster.user("bob", everywhere=True)
        cluster.users[token].refused = frozenset({"patch"})
        async with shown(cluster, token, tmp_path) as served:
            (found,) = await read(served, "/releases")
            assert (found["mayAsk"], found["why"]) == (False, "x")
            path = "/api/v1/releases/v3"
            told = await served.client.post(path, json={"action": "abort"}, headers=served.headers)
            assert (told.status_code, told.json()["error"]["title"]) == (403, "You may not do that")
        assert "annotations" not in cluster.objects[RELEASES.path(name="v3")]["metadata"]

    asyncio.run(walk())


def test_a_release_whose_plan_is_wrong_says_why(tmp_path: Path) -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        cluster.have(RELEASES, "v3", spec={"lane": "v3"})
        async with shown(cluster, cluster.user("ada", everywhere=True), tmp_path) as served:
            (found,) = await read(served, "/releases")
        assert (found["phase"], found["lane"], found["stages"]) == ("not begun", "v3", [])
        assert "stable" in found["why"]

    asyncio.run(walk())


def test_what_syncers_say_of_objects_is_shown_and_what_nobody_says_as_well(tmp_path: Path) -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        group = cluster.objects[GROUPS.path(name="both")]
        tracked = {"annotations": {"argocd.argoproj.io/tracking-id": "gone:a/B:c/d"}}
        cluster.have(GROUPS, "both", metadata=tracked, spec=group["spec"], status=group["status"])
        resource = {"group": "networking.istio.io", "version": "v1", "kind": "Gateway"}
        cluster.have(
            APPLICATIONS,
            "lanes",
            "argocd",
            spec={"source": {"repoURL": "https://git.example/x", "path": "lanes"}},
            status={
                "sync": {"status": "OutOfSync", "revision": "0a1b2c"},
                "health": {"status": "Healthy"},
                "resources": [
                    {
                        **resource,
                        "name": "door",
                        "namespace": "cart",
                        "status": "OutOfSync",
                        "health": {"status": "Missing"},
                    }
                ],
            },
        )
        cluster.have(APPLICATIONS, "other", "argocd", spec={}, status={"resources": []})
        kept = {"source": "https://git.example/y", "commit": "ff00"}
        kept["objects"] = "/Service/shop/shop-service\n/Service/shop/lost\n"
        cluster.have(CONFIG_MAPS, "laneway-sync-shop", "shop", data=kept)
        async with shown(cluster, cluster.user("ada", everywhere=True), tmp_path) as served:
            argo, sync, beside = await read(served, "/syncers")
            about = await read(served, "/about")
        assert about["syncers"] == 3
        assert (argo["by"], argo["name"], argo["sync"], argo["revision"]) == (
            *("Argo CD", "lanes", "OutOfSync", "0a1b2c"),
        )
        assert [one["health"]["status"] for one in argo["resources"]] == ["Missing"]
        assert (sync["by"], sync["name"], sync["revision"]) == ("laneway sync", "shop", "ff00")
        assert {one["name"]: one["status"] for one in sync["resources"]} == {
            "shop-service": "Unknown",
            "lost": "OutOfSync",
        }
        assert [one["name"] for one in beside["resources"]] == ["both"]
        assert "gone:a/B:c/d" in beside["resources"][0]["keptBy"]

    asyncio.run(walk())


def test_a_group_of_which_a_part_is_out_of_sight_is_not_said_to_be_held(tmp_path: Path) -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        token = cluster.user("bob", "shop")
        cluster.users[token].api_groups = frozenset({VENDOR})
        async with shown(cluster, token, tmp_path, "shop") as served:
            (group,) = (await read(served, "/lanes"))["groups"]
            doctor = (await read(served, "/doctor"))["rows"]["rows"]
        assert "LW1217" not in {one["code"] for one in doctor}
        assert (group["held"], group["errors"]) == ([], [])
        assert group["notRead"] == ["services of other namespaces than shop are not read"]
        assert (group["live"]["state"], group["live"]["why"]) == ("live", "12 of 12 proxies")

    asyncio.run(walk())


def test_an_object_is_shown_as_the_server_has_it(tmp_path: Path) -> None:
    async def walk() -> None:
        cluster = FakeCluster()
        shop_and_cart(cluster)
        async with shown(cluster, cluster.user("ada", everywhere=True), tmp_path) as served:
            found = await read(served, "/resources/Service/shop/shop-service")
        assert "port: 8080" in found["text"]

    asyncio.run(walk())
