"""A mesh whose programs have a network of their own and know of no proxy."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from laneway.adapters.netns import probe
from laneway.adapters.processes import find_marked
from tests.wire.laneway_up import (
    VERSION,
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

STRICT = Path(__file__).parents[2] / "examples" / "strict-lanes"
CALL = """
import sys, urllib.request
for url in sys.argv[1:]:
    print(urllib.request.urlopen(url, timeout=10).read().decode())
"""
NAMED = """
apiVersion: v1
kind: Service
metadata: {name: alone}
spec: {selector: {app: alone}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: alone}
spec:
  selector: {matchLabels: {app: alone}}
  template:
    metadata: {labels: {app: alone, ASM_TRAFFIC_TAG: v1}}
    spec: {containers: [{name: main, image: 'alone:1', ports: [{containerPort: 8080}]}]}
"""
ALONE = f"alone:1={sys.executable} -m http.server 8080 --bind 127.0.0.1"


@pytest.fixture(scope="module")
def possible() -> None:
    """Skip what this machine cannot do."""
    if missing := probe():
        pytest.skip(missing)


@pytest.fixture
def here() -> Iterator[int]:
    """A server on this machine's localhost."""

    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello from this machine")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def called(workload: str, *urls: str) -> str:
    """What a program of a workload's is answered that knows of no proxy."""
    ended = laneway("exec", workload, "--", sys.executable, "-I", "-c", CALL, *urls)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.usefixtures("possible")
def test_unchanged_programs_keep_to_the_lane_of_their_labels(
    up: Start, here: int, tmp_path: Path
) -> None:
    (tmp_path / "alone.yaml").write_text(NAMED)
    paths = (STRICT, tmp_path / "alone.yaml")
    ports = ("--host-port", str(here), "--host-port", "8080")
    mesh = up("--intercept", "on", *ports, "--run", ALONE, *paths).ready()

    for lane in ("v1", "v2", "v3"):
        answers = called(f"mocka-{lane}", *["http://mockb:8000/mock"] * 20)
        assert [found[1] for found in VERSION.findall(answers)] == [lane] * 40
        entered = mesh.ask(headers={"x-asm-prefer-tag": lane.replace("v", "s")})
        assert (entered.status, entered.versions, len(entered.hops)) == (200, {lane}, 3)
        assert all(hop.address.startswith("10.") for hop in entered.hops)
    machine = [f"http://{name}:{here}/" for name in ("localhost", "host.laneway.internal")]
    answers = called("mocka-v1", *machine, "http://alone/")
    assert answers.startswith("hello from this machine\n" * 2)
    assert "Directory listing" in answers
    assert "Directory listing" in called("alone", "http://localhost:8080/")  # its own
    assert workloads()["alone-0"]["alone"] == [8080]
    assert workloads()["mocka-v1-0"]["alone"] == []
    assert "127.0.0.1 only" in laneway("ps").stdout

    inside = worlds()
    assert mesh.stop() == 0
    assert files_left() == []
    assert inside
    assert inside.isdisjoint(worlds())


@pytest.mark.usefixtures("possible")
def test_killed_mesh_is_ended_by_the_next_and_by_down(up: Start) -> None:
    first = up("--intercept", "on", STRICT).ready()
    first.signal(signal.SIGKILL)
    first.end()
    assert meshes()[0]["state"] == "orphaned"
    refused = laneway("exec", "mocka-v1", "--", "true").stderr
    assert "was killed; `laneway up` ends what is left and starts anew." in refused
    second = up("--intercept", "on", STRICT).ready()
    assert any("of a killed mesh" in line for line in second.said)
    assert second.ask(headers={"x-asm-prefer-tag": "s2"}).versions == {"v2"}
    inside = worlds()
    second.signal(signal.SIGKILL)
    second.end()
    assert laneway("down").returncode == 0
    assert not find_marked([str(state_home() / "default")])
    assert inside.isdisjoint(worlds())


@pytest.mark.usefixtures("possible")
def test_a_killed_network_is_told_for_as_long_as_the_mesh_runs(up: Start) -> None:
    mesh = up("--intercept", "on", STRICT).ready()
    [holder] = find_marked([f"{state_home() / 'default'}/network"])
    os.kill(holder.pid, signal.SIGKILL)
    mesh.until("the process that holds the programs' network was killed")
    assert mesh.ask(headers={"x-asm-prefer-tag": "s2"}).versions == {"v2"}
    noted = next(text for _ in range(50) if (text := meshes()[0]["trouble"]))
    assert "nothing starts any more" in noted
    assert "Mesh default: the process that holds the programs' network" in laneway("ps").stdout
    assert mesh.stop() == 0
    assert files_left() == []


@of_variables
@pytest.mark.usefixtures("possible")
def test_a_mesh_of_real_programs_says_that_they_could_have_a_network(
    up: Start, tmp_path: Path
) -> None:
    (tmp_path / "alone.yaml").write_text(NAMED)
    real = ALONE.replace("8080", "{port}").replace("127.0.0.1", "{host}")
    up("--run", real, tmp_path / "alone.yaml").until("`--intercept on` works here")
    assert (state_home() / "interception.json").is_file()


def worlds() -> set[str]:
    """The networks that processes of meshes live in, this machine's excepted."""
    own = Path("/proc/self/ns/net").readlink()
    found = (Path(f"/proc/{one.pid}/ns/net") for one in find_marked([str(state_home())]))
    return {str(link) for path in found if path.exists() and (link := path.readlink()) != own}
