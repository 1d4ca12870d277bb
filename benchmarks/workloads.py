"""Two hundred workloads on this machine: how long until they are ready, and what Envoy holds."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.local_mesh import READY, megabytes, running
from benchmarks.populated_mesh import Chain, write_lanes
from benchmarks.timing import table

SERVICES, LANES, TIMES = 50, 4, 3
MOCK = "laneway/mock:1"


def measure() -> None:
    """Print the time of `up`, and the memory of Envoy and of the mock programs."""
    work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
    names = [f"service-{number}" for number in range(SERVICES)]
    chain = Chain(names, [f"v{number}" for number in range(LANES)], MOCK, length=3)
    try:
        folder = write_lanes(work / "mesh", chain, LANES)
        found = [_up(folder) for _ in range(TIMES)]
    finally:
        shutil.rmtree(work)
    seconds, envoy, programs = (median(one) for one in zip(*found, strict=True))
    table(
        f"{SERVICES * LANES} workloads: {SERVICES} services in {LANES} lanes, median of {TIMES}",
        ("", "figure"),
        [
            ("`up` until all are ready", f"{seconds:.1f} s"),
            ("Envoy's memory at its peak", f"{envoy:.0f} MB"),
            ("all mock programs' memory", f"{programs:.0f} MB"),
        ],
    )


def _up(folder: Path) -> tuple[float, float, float]:
    begin = time.perf_counter()
    with running(folder) as mesh:
        mesh.wait_for(READY)
        seconds = time.perf_counter() - begin
        envoy = mesh.envoy()
        programs = {int(one["pid"]) for one in mesh.workloads()} - {envoy}
        return seconds, megabytes(envoy), sum(map(megabytes, programs))
