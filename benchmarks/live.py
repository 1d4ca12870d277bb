"""The sample on this machine: from `up` to the first answer, and from an edit to its effect."""

from __future__ import annotations

import http.client
import shutil
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from benchmarks.local_mesh import LIVE, READY, LocalMesh, milliseconds, running
from benchmarks.timing import ROUNDS, quantile, table

SAMPLE = Path(__file__).parents[1] / "examples" / "gitops"
CHAIN = ("mocka(", "mockb(", "mockc(")
EDITS = 200


def measure() -> None:
    """Print the time to the first right answer, and the times until edits were live."""
    first = [_first_answer() for _ in range(ROUNDS + 1)][1:]
    work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
    try:
        mesh_folder = Path(shutil.copytree(SAMPLE, work / "sample"))
        with running(mesh_folder) as mesh:
            mesh.wait_for(READY)
            told, seen = edits(mesh, mesh_folder / "route.yaml")
    finally:
        shutil.rmtree(work)
    table(
        f"the sample of three services in two lanes, {EDITS} edited weights",
        ("", "median", "p99", "max"),
        [
            _row(f"`up` to the first right answer ({ROUNDS} times)", first),
            _row("edit written to confirmed live, as laneway says", told),
            _row("edit written to the first answer that shows it", seen),
        ],
    )


def _row(name: str, found: list[float]) -> tuple[str, ...]:
    return (
        name,
        f"{median(found):.1f} ms",
        f"{quantile(found, 0.99):.1f} ms",
        f"{max(found):.1f} ms",
    )


def _first_answer() -> float:
    begin = time.perf_counter()
    with running(SAMPLE) as mesh:
        mesh.until_right("/mock", CHAIN)
        return (time.perf_counter() - begin) * 1000


def edits(mesh: LocalMesh, route: Path) -> tuple[list[float], list[float]]:
    """Send everything to one version, then to the other, and again."""
    told, seen = [], []
    text = route.read_text()
    for number in range(EDITS + 4):
        shares = ("100", "0") if number % 2 else ("0", "100")
        edited = text.replace("weight: 50", f"weight: {shares[0]}", 1)
        edited = edited.replace("weight: 50", f"weight: {shares[1]}", 1)
        wanted = "version: v1" if number % 2 else "version: v2"
        client = _Client(mesh.port, wanted)
        begin = time.perf_counter()
        route.write_text(edited)
        took = milliseconds(mesh.wait_for(LIVE))
        shown = client.first_right(begin)
        if number >= 4:  # the first ones warm up
            told.append(took)
            seen.append(shown)
    return told, seen


class _Client:
    """Asks without a pause until the answer is of the wanted version."""

    def __init__(self, port: int, wanted: str) -> None:
        self._right: float = 0
        self._thread = threading.Thread(target=self._ask, args=(port, wanted))
        self._thread.start()

    def first_right(self, begin: float) -> float:
        """Wait for the right answer; return milliseconds since `begin`."""
        self._thread.join()
        return (self._right - begin) * 1000

    def _ask(self, port: int, wanted: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        said = ""
        while wanted not in said:
            connection.request("GET", "/mock")
            said = connection.getresponse().read().decode()
        self._right = time.perf_counter()
        connection.close()
