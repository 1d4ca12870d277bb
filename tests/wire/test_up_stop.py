"""Workloads of a running mesh that are held down, and brought back."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.wire.client import Client
from tests.wire.laneway_up import Up, laneway, workloads
from tests.wire.saving import save

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]


def _states() -> dict[str, str]:
    return {name: one["state"] for name, one in workloads().items()}


def test_a_replica_stops_and_comes_back_without_a_lost_request(mesh: Up, followed: Path) -> None:
    text = (followed / "mock-v1.yaml").read_text().replace("replicas: 1", "replicas: 2")
    save(followed / "mock-v1.yaml", text)
    mesh.until("live after")

    with Client(mesh.port) as client:
        stopped = laneway("stop", "mockb-v1-0")
        assert _states()["mockb-v1-0"] == "stopped"
        assert workloads()["mockb-v1-0"]["pid"] == 0
        started = laneway("start", "mockb-v1-0")
        answers = client.answers()

    assert (stopped.returncode, stopped.stdout) == (0, "mockb-v1-0 is stopped\n")
    assert (started.returncode, started.stdout) == (0, "mockb-v1-0 is ready\n")
    assert {(answer.status, len(answer.versions)) for answer in answers} == {(200, 1)}
    mesh.until("mockb-v1-0 is ready again")
    assert "mockb-v1-0 is stopped" in "\n".join(mesh.said)


def test_a_stopped_workload_stays_down_through_edits(up: Start, sample: Path) -> None:
    mesh = up(sample).ready()
    assert laneway("stop", "default/mocka-v2").returncode == 0

    text = (sample / "mock-v2.yaml").read_text()
    save(sample / "mock-v2.yaml", text.replace("value: v2", "value: v3"))
    mesh.until("live after")

    assert {name for name, state in _states().items() if state == "stopped"} == {"mocka-v2-0.2"}
    assert {mesh.ask().status for _ in range(20)} == {200, 503}
    assert laneway("start", "mocka-v2").stdout == "mocka-v2 is ready\n"
    assert {mesh.ask().status for _ in range(20)} == {200}
    assert "v3" in set().union(*(mesh.ask().versions for _ in range(20)))


@pytest.mark.usefixtures("mesh")
def test_a_restarted_workload_runs_in_a_new_process_at_its_old_address() -> None:
    before = workloads()["mocka-v1-0"]

    restarted = laneway("restart", "mocka-v1")
    after = workloads()["mocka-v1-0"]

    assert (restarted.returncode, restarted.stdout) == (0, "mocka-v1 is ready again\n")
    assert (after["state"], after["address"]) == ("ready", before["address"])
    assert after["pid"] != before["pid"]


def test_where_no_mesh_runs_nothing_can_be_stopped() -> None:
    assert laneway("stop", "mocka-v1").returncode == 3


@pytest.mark.usefixtures("mesh")
def test_what_cannot_be_stopped_is_told_with_its_exit_code() -> None:
    unknown = laneway("stop", "mocka")
    assert unknown.returncode == 2
    assert "workloads are: mocka-v1, mockb-v1" in unknown.stderr
    assert laneway("start", "mocka-v1").stdout == "mocka-v1 is not stopped\n"


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
@pytest.mark.usefixtures("mesh")
def test_a_shell_completes_what_can_be_stopped() -> None:
    asked = {
        "COMP_WORDS": "laneway stop --name default mocka-v1",
        "COMP_CWORD": "4",
        "_LANEWAY_COMPLETE": "bash_complete",
    }

    ended = subprocess.run(
        [sys.executable, "-m", "laneway"],
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stdout.split() == ["plain,mocka-v1", "plain,mocka-v1-0"]
