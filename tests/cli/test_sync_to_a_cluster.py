"""`laneway sync` to a cluster, where a server of the two that it needs does not answer."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path

import pytest

from laneway.apps.agent import once, reaching
from laneway.apps.agent.bringing import ClusterLook, StepTaken
from laneway.apps.agent.turns import Turns
from laneway.core.syncing.cluster.inventory import Inventory
from laneway.core.syncing.cluster.objects import ObjectId, ObjectsToApply
from laneway.core.syncing.cluster.rounds import ClusterView, WaitFor
from laneway.core.syncing.states import Wellness
from tests.cli.conftest import Command
from tests.cli.model_server import ModelServer, listening, write_kubeconfig
from tests.gitstore.remotes import Repository
from tests.gitstore.web import Handler, WebServer, serving
from tests.wire.remote import APPLICATION, AUTOMATED, free_port


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebServer]:
    """A server of Git with one repository."""
    repository = Repository.made(tmp_path / "remotes" / "shop.git")
    repository.commit({"lanes/a.yaml": b"kind: Namespace\napiVersion: v1\nmetadata: {name: a}\n"})
    with serving(repository.folder.parent) as server:
        yield server


@pytest.fixture
def app(tmp_path: Path, web: WebServer) -> Path:
    """The file of an Application that follows it."""
    file = tmp_path / "app.yaml"
    text = APPLICATION.replace("file://", "")
    words = {"url": f"{web.url}/shop.git", "policy": AUTOMATED, "namespace": "default"}
    file.write_text(text.format(**words))
    return file


@pytest.mark.parametrize("command", ["now", "status"])
def test_a_dead_cluster_is_told_with_what_is_asked_where_and_what_to_do(
    laneway: Command, app: Path, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "REACH", 1.0)
    monkeypatch.setattr(reaching, "SILENCE", 0.1)
    kubeconfig, there = tmp_path / "kubeconfig", f"127.0.0.1:{free_port()}"
    write_kubeconfig(kubeconfig, f"https://{there}")

    ended = laneway("sync", command, "--app", app, "--allow", "http", "--kubeconfig", kubeconfig)

    assert (ended.code, ended.out) == (3, "")
    asking, found, *rest = ended.err.splitlines()
    assert asking == f"asking the cluster at {there}, context 'model' of {kubeconfig} …"
    assert found.startswith(f"error[LW2206] the cluster at {there} could not be asked: ")
    assert "--kubeconfig and --context" in " ".join(rest)


def test_a_repository_that_is_slow_to_answer_is_named_meanwhile(
    laneway: Command, app: Path, web: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "SILENCE", 0.1)

    def slow(handler: Handler) -> bool:
        handler.server.pause.wait(0.5)
        handler.say(404, {})
        return True

    web.misbehaving = slow
    kubeconfig = tmp_path / "kubeconfig"
    with listening(ModelServer(), kubeconfig):
        words = ("--app", app, "--allow", "http", "--kubeconfig", kubeconfig)
        ended = laneway("sync", "status", *words)

    assert ended.code == 3
    assert f"asking {web.url}/shop.git …\nerror[LW2105]" in ended.err


def test_a_branch_that_is_gone_is_an_error_that_was_found(
    laneway: Command, app: Path, tmp_path: Path
) -> None:
    shop = str(tmp_path / "remotes" / "shop.git")
    subprocess.run(("git", "-C", shop, "update-ref", "-d", "refs/heads/main"), check=True)
    kubeconfig = tmp_path / "kubeconfig"
    with listening(ModelServer(), kubeconfig):
        words = ("--app", app, "--allow", "http", "--kubeconfig", kubeconfig)
        ended = laneway("sync", "status", *words)

    assert (ended.code, "has no branch or tag main" in ended.err) == (1, True)


POD, LANE = ObjectId("apps", "Deployment", "default", "cart"), ObjectId("", "ASMSwimLane", "", "v1")
ENDS = Wellness("Degraded", "its deadline is over")
STARTS = Wellness("Progressing", "0 of 1 replicas are available")


@pytest.mark.parametrize(
    ("waiting", "end"),
    [
        (
            ((POD, STARTS), (LANE, STARTS)),
            (4, f"{POD} and 1 more\n  Progressing: {STARTS.message}\n"),
        ),
        (((POD, STARTS), (LANE, ENDS)), (1, f"{LANE}\n  Degraded: {ENDS.message}\n")),
    ],
    ids=["on its way", "degraded"],
)
def test_what_is_not_well_in_the_end_is_told_and_is_no_success(
    laneway: Command,
    app: Path,
    monkeypatch: pytest.MonkeyPatch,
    waiting: tuple[tuple[ObjectId, Wellness], ...],
    end: tuple[int, str],
) -> None:
    look = ClusterLook(ObjectsToApply((), ()), Inventory(), ClusterView({}, frozenset()), ())

    async def unwell(*_: object, **__: object) -> StepTaken:
        return StepTaken(WaitFor(waiting), look, is_allowed=True)

    async def at_once(_: Turns, work: Callable[[], Coroutine[None, None, object]]) -> object:
        return await work()  # the model takes no write, and so has no Lease

    monkeypatch.setattr(once, "sync_once", unwell)
    monkeypatch.setattr(Turns, "alone", at_once)
    kubeconfig = app.with_name("kubeconfig")
    with listening(ModelServer(), kubeconfig):
        words = ("--app", app, "--allow", "http", "--kubeconfig", kubeconfig)
        ended = laneway("sync", "now", *words)

    code, told = end
    assert ended.code == code
    assert ended.out.endswith(f" is not applied whole, and waits for {told}")
