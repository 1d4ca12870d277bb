"""The same mesh with interception and with proxy variables, in turns.

How fast a chain of three services answers a client inside the mesh, how long an edit takes, and
what 20 services in 10 lanes need to come up. Clients and programs of the chain are written in Go.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.live import SAMPLE, edits
from benchmarks.local_mesh import NAME, READY, LocalMesh, running
from benchmarks.populated_mesh import Chain, write_lanes
from benchmarks.timing import laneway, quantile, table
from benchmarks.workloads import MOCK, medians, up_once

from tests.engines import Workshop, workshop

WAYS: Mapping[str, tuple[str, ...]] = {
    "interception": ("--intercept", "on"),
    "proxy variables": ("--intercept", "off"),
}
IMAGE = "bench/hop:1"
ROUNDS, SECONDS, CLIENTS, TIMES = 20, "1.0", "16", 3
SERVICES, LANES = 20, 10


def measure() -> None:
    """Print what interception costs, by ratios to proxy variables in the same minutes."""
    work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
    try:
        _chain(work)
        _edited(work)
        _started(work)
    finally:
        shutil.rmtree(work)


def _chain(work: Path) -> None:
    wire = Workshop(Path(__file__).with_name("wire"), workshop().cache).program("wire", ".")
    chain = Chain(("mocka", "mockb", "mockc"), ("v0", "v1"), IMAGE, 3)
    folder = write_lanes(work / "chain", chain, 2)
    with ExitStack() as stack:
        meshes = {
            name: stack.enter_context(running(folder, "--run", f"{IMAGE}={wire} hop", *way))
            for name, way in WAYS.items()
        }
        for mesh in meshes.values():
            mesh.wait_for(READY)
        turns = [{name: _turn(mesh, wire) for name, mesh in meshes.items()} for _ in range(ROUNDS)]
    led, told = ([turn[name] for turn in turns[1:]] for name in WAYS)
    ratio = median(one[0] / other[0] for one, other in zip(led, told, strict=True))
    table(
        f"three hops, {CLIENTS} clients inside the mesh, {ROUNDS} rounds of {SECONDS} s",
        ("", *WAYS, "ratio"),
        [
            (
                "requests/s",
                f"{median(one for one, _ in led):.0f}",
                f"{median(one for one, _ in told):.0f}",
                f"{ratio:.2f}",
            ),
            (
                "failed or out of lane",
                *(str(sum(bad for _, bad in found)) for found in (led, told)),
                "",
            ),
        ],
    )


def _turn(mesh: LocalMesh, wire: Path) -> tuple[float, int]:
    """Return the requests a second of clients in a pod, and how many did not stay in its lane."""
    load = (str(wire), "load", "http://mocka:8000/", SECONDS, CLIENTS, ">v0,v0,v0")
    words = [str(laneway()), "exec", "--name", NAME, "mocka-v0", "--", *load]
    said = json.loads(
        subprocess.run(words, env=mesh.environment, capture_output=True, check=True).stdout
    )
    return said["requests"] / said["seconds"], said["failed"] + said["wrong"]


def _edited(work: Path) -> None:
    found = {}
    for name, way in WAYS.items():
        folder = Path(shutil.copytree(SAMPLE, work / name.replace(" ", "-")))
        with running(folder, *way) as mesh:
            mesh.wait_for(READY)
            found[name] = edits(mesh, folder / "route.yaml")[0]
    rows = []
    for words, of in (("median", 0.5), ("p99", 0.99)):
        led, told = (quantile(found[name], of) for name in WAYS)
        rows.append((words, f"{led:.1f} ms", f"{told:.1f} ms", f"{led / told:.2f}"))
    table("the sample, a weight edited to confirmed live", ("", *WAYS, "ratio"), rows)


def _started(work: Path) -> None:
    names = [f"service-{number}" for number in range(SERVICES)]
    chain = Chain(names, [f"v{number}" for number in range(LANES)], MOCK, length=3)
    folder = write_lanes(work / "many", chain, LANES)
    ways = {name: (str(laneway()), *way) for name, way in WAYS.items()}
    for way in ways.values():
        up_once(folder, way)  # what is loaded once is loaded then
    runs = [{name: up_once(folder, way) for name, way in ways.items()} for _ in range(TIMES)]
    led, told = (medians(run[name] for run in runs) for name in WAYS)
    heads = ("`up -d`", "processor time", "Envoy", "programs", "Laneway", "memory in all")
    units = ("s", "s", "MB", "MB", "MB", "MB")
    whole = ((*one, sum(one[2:])) for one in (led, told))
    table(
        f"{SERVICES} services in {LANES} lanes, median of {TIMES}; shared memory by shares",
        ("", *WAYS, "ratio"),
        [
            (head, f"{one:.1f} {unit}", f"{other:.1f} {unit}", f"{one / other:.2f}")
            for head, unit, one, other in zip(heads, units, *whole, strict=True)
        ],
    )
