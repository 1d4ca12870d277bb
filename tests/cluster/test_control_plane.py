"""The cluster is real, and nothing of it survives whoever asked for it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.lanes import asked
from tests.cluster.serving import Description, begin, described, ready_after

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
    asked(plane, "wait", "-n=adopted", "--for=create", "pod", "-l=app=shop", "--timeout=30s")
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


def wait_for_the_end(processes: list[int]) -> None:
    """Wait until processes that are nobody's children are gone."""
    for pid in processes:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        assert select.select([handle], [], [], 30)[0], f"process {pid} is left"
        os.close(handle)


def started(folder: Path) -> tuple[subprocess.Popen[bytes], Description]:
    process = begin(folder, (), folder.with_name("log"), attached=True)
    found = ready_after(process, folder)
    assert found is not None
    return process, found


@pytest.mark.usefixtures("plane")
def test_nothing_is_left_of_a_cluster_that_was_killed_or_lost_who_asked(tmp_path: Path) -> None:
    folder = tmp_path / "k"
    killed, first = started(folder)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    wait_for_the_end(list(first.programs.values()))
    assert described(folder) is None

    lost, second = started(folder)
    lost.communicate()
    wait_for_the_end(list(second.programs.values()))
    assert (lost.returncode, list(folder.parent.rglob("k/**"))) == (0, [])
