"""Pods are what a kubelet makes of them: ready by their probes, ended with grace, with tokens."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.conftest import KEEPER
from tests.cluster.control_plane import ControlPlane
from tests.cluster.endings import naming, until_gone
from tests.cluster.lanes import asked

pytestmark = pytest.mark.cluster

HOME = "keepers"
TOKEN = "/var/run/secrets/keeper/token"  # noqa: S105 - where it is, not what it is


def keeper(name: str, folder: Path, listen: str, probe: dict[str, Any]) -> dict[str, Any]:
    """Return a Deployment of one pod with one program."""
    folder.mkdir()
    told = {"FOLDER": str(folder), "LISTEN": listen, "TOKEN": TOKEN}
    mounted = {"serviceAccountToken": {"path": "token", "audience": "shop"}}
    container = {
        "name": "keeper",
        "image": "test/keeper",
        "env": [{"name": key, "value": value} for key, value in told.items()],
        "readinessProbe": probe,
        "volumeMounts": [{"name": "token", "mountPath": str(Path(TOKEN).parent)}],
    }
    pod = {
        "serviceAccountName": "default",
        "terminationGracePeriodSeconds": 1,
        "containers": [container, {"name": "stubborn", "image": "test/stubborn"}],
        "volumes": [{"name": "token", "projected": {"sources": [mounted]}}],
    }
    template = {"metadata": {"labels": {"app": name}}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": HOME},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template},
    }


@pytest.fixture(scope="module")
def folder(
    plane: ControlPlane, entry: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Keepers that run: one open to its network, one that listens on 127.0.0.1 alone."""
    assert entry
    found = tmp_path_factory.mktemp("keepers")
    by_path = {"httpGet": {"path": "/", "port": 8000}}
    items = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}},
        keeper("open", found / "open", "0.0.0.0", by_path),  # noqa: S104 - as in a container
        keeper("inner", found / "inner", "127.0.0.1", {"tcpSocket": {"port": 8000}}),
    ]
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    asked(plane, "apply", "-f", "-", told=listed)
    phase = "--for=jsonpath={.status.phase}=Running"
    for name in ("open", "inner"):
        wait = ("wait", f"-n={HOME}", f"-l=app={name}", "pod", "--timeout=180s")
        asked(plane, *wait, "--for=create")
        asked(plane, *wait, phase)
    yield found
    asked(plane, "delete", "deployment", "--all", f"-n={HOME}", "--wait=false")


def ready(plane: ControlPlane, name: str) -> bool:
    (pod,) = json.loads(asked(plane, "get", "pod", f"-n={HOME}", f"-l=app={name}", "-o=json"))[
        "items"
    ]
    return any(
        one["type"] == "Ready" and one["status"] == "True" for one in pod["status"]["conditions"]
    )


def test_a_pod_is_ready_when_its_probe_says_so_and_127_0_0_1_is_not_its_network(
    plane: ControlPlane, folder: Path
) -> None:
    assert not ready(plane, "open")
    (folder / "open" / "ready").touch()
    asked(
        plane, "wait", f"-n={HOME}", "--for=condition=Ready", "pod", "-l=app=open", "--timeout=180s"
    )
    assert not ready(plane, "inner")


def test_a_token_is_of_the_pods_own_account(plane: ControlPlane, folder: Path) -> None:
    spec = {"token": (folder / "open" / "token").read_text(), "audiences": ["shop"]}
    review = plane.api.ask("/apis/authentication.k8s.io/v1/tokenreviews", "POST", {"spec": spec})
    assert review["status"]["user"]["username"] == f"system:serviceaccount:{HOME}:default"
    assert (
        review["status"]["user"]["extra"]["authentication.kubernetes.io/pod-name"][0][:5] == "open-"
    )


@pytest.mark.usefixtures("folder")
def test_a_program_that_ends_by_itself_is_started_again(plane: ControlPlane) -> None:
    named = naming(str(KEEPER))  # the node among them, which was told what to start
    keepers = [pid for pid, line in named.items() if "tests.cluster.node" not in line]
    assert len(keepers) == 2
    for process in keepers:
        os.kill(process, signal.SIGKILL)
    again = "--for=jsonpath={.status.containerStatuses[0].restartCount}=1"
    asked(plane, "wait", f"-n={HOME}", again, "pod", "--all", "--timeout=180s")


def test_a_program_is_asked_to_end_and_who_does_not_is_killed(
    plane: ControlPlane, folder: Path
) -> None:
    ready = "--for=condition=Ready"  # one that has just begun takes no signal yet
    asked(plane, "wait", f"-n={HOME}", ready, "pod", "-l=app=open", "--timeout=180s")
    asked(plane, "delete", "deployment", "open", f"-n={HOME}")
    asked(plane, "wait", f"-n={HOME}", "--for=delete", "pod", "-l=app=open", "--timeout=180s")
    assert (folder / "open" / "ended").exists()


@pytest.mark.usefixtures("folder")
def test_nothing_is_left_of_a_node_that_was_killed(plane: ControlPlane) -> None:
    (node,) = naming(f"tests.cluster.node {plane.folder}")
    started = {**naming(str(plane.folder / "node")), **naming(str(KEEPER))}
    assert len(started) >= 3, "the network's holder, the doorway and a program"
    os.kill(node, signal.SIGKILL)
    until_gone(started)
