"""The cluster is real, and nothing of it survives whoever asked for it."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest
from msgspec import Struct

from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.endings import until_gone
from tests.cluster.lanes import asked
from tests.cluster.serving import begin, described, ready_after

pytestmark = pytest.mark.cluster

ADOPTED = """
apiVersion: v1
kind: Namespace
metadata: {name: adopted}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: adopted}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      nodeName: nowhere
      containers: [{name: shop, image: shop}]
"""


def test_a_deployment_gets_its_pod_from_real_controllers(plane: ControlPlane) -> None:
    asked(plane, "apply", "-f", "-", told=ADOPTED)
    asked(plane, "wait", "-n=adopted", "--for=create", "pod", "-l=app=shop", "--timeout=180s")
    (pod,) = json.loads(asked(plane, "get", "pods", "-n=adopted", "-o=json"))["items"]
    assert pod["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet"


@pytest.mark.parametrize("version", VERSIONS)
def test_each_istiod_serves_the_mesh(plane: ControlPlane, version: str) -> None:
    url = f"http://127.0.0.1:{plane.istiods[version].http}/debug/mesh"
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert json.load(answer)["rootNamespace"] == "istio-system"


def test_an_object_that_istio_does_not_know_is_refused(plane: ControlPlane) -> None:
    wrong = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "wrong", "namespace": "default"},
        "spec": {"hosts": ["shop"], "http": [{"route": [{"destination": {"weight": 1}}]}]},
    }
    with pytest.raises(AssertionError, match=r"destination\.weight"):
        asked(plane, "create", "--dry-run=server", "-f", "-", told=json.dumps(wrong))


class Sleepers(Struct, frozen=True):
    """A cluster of programs that only sleep, to see how it ends."""

    process: subprocess.Popen[bytes]
    programs: list[int]


def sleepers(folder: Path) -> Sleepers:
    log = folder.with_name("log")
    process = begin(folder, (), log, attached=True, module="tests.cluster.sleeping")
    found = ready_after(process, folder)
    assert found is not None, log.read_text()
    return Sleepers(process, list(found.programs.values()))


def test_nothing_is_left_of_a_cluster_that_lost_who_asked_for_it(tmp_path: Path) -> None:
    cluster = sleepers(tmp_path / "k")
    cluster.process.communicate()
    assert cluster.process.returncode == 0
    until_gone(cluster.programs)
    assert list(tmp_path.glob("k/**")) == []


def test_no_program_is_left_of_a_cluster_that_was_killed_and_the_next_start_cleans_up(
    tmp_path: Path,
) -> None:
    killed = sleepers(tmp_path / "k")
    (tmp_path / "k" / "left").mkdir()
    killed.process.send_signal(signal.SIGKILL)
    killed.process.communicate()
    until_gone(killed.programs)
    assert described(tmp_path / "k") is None

    following = sleepers(tmp_path / "k")
    assert not (tmp_path / "k" / "left").exists()
    following.process.communicate()
