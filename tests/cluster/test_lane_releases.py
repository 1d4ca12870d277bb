"""LaneReleases on a real cluster, executed by server-side apply and by commits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.cluster.chart import chart_objects
from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked
from tests.cluster.operated import kinds, until
from tests.cluster.scraping import prometheus, scrape
from tests.cluster.shown_console import console_of_oneself
from tests.cluster.shown_console import known as known_to
from tests.conftest import Had
from tests.engines import engine
from tests.house.console import commands_of, matches
from tests.release.exporter import Exporter, exporting
from tests.wire.laneway_up import Said, laneway
from tests.wire.remote import GitRemote
from tests.wire.staged import EXAMPLE, git

pytestmark = pytest.mark.cluster

ROUTE = "/apis/networking.istio.io/v1/namespaces/istio-system/virtualservices/mock"
MOCK = ("virtualservice", "mock", "-n=istio-system")
RELEASES = "/apis/laneway.dev/v1alpha1/lanereleases"
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "releasing.md"
IN_GIT = {"git": {"repository": "shop", "path": "lanes"}}
SERVICES = ("mocka", "mockb", "mockc")
PLAN: dict[str, Any] = {
    "lane": "v3",
    "stable": "v1",
    "metrics": "main",
    "requests": 50,
    "gates": [{"errors": {"tolerance": "5%"}}],
    "stages": [
        {"weights": {"v1": 50, "v2": 0, "v3": 50}, "duration": "100ms"},
        {"weights": {"v1": 0, "v2": 0, "v3": 100}},
    ],
}


class Shop:
    """A cluster with lanes, what counts their requests, and a repository of the same lanes."""

    def __init__(self, plane: ControlPlane, exporter: Exporter, folder: Path, url: str) -> None:
        self.plane = plane
        self.exporter = exporter
        self.kubeconfig = folder / "kubeconfig"
        self.remote = GitRemote(folder, EXAMPLE)
        added = laneway("release", "add-lane", "v3", "--from", "v2", cwd=self.remote.lanes)
        assert added.returncode == 0, added.stderr
        self.remote.push("v3 is there, without weight")
        self.config = folder / "laneway.toml"
        repository = f'[repositories.shop]\nurl = "file://{self.remote.bare}"\n'
        self.config.write_text(f'[metrics.main]\nurl = "{url}"\n{repository}')

    def stand(self) -> None:
        """Have the cluster be as the repository is, without pods; agents get the chart's rights."""
        asked(self.plane, "apply", "-f", "-", told=yaml.dump_all(_rights()))
        way = yaml.safe_load(self.plane.kubeconfig.read_text())
        token = asked(self.plane, "create", "token", "laneway-releases", "-n=istio-system").strip()
        way["users"] = [{"name": way["contexts"][0]["context"]["user"], "user": {"token": token}}]
        self.kubeconfig.write_text(yaml.dump(way))
        told = [one for path in sorted(self.remote.lanes.glob("*.yaml")) for one in _objects(path)]
        asked(self.plane, "apply", "-f", "-", told=yaml.dump_all(told))

    def begin(self) -> None:
        """Have the weights be those of before, in the cluster and in Git; nothing is counted."""
        asked(self.plane, "apply", "-f", str(self.remote.lanes / "route.yaml"))
        git(self.remote.work, "fetch", "--quiet", "origin")
        git(self.remote.work, "reset", "--quiet", "--soft", "origin/main")
        if git(self.remote.work, "status", "--porcelain"):
            self.remote.push("The weights of before")
        self.exporter.grows = False
        workloads = [f"{one}-v{number}" for one in SERVICES for number in (1, 3)]
        self.exporter.answers = dict.fromkeys(workloads, (0, 0))

    def count(self, *, is_worse: bool = False) -> None:
        """Let requests be answered from now on."""
        self.exporter.is_worse = is_worse
        self.exporter.grows = True

    def release(self, name: str = "v3", **more: Any) -> None:
        """Create a release."""
        head = {"apiVersion": "laneway.dev/v1alpha1", "kind": "LaneRelease"}
        body = {**head, "metadata": {"name": name}, "spec": {**PLAN, **more}}
        self.plane.api.ask(RELEASES, "POST", body)

    def ask_for(self, request: str) -> dict[str, Any]:
        """Write a request, as Argo CD's actions do, and return what was answered."""
        word = f"laneway.dev/request={request}"
        asked(self.plane, "annotate", "lanerelease", "v3", "--overwrite", word)
        until(lambda: self.status().get("request", {}).get("value") == request, "no answer")
        return dict(self.status()["request"])

    def status(self, name: str = "v3") -> dict[str, Any]:
        return dict(self.plane.api.ask(f"{RELEASES}/{name}").get("status") or {})

    def until(self, phase: str, *names: str, stage: int | None = None) -> None:
        """Wait until releases are in a phase."""
        for name in names or ("v3",):
            until(partial(self._is_in, phase, stage, name), f"{name} is not {phase}")

    def _is_in(self, phase: str, stage: int | None, name: str) -> bool:
        status = self.status(name)
        return status.get("phase") == phase and stage in (None, status.get("stage"))

    def weights(self) -> list[int]:
        [rule] = self.plane.api.ask(ROUTE)["spec"]["http"]
        return [one["weight"] for one in rule["route"]]

    def titles(self) -> list[str]:
        """Return what the newest commits of the repository are called, newest first."""
        words = ("git", "-C", str(self.remote.bare), "log", "--format=%s", "main")
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()

    def shell(self) -> dict[str, str]:
        """Return the environment of a person at a shell, with kubectl."""
        path = os.pathsep.join((str(Path(engine("kubectl")).parent), os.environ["PATH"]))
        return {**os.environ, "PATH": path, "KUBECONFIG": str(self.plane.kubeconfig)}

    @contextmanager
    def agent(self, *words: str) -> Iterator[Said]:
        """Run an agent; it is killed at the end, unless it has ended."""
        way = ("--kubeconfig", str(self.kubeconfig), "--config", str(self.config))
        found = Said("release", "agent", *way, *words)
        try:
            yield found
        finally:
            found.process.kill()
            found.end()


@pytest.fixture(scope="module")
def known(
    plane: ControlPlane, had: Had, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    had(prometheus)
    had(partial(engine, "helm"))
    folder = tmp_path_factory.mktemp("releases")
    alerts = folder / "alerts.yaml"
    alerts.write_text("[]")
    children = Children(folder)
    with kinds(plane), exporting() as exporter:
        try:
            target = f"127.0.0.1:{exporter.server_address[1]}"
            scraping = scrape(folder / "prometheus", children, target, alerts)
            shop = Shop(plane, exporter, folder, f"http://127.0.0.1:{scraping.port}")
            shop.stand()
            yield shop
        finally:
            children.kill()
            gone = ("--ignore-not-found", "-n=default")
            asked(plane, "delete", "service", *SERVICES, *gone)
            asked(plane, "delete", "deployments", "--all", "-n=default")
            asked(plane, "delete", "virtualservices,gateways", "-n=istio-system", "--all")
            asked(plane, "delete", "-f", "-", "--ignore-not-found", told=yaml.dump_all(_rights()))


def _rights() -> list[dict[str, Any]]:
    """Return the account of the chart that executes releases, and its rights."""
    values = ("releases.enabled=true", "releases.applies=true", "namespaces={istio-system}")
    kinds_of_rights = {"ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"}
    return [
        one
        for one in chart_objects(*values)
        if one["kind"] in kinds_of_rights and "releases" in one["metadata"]["name"]
    ]


@pytest.fixture
def shop(known: Shop) -> Iterator[Shop]:
    known.begin()
    yield known
    asked(known.plane, "delete", "lanerelease", "--all")


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    for one in yaml.safe_load_all(path.read_text()):
        if one and one["kind"] != "Namespace":
            if one["kind"] == "Deployment":
                one["spec"]["replicas"] = 0
            yield one


def test_releases_are_carried_on_by_another_agent_and_reach_all_requests(shop: Shop) -> None:
    shop.release()
    shop.release("v3-git", **IN_GIT)
    with shop.agent() as killed:
        shop.until("Running", "v3", "v3-git", stage=1)
        assert shop.weights() == [50, 0, 50]
        killed.signal(signal.SIGKILL)
        killed.end()

    with shop.agent() as agent:
        until(lambda: "attempt=2" in shop.status()["record"]["standing"], "nobody goes on")
        shop.count()
        shop.until("Done", "v3", "v3-git")
        agent.signal(signal.SIGTERM)
        assert agent.end() == 0

    assert shop.weights() == [0, 0, 100]
    assert shop.titles()[:3] == [
        "Release v3-git: stage 2 of 2: v1 0 %, v2 0 %, v3 100 %",
        "Release v3-git: stage 1 of 2 goes on, attempt 2",
        "Release v3-git: stage 1 of 2: v1 50 %, v2 0 %, v3 50 %",
    ]
    for name in ("v3", "v3-git"):
        status = shop.status(name)
        assert status["weights"] == {"v1": 0, "v2": 0, "v3": 100}
        conditions = {one["type"]: one["status"] for one in status["conditions"]}
        assert conditions["Ready"] == "True"
        assert conditions["Executed"] == "False"
    fields = json.loads(asked(shop.plane, "get", *MOCK, "--show-managed-fields", "-o=json"))
    managers = {one["manager"] for one in fields["metadata"]["managedFields"]}
    assert "laneway-release" in managers


@pytest.fixture(scope="module")
def at_work(known: Shop) -> Iterator[Shop]:
    """The cluster with an agent that stays."""
    with known.agent("--leader-elect", "--lease-namespace=istio-system"):
        yield known


@pytest.mark.usefixtures("at_work")
def test_a_version_that_is_worse_is_taken_back_by_both_ways(shop: Shop) -> None:
    shop.release()
    shop.release("v3-bad", **IN_GIT)
    shop.until("Running", "v3", "v3-bad", stage=1)
    shop.count(is_worse=True)
    shop.until("Aborted", "v3", "v3-bad")

    assert shop.weights() == [50, 50, 0]
    assert "worse is errors at mocka" in shop.titles()[0]
    status = shop.status("v3-bad")
    assert status["weights"] == {"v1": 50, "v2": 50, "v3": 0}
    assert {one["outcome"] for one in status["hops"]} >= {"worse"}


@pytest.mark.usefixtures("at_work")
def test_what_a_syncer_keeps_is_never_applied(shop: Shop) -> None:
    tracking = "argocd.argoproj.io/tracking-id"
    asked(shop.plane, "annotate", *MOCK, f"{tracking}=shop:networking.istio.io/VirtualService:a/b")
    shop.release()
    shop.until("Refused")
    status = shop.status()
    assert "LW2036" in status["message"]
    assert shop.weights() == [50, 50, 0]

    asked(shop.plane, "annotate", *MOCK, f"{tracking}-")
    shop.until("Running", stage=1)
    assert shop.weights() == [50, 0, 50]


@pytest.mark.usefixtures("at_work")
def test_what_people_ask_for_is_done_once_and_answered(shop: Shop) -> None:
    shop.release()
    shop.until("Running", stage=1)
    assert shop.ask_for("pause 1")["outcome"] == "Done"
    shop.until("Paused")
    assert shop.ask_for("set-weight v1=60 v3=40 2")["outcome"] == "Done"
    shop.until("Resting")
    assert shop.weights() == [60, 0, 40]
    refused = shop.ask_for("set-weight v1=50 3")
    assert (refused["outcome"], "LW2003" in refused["message"]) == ("Refused", True)
    assert shop.weights() == [60, 0, 40]
    assert shop.ask_for("resume 5")["outcome"] == "Done"
    shop.until("Running", stage=1)
    assert shop.weights() == [50, 0, 50]
    assert shop.ask_for("promote 6")["message"] == "promoted by hand at stage 1"
    shop.until("Done")
    assert shop.weights() == [0, 0, 100]


@pytest.mark.usefixtures("at_work")
def test_what_is_asked_in_a_console_is_done_and_shown_there(shop: Shop, tmp_path: Path) -> None:
    shop.release()
    shop.until("Running", stage=1)
    with console_of_oneself(shop.plane, tmp_path) as console:
        (browser,) = console.browsers
        told = known_to(browser, "/api/v1/releases").json()
        assert [(one["release"], one["phase"], one["mayAsk"]) for one in told] == [
            ("v3", "running", True)
        ]
        answer = browser.post("/api/v1/releases/v3", json={"action": "pause"})
        assert answer.status_code == 200, answer.text
        shop.until("Paused")
        until(lambda: released(browser)["phase"] == "paused", "the console does not say so")
        found = released(browser)
    assert found["request"]["outcome"] == "Done"
    assert found["weights"] == {"v1": 50, "v2": 0, "v3": 50}
    assert {one["hop"] for one in found["judged"]["verdicts"]} <= set(SERVICES)


def released(browser: httpx.Client) -> dict[str, Any]:
    """Return the one release that a console shows."""
    (found,) = browser.get("/api/v1/releases").json()
    return dict(found)


@pytest.mark.usefixtures("at_work")
def test_the_page_shows_a_release_as_it_is(shop: Shop) -> None:
    variables = shop.shell()
    for command in commands_of(PAGE.read_text(), "cluster"):
        if "resume" in command.text:
            shop.count()
        words = ("sh", "-c", command.text)
        said = subprocess.run(
            words, env=variables, cwd=ROOT, capture_output=True, text=True, check=False, timeout=90
        )
        assert matches(command.output, said.stdout.splitlines()), said
    assert shop.weights() == [0, 0, 100]
