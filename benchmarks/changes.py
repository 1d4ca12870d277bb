"""The sample under constant load while its folder is edited: what failed, what left its lane.

One client asks without a pause, through three hops. Meanwhile weights change, lanes with their pods
come and go, and the whole folder is written anew. Every answer must be of one version and none may
fail. It is the long form of tests/wire/test_envoy_changes.py, on files and whole processes.
"""

from __future__ import annotations

import http.client
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from benchmarks.local_mesh import LIVE, READY, LocalMesh, milliseconds, running
from benchmarks.timing import quantile, table
from msgspec import Struct, field

from tests.engines import Workshop, workshop

SAMPLE = Path(__file__).parents[1] / "examples" / "gitops"
WEIGHTS, LANES, REWRITES = 200, 20, 5
NEW_LANE = """\
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {name: v3, labels: {swimlane-group: mock}}
spec:
  labelSelector: {version: v3}
  ingressRules:
    - name: enter
      online: true
      hosts: ['*']
      match: {uri: {exact: /new}}
      route: {destination: {host: mocka.default.svc.cluster.local, portNum: 8000}}
"""


class Client(Struct):
    """One client on one connection, for the length of a block; `met` counts what it was told."""

    port: int
    path: str = "/mock"
    met: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Client:  # noqa: PYI034 - it is not meant to be derived from
        threading.Thread(target=self._ask).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _ask(self) -> None:
        begin = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self._over.is_set():
            self.met[told(connection, self.path)] += 1
            self.seconds = time.monotonic() - begin
        connection.close()


def told(connection: http.client.HTTPConnection, path: str) -> str:
    """Return the one version of all three hops, `mixed`, or what failed."""
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = answer.read().decode()
    except (OSError, http.client.HTTPException) as problem:
        connection.close()
        return f"failed: {problem!r}"
    if answer.status != 200:
        return f"failed: {answer.status}"
    versions = [line.partition("/")[2] for line in said.split()]
    if len(versions) != 3:
        return f"failed: {said!r}"
    return versions[0] if len(set(versions)) == 1 else "mixed"


def measure() -> None:
    """Print how many requests there were, how many failed or left their lane, and times to live."""
    wire = Workshop(Path(__file__).with_name("wire"), workshop().cache).program("wire", ".")
    work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
    folder = Path(shutil.copytree(SAMPLE, work / "sample"))
    took: dict[str, list[float]] = {}
    try:
        with running(folder, "--run", f"laneway/mock:1={wire} hop") as mesh:
            mesh.wait_for(READY)
            mesh.until_right("/mock", ("mocka", "mockb", "mockc"))
            with Client(mesh.port) as client:
                took[f"{WEIGHTS} weights"] = _many(mesh, WEIGHTS, _weigh(folder))
                took[f"{LANES} lanes added and removed"] = _lanes(mesh, folder)
                took[f"{REWRITES} folders written anew"] = _many(mesh, REWRITES, _rewrite(folder))
    finally:
        shutil.rmtree(work)
    _print(client, took)


def _many(mesh: LocalMesh, times: int, edit: Callable[[int], None]) -> list[float]:
    """Edit, wait until it is live, and again; return the milliseconds Laneway says."""
    found = []
    for number in range(times):
        edit(number)
        found.append(milliseconds(mesh.wait_for(LIVE)))
    return found


def _weigh(folder: Path) -> Callable[[int], None]:
    route = folder / "route.yaml"
    text = route.read_text()

    def edit(number: int) -> None:
        first = 10 + number * 37 % 81
        edited = text.replace("weight: 50", f"weight: {first}", 1)
        route.write_text(edited.replace("weight: 50", f"weight: {100 - first}", 1))

    return edit


def _rewrite(folder: Path) -> Callable[[int], None]:
    """Return an edit that writes every file anew, with one replica of each more or less."""
    texts = {path: path.read_text() for path in sorted(folder.glob("*.yaml"))}

    def edit(number: int) -> None:
        for path, text in texts.items():
            edited = text.replace("replicas: 1", f"replicas: {1 + (number + 1) % 2}")
            fresh = path.with_suffix(".new")
            fresh.write_text(f"# {number}\n{edited}")
            fresh.replace(path)

    return edit


def _lanes(mesh: LocalMesh, folder: Path) -> list[float]:
    """Add a third lane with its pods, send requests into it, and take it away again."""
    lane, pods = folder / "lane-v3.yaml", folder / "mock-v3.yaml"
    workloads = (folder / "mock-v2.yaml").read_text().replace("v2", "v3")
    found = []
    for _ in range(LANES):
        pods.write_text(workloads)
        lane.write_text(NEW_LANE)
        found.append(milliseconds(mesh.wait_for(LIVE)))
        _until(mesh, "v3")
        lane.unlink()
        pods.unlink()
        found.append(milliseconds(mesh.wait_for(LIVE)))
        _until(mesh, "failed: 404")
    return found


def _until(mesh: LocalMesh, wanted: str) -> None:
    """Ask on the new lane's path until it is as wanted; two files may go live one by one."""
    connection = http.client.HTTPConnection("127.0.0.1", mesh.port, timeout=10)
    ends = time.monotonic() + 60
    while (met := told(connection, "/new")) != wanted:
        if time.monotonic() > ends:
            raise AssertionError(f"/new is still {met}, not {wanted}")
        time.sleep(0.005)
    connection.close()


def _print(client: Client, took: dict[str, list[float]]) -> None:
    table(
        f"{client.met.total()} requests, {client.met.total() / client.seconds:.0f} a second",
        ("what was met", "requests"),
        [(what, str(count)) for what, count in sorted(client.met.items())],
    )
    table(
        "edit written to confirmed live, as laneway says",
        ("", "edits", "median", "p99"),
        [
            (
                what,
                str(len(found)),
                f"{quantile(found, 0.5):.1f} ms",
                f"{quantile(found, 0.99):.1f} ms",
            )
            for what, found in took.items()
        ],
    )
