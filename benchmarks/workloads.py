"""Hundreds of mocks on this machine: how long until they are ready, and what they all take.

Beside them in turns the same mocks as users' programs are started: each alone, an interpreter each.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from benchmarks.local_mesh import NAME, READY, processor_seconds, running
from benchmarks.populated_mesh import Chain, write_lanes
from benchmarks.timing import table

import laneway.apps.mock
from laneway.adapters.processes import find_marked

SERVICES, LANES, TIMES = (50, 90), 4, 3
MOCK = "laneway/mock:1"
_FOUND = f"import sys; sys.path[:0] = ['{laneway.apps.mock.__path__[0]}']; import serve"
WAYS = {
    "forked": (),
    "alone": ("--run", f'*={sys.executable} -I -S -c "{_FOUND}; serve.main()"'),
}
Figures = tuple[float, ...]
"""Seconds until all are ready, processor seconds, megabytes of Envoy, programs and Laneway."""


def measure() -> None:
    """Print the time of `up`, the processor time and the memory of all of a mesh."""
    for services in SERVICES:
        work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
        names = [f"service-{number}" for number in range(services)]
        chain = Chain(names, [f"v{number}" for number in range(LANES)], MOCK, length=3)
        try:
            folder = write_lanes(work / "mesh", chain, LANES)
            runs = [{way: _up(folder, flags) for way, flags in WAYS.items()} for _ in range(TIMES)]
        finally:
            shutil.rmtree(work)
        _tell(services * LANES, {way: _medians(run[way] for run in runs) for way in WAYS})


def _medians(found: Iterable[Figures]) -> Figures:
    return tuple(median(one) for one in zip(*found, strict=True))


def _tell(workloads: int, found: dict[str, Figures]) -> None:
    heads = ("`up` until all are ready", "processor time", "Envoy", "programs", "Laneway", "in all")
    units = ("s", "s", "MB", "MB", "MB", "MB")
    whole = [(*found[way], sum(found[way][2:])) for way in WAYS]
    table(
        f"{workloads} workloads in {LANES} lanes, median of {TIMES}; shared memory by shares",
        ("", *WAYS, "ratio"),
        [
            (head, f"{forked:.1f} {unit}", f"{alone:.1f} {unit}", f"{forked / alone:.2f}")
            for head, unit, forked, alone in zip(heads, units, *whole, strict=True)
        ],
    )


def _up(folder: Path, flags: tuple[str, ...]) -> Figures:
    begin = time.perf_counter()
    with running(folder, *flags) as mesh:
        mesh.wait_for(READY)
        seconds = time.perf_counter() - begin
        envoy, own = mesh.envoy(), mesh.process.pid
        state = mesh.environment["XDG_STATE_HOME"]
        programs = {one.pid for one in find_marked([f"{state}/laneway/{NAME}"])} - {envoy, own}
        taken = sum(map(processor_seconds, (envoy, own, *programs)))
        return seconds, taken, _share(envoy), sum(map(_share, programs)), _share(own)


def _share(pid: int) -> float:
    """Return the megabytes a process has, of memory it shares with others its share."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
