"""What ends by itself comes up again, and what outlives Laneway is taken over or ended."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from laneway.adapters.processes import ProcessId, find_marked, wait_gone
from tests.wire.client import Client
from tests.wire.laneway_up import (
    Up,
    files_left,
    laneway,
    meshes,
    of_variables,
    state_home,
    workloads,
)

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]


def _kill(name: str) -> ProcessId:
    """End one program of the mesh by force, and wait until it is gone."""
    one = workloads()[name]
    process = ProcessId(one["pid"], one["started"])
    os.kill(process.pid, signal.SIGKILL)
    assert wait_gone([process], seconds=20) == set()
    return process


def _orphan(mesh: Up) -> None:
    """End Laneway by force; what it started goes on."""
    mesh.signal(signal.SIGKILL)
    mesh.process.wait()


def test_a_crashed_program_is_started_again_and_that_is_told(mesh: Up) -> None:
    _kill("mockb-v1-0")
    mesh.until("mockb-v1-0 ended (SIGKILL): started again in 100 ms")
    mesh.until("mockb-v1-0 is ready again")

    assert all(len(mesh.ask().hops) == 3 for _ in range(20))
    assert workloads()["mockb-v1-0"]["restarts"] == 1


def test_programs_outlive_their_parent_and_come_up_again(mesh: Up) -> None:
    marks = find_marked([os.environ["XDG_STATE_HOME"]])
    [parent] = [process for process, mark in marks.items() if mark.endswith("/parent")]

    os.kill(parent.pid, signal.SIGKILL)
    assert wait_gone([parent], seconds=20) == set()
    assert all(len(mesh.ask().hops) == 3 for _ in range(20))
    _kill("mockc-v1-0")
    mesh.until("mockc-v1-0 ended (an exit code that nobody saw): started again in 100 ms")
    mesh.until("mockc-v1-0 is ready again")

    assert all(len(mesh.ask().hops) == 3 for _ in range(20))


def test_a_crashed_proxy_is_started_again_and_that_is_told(mesh: Up) -> None:
    _kill("envoy")
    mesh.until("envoy ended (SIGKILL), restarted after 100 ms, serves again")

    assert all(len(mesh.ask().versions) == 1 for _ in range(20))


@of_variables
def test_a_mesh_serves_on_when_laneway_is_killed_and_the_next_takes_over_without_a_lost_request(
    up: Start, sample: Path
) -> None:
    mesh = up(sample).ready()
    before = {one["pid"] for one in workloads().values() if one["kind"] != "Envoy"}
    _orphan(mesh)
    alone = [mesh.ask() for _ in range(20)]
    (seen,) = meshes()

    with Client(mesh.port) as client:
        after = up(sample, "--port", str(mesh.port)).ready()
        answers = client.answers()

    assert all(len(answer.versions) == 1 for answer in alone)
    assert seen["state"] == "orphaned"
    assert after.port == mesh.port
    assert any("took over from a killed mesh and ended 6 old" in line for line in after.said)
    assert {(answer.status, len(answer.versions)) for answer in answers} == {(200, 1)}
    assert before.isdisjoint(process.pid for process in find_marked([str(state_home())]))
    assert after.stop() == 0
    assert find_marked([str(state_home())]) == {}


def test_an_orphaned_mesh_can_be_taken_down(up: Start, sample: Path) -> None:
    _orphan(up(sample).ready())

    assert laneway("down").returncode == 0

    assert find_marked([str(state_home())]) == {}
    assert files_left() == []
    assert meshes() == []


def test_a_mesh_whose_every_process_died_is_forgotten(up: Start, sample: Path) -> None:
    _orphan(up(sample).ready())
    for process in find_marked([str(state_home())]):
        os.kill(process.pid, signal.SIGKILL)
        wait_gone([process], seconds=20)

    assert meshes() == []
    assert up(sample).ready().ask().status == 200
