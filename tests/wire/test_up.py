"""`laneway up`: from files to a mesh that answers, and to nothing again."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from laneway.adapters.processes import find_marked
from tests.wire.laneway_up import (
    Said,
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


def test_the_sample_answers_in_one_version_through_three_services(mesh: Up) -> None:
    answers = [mesh.ask() for _ in range(60)]

    assert {answer.status for answer in answers} == {200}
    assert {tuple(hop.app for hop in answer.hops) for answer in answers} == {
        ("mocka", "mockb", "mockc")
    }
    assert all(len(answer.versions) == 1 for answer in answers)
    assert {version for answer in answers for version in answer.versions} == {"v1", "v2"}


def test_a_path_no_rule_speaks_of_is_not_found(mesh: Up) -> None:
    assert mesh.ask("/other").status == 404


def test_what_is_up_is_told_within_eighty_columns(mesh: Up) -> None:
    assert max(len(line) for line in mesh.said) <= 80
    assert any(line.split() == ["*", "/mock", "mocka:8000", "v1", "50", "%"] for line in mesh.said)
    assert any(line.split()[:3] == ["mocka-v1", "v1", "1"] for line in mesh.said)


@of_variables
def test_one_proxy_for_each_workload_routes_alike(up: Start, sample: Path) -> None:
    mesh = up(sample, "--proxies", "per-workload").ready()

    assert all(len(mesh.ask().versions) == 1 for _ in range(20))
    proxies = {name for name, one in workloads().items() if one["kind"] == "Envoy"}
    assert len(proxies) == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_told_end_leaves_no_process_and_no_file_but_logs(
    up: Start, sample: Path, number: signal.Signals
) -> None:
    mesh = up(sample).ready()
    before = sorted(path.name for path in sample.iterdir())

    mesh.signal(number)

    assert mesh.end() == 0
    assert find_marked([str(state_home())]) == {}
    assert files_left() == []
    assert (state_home() / "default" / "logs" / "mocka-v1-0.log").is_file()
    assert sorted(path.name for path in sample.iterdir()) == before
    assert meshes() == []


def test_an_end_before_it_is_ready_leaves_nothing_either(up: Start, tmp_path: Path) -> None:
    (tmp_path / "slow.yaml").write_text(_deployment("slow", "shop/slow"))
    mesh = up(tmp_path, "--run", "shop/slow=sleep 600")
    mesh.until("starting the mesh")

    mesh.signal(signal.SIGINT)

    assert mesh.end() == 3
    assert find_marked([str(state_home())]) == {}
    assert files_left() == []


def _deployment(name: str, image: str, port: int = 8000) -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: default}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: main
          image: {image}
          ports: [{{name: http, containerPort: {port}}}]
"""


@contextmanager
def taken_port() -> Iterator[int]:
    """Listen on a port below those that the kernel gives to clients."""
    for port in range(18200, 18400):
        try:
            taken = socket.create_server(("127.0.0.1", port))
        except OSError:
            continue
        with taken:
            yield port
        return


def test_a_port_that_is_asked_for_and_taken_is_refused_with_who_has_it(sample: Path) -> None:
    with taken_port() as port:
        refused = laneway("up", str(sample), "--port", str(port))

    assert refused.returncode == 3
    assert f"port {port} is taken by " in refused.stderr
    assert f"(process {os.getpid()})" in refused.stderr


def test_two_meshes_live_side_by_side(up: Start, sample: Path) -> None:
    one, two = up(sample, "--name", "one").ready(), up(sample, "--name", "two").ready()

    assert one.port != two.port
    two.until("port 8080 is taken by ")
    assert {one.ask().status, two.ask().status} == {200}
    addresses = [hop.address.split(".")[1] for mesh in (one, two) for hop in mesh.ask().hops[:1]]
    assert len(set(addresses)) == 2
    assert one.stop() == 0
    assert two.ask().status == 200


@pytest.mark.usefixtures("mesh")
def test_a_name_in_use_is_refused(sample: Path) -> None:
    refused = laneway("up", str(sample))

    assert refused.returncode == 3
    assert "mesh default is already running: process" in refused.stderr
    assert "laneway down --name default" in refused.stderr


def test_a_name_that_is_no_name_is_wrong_usage(sample: Path) -> None:
    assert laneway("up", str(sample), "--name", "../x").returncode == 2


def test_a_detached_mesh_is_ready_when_the_command_returns(up: Start, sample: Path) -> None:
    mesh = up(sample, "-d")

    assert mesh.end() == 0
    assert mesh.ask().status == 200
    (seen,) = meshes()
    assert seen["state"] == "ready"
    assert seen["gateways"][0]["url"] == f"http://127.0.0.1:{mesh.port}"
    assert yaml.safe_load(laneway("ps", "-o", "yaml").stdout) == [seen]

    assert laneway("down").returncode == 0
    assert find_marked([str(state_home())]) == {}
    assert files_left() == []


def test_down_of_nothing_is_fine() -> None:
    done = laneway("down")

    assert done.returncode == 0
    assert done.stdout == "No mesh is running.\n"


@of_variables
def test_a_log_is_followed_until_the_mesh_is_down_and_stays(up: Start, sample: Path) -> None:
    mesh = up(sample).ready()
    during = laneway("logs", "mocka-v1").stdout
    follower = Said("logs", "--follow", "mockc-v1")
    follower.until("listening on")

    answers = [mesh.ask() for _ in range(20)]
    told = follower.until("GET / x-request-id: ")
    mesh.stop()

    assert during.startswith("listening on 127.")
    assert {answer.status for answer in answers} == {200}
    assert told.startswith("GET / x-request-id: ")
    assert follower.end() == 0
    assert laneway("logs", "mocka-v1").stdout.startswith(during)
    assert laneway("logs", "envoy").returncode == 0


@of_variables
@pytest.mark.usefixtures("mesh")
def test_an_unknown_log_names_the_known_ones() -> None:
    refused = laneway("logs", "cart")

    assert refused.returncode == 2
    assert "there are: envoy, mocka-v1-0, mocka-v2-0" in refused.stderr
