"""`laneway sync` to a real cluster that no other syncer keeps, by a real repository."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked, wait
from tests.cluster.operated import kinds, until
from tests.sync.story import CANARY, clean_up, publish, share_out
from tests.wire.laneway_up import Said, laneway
from tests.wire.remote import GitRemote

pytestmark = pytest.mark.cluster

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
ROUTE = ("virtualservice", "mock", "-n=istio-system")
MAP = ("configmap", "laneway-sync-mock", "-n=default")
LEASE = ("lease", "laneway-sync-mock", "-n=default")


@pytest.fixture(scope="module")
def known(plane: ControlPlane, entry: int) -> Iterator[ControlPlane]:
    """A cluster with a node, that knows the vendor's kinds."""
    assert entry
    with kinds(plane):
        yield plane


class Bringing:
    """A repository, and the words by which it is brought to a cluster."""

    first: subprocess.CompletedProcess[str]

    def __init__(self, plane: ControlPlane, path: Path) -> None:
        self.plane = plane
        self.remote = GitRemote(path, EXAMPLE)
        namespaces = ("--namespace", "default", "--namespace", "istio-system", "--drain", "0.2")
        self.words = (
            *("--app", str(self.remote.app), "--kubeconfig", str(plane.kubeconfig)),
            *namespaces,
        )

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            laneway("sync", "status", *self.words, "-o", "json").stdout
        )
        return found

    def differing(self) -> set[str]:
        return {one["name"] for one in self.status()["resources"] if one["status"] != "Synced"}

    def object(self, *words: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(asked(self.plane, "get", *words, "-o=json"))
        return found

    def weights(self) -> list[int]:
        [rule] = self.object(*ROUTE)["spec"]["http"]
        return [one["weight"] for one in rule["route"]]

    def names(self, kind: str) -> set[str]:
        return set(asked(self.plane, "get", kind, "-n=default", "-o=name").split())


@contextmanager
def _bringing(known: ControlPlane, path: Path) -> Iterator[Bringing]:
    """A repository to be brought to the cluster, on which nothing of it is left afterwards.

    Pods are deleted themselves: the collector of what has no owner any more takes its turn, behind
    all that other tests have left to it, and then minutes.
    """
    yield Bringing(known, path)
    gone = ("--ignore-not-found", "-n=default")
    asked(known, "delete", "service", "mocka", "mockb", "mockc", *gone)
    asked(known, "delete", "configmap", "laneway-sync-mock", "theirs", *gone)
    asked(known, "delete", *LEASE, "--ignore-not-found")
    asked(known, "delete", "deployments,replicasets,pods", "--all", "-n=default", "--wait=false")
    asked(known, "delete", "virtualservices,gateways", "-n=istio-system", "--all")
    asked(known, "delete", "asmswimlanes,asmswimlanegroups", "--all")
    wait(known, "--for=delete", "pod")


@pytest.fixture
def bringing(known: ControlPlane, tmp_path: Path) -> Iterator[Bringing]:
    with _bringing(known, tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def brought(known: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bringing]:
    """A repository whose first commit was brought in; it stays until the module ends."""
    with _bringing(known, tmp_path_factory.mktemp("brought")) as found:
        found.first = laneway("sync", "now", *found.words)
        yield found


@contextmanager
def followed(bringing: Bringing) -> Iterator[Said]:
    """Have a process follow the repository, and end in good order."""
    found = Said("sync", *bringing.words, "--poll", "0.3")
    try:
        yield found
        found.process.terminate()
        assert found.end() == 0, found.said
    finally:
        found.process.kill()


def test_a_cluster_follows_pushes_heals_and_prunes_only_what_was_applied(
    bringing: Bringing,
) -> None:
    asked(bringing.plane, "create", "configmap", "theirs", "-n=default")
    with followed(bringing) as following:
        following.until("(v1 and v2 share) is applied")
        publish(bringing.remote)
        bringing.remote.push("Add v3")
        following.until("(Add v3) is applied")
        assert bringing.weights() == list(CANARY)
        said = "\n".join(following.said)
        turns = (
            "Deployment default/mocka-v3",
            "ASMSwimLane v3",
            "VirtualService istio-system/mock",
        )
        places = [said.rindex(f"applied {turn}") for turn in turns]
        assert places == sorted(places)

        edit = '[{"op": "replace", "path": "/spec/http/0/route/0/weight", "value": 7}]'
        asked(bringing.plane, "patch", *ROUTE, "--type=json", f"-p={edit}")
        until(lambda: bringing.weights() == list(CANARY), "an edit by hand is not put right")

        share_out(bringing.remote, (50, 50, 0))
        clean_up(bringing.remote)
        bringing.remote.push("Away with v3")
        following.until("(Away with v3) is applied")
    assert bringing.names("deployments") == {
        f"deployment.apps/mock{one}-{version}" for one in "abc" for version in ("v1", "v2")
    }
    assert "configmap/theirs" in bringing.names("configmaps")
    assert "v3" not in bringing.object(*MAP)["data"]["objects"]
    assert bringing.status()["sync"]["status"] == "Synced"


def test_without_automation_and_in_other_namespaces_nothing_is_written(
    bringing: Bringing,
) -> None:
    bringing.remote.follow("{}")
    with followed(bringing) as following:
        following.until("OutOfSync: commit")
    status = bringing.status()
    assert (status["sync"]["status"], status["health"]["status"]) == ("OutOfSync", "Missing")
    here = bringing.words[:6]
    assert here[-1] == "default"
    done = laneway("sync", "now", *here)
    assert (done.returncode, "LW2203" in done.stderr) == (0, True)
    assert asked(bringing.plane, "get", "virtualservices", "-n=istio-system", "-o=name") == ""


def test_a_commit_is_applied_whole_and_told_object_by_object(brought: Bringing) -> None:
    done = brought.first
    assert done.returncode == 0, done.stderr
    assert "(v1 and v2 share) is applied" in done.stdout
    assert "LW2202" in done.stderr
    assert "Namespace default is not applied" in done.stderr
    status = brought.status()
    assert (status["sync"]["status"], status["health"]["status"]) == ("Synced", "Healthy")
    assert brought.weights() == [50, 50]
    fields = brought.object(*ROUTE, "--show-managed-fields")["metadata"]["managedFields"]
    assert {one["manager"] for one in fields} == {"laneway-sync"}


def test_who_brings_something_in_waits_until_nobody_else_does(brought: Bringing) -> None:
    def held_by(name: str) -> None:
        spec = json.dumps({"spec": {"holderIdentity": name, "leaseDurationSeconds": 20}})
        asked(brought.plane, "patch", *LEASE, "--type=merge", f"-p={spec}")

    assert not brought.object(*LEASE)["spec"].get("holderIdentity")
    asked(brought.plane, "delete", *ROUTE)
    held_by("another")
    waiting = Said("sync", "now", *brought.words)
    try:
        waiting.until("waits for another, who brings something in")
        assert asked(brought.plane, "get", "virtualservices", "-n=istio-system", "-o=name") == ""
        held_by("")
        assert waiting.end() == 0, waiting.said
    finally:
        waiting.process.kill()
    assert brought.weights() == [50, 50]


def test_what_others_keep_is_refused_and_nothing_of_the_commit_is_applied(
    brought: Bringing,
) -> None:
    tracking = "argocd.argoproj.io/tracking-id=shop:apps/Deployment:default/mocka-v1"
    asked(brought.plane, "annotate", "deployment", "mocka-v1", "-n=default", tracking)
    share_out(brought.remote, (90, 10))
    brought.remote.push("More for v1")

    refused = laneway("sync", "now", *brought.words)

    assert (refused.returncode, "LW2204" in refused.stderr) == (1, True)
    assert brought.weights() == [50, 50]
    assert brought.differing() == {"mocka-v1", "mock"}
    assert laneway("sync", "status", *brought.words).returncode == 1
    untracked = f"{tracking.partition('=')[0]}-"
    asked(brought.plane, "annotate", "deployment", "mocka-v1", "-n=default", untracked)


def test_of_a_commit_that_cannot_be_read_nobody_knows_how_it_stands(brought: Bringing) -> None:
    (brought.remote.lanes / "broken.yaml").write_text("kind: ASMSwimLane\nmetadata: [\n")
    brought.remote.push("Oops")

    status = brought.status()

    assert (status["sync"]["status"], status["health"]["status"]) == ("Unknown", "Healthy")
    assert {one["status"] for one in status["resources"]} == {"Unknown"}
    assert not any(one["requiresPruning"] for one in status["resources"])
    brought.remote.take_back()


def test_fields_that_others_apply_are_never_taken(brought: Bringing) -> None:
    route = brought.object(*ROUTE)
    route["metadata"] = {"name": "mock", "namespace": "istio-system"}
    words = ("apply", "--server-side", "--field-manager=theirs", "-f=-")
    asked(brought.plane, *words, told=json.dumps(route))
    share_out(brought.remote, (80, 20))
    brought.remote.push("Less for v1")

    held = laneway("sync", "now", *brought.words)

    assert (held.returncode, "LW2205" in held.stderr, "theirs" in held.stderr) == (1, True, True)
    assert brought.weights() == [50, 50]
