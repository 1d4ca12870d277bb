"""Hundreds of mocks on this machine: how long `up -d` takes until all are ready, and all of them.

Beside them in turns the same mocks as users' programs are started: each alone, an interpreter each.
With `--baseline` another Laneway is beside them instead, for instance that of an older checkout
(`.venv/bin/laneway` of it), which then starts the very same folder in the way it has.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from benchmarks.local_mesh import NAME, free_port, processor_seconds
from benchmarks.populated_mesh import Chain, write_lanes
from benchmarks.timing import BASELINE, laneway, table, warm_environment

from laneway.adapters.processes import find_marked
from laneway.apps import mock

SERVICES, LANES, TIMES = (50, 90), 4, 3
MOCK = "laneway/mock:1"
_FOUND = f"import sys; sys.path[:0] = ['{mock.__path__[0]}']; import serve"
_ALONE = ("--run", f'*={sys.executable} -I -S -c "{_FOUND}; serve.main()"')
Way = tuple[str, ...]
"""A Laneway, and what it is told beside the mesh."""

Figures = tuple[float, ...]
"""Seconds until `up -d` returns, processor seconds, megabytes of Envoy, programs and Laneway."""


def measure() -> None:
    """Print the time of `up -d`, the processor time and the memory of all of a mesh."""
    ways = _ways()
    for services in SERVICES:
        work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
        names = [f"service-{number}" for number in range(services)]
        chain = Chain(names, [f"v{number}" for number in range(LANES)], MOCK, length=3)
        try:
            folder = write_lanes(work / "mesh", chain, LANES)
            for way in ways.values():
                up_once(folder, way)  # what is loaded once is loaded then
            runs = [
                {name: up_once(folder, way) for name, way in ways.items()} for _ in range(TIMES)
            ]
        finally:
            shutil.rmtree(work)
        _tell(services * LANES, {name: medians(run[name] for run in runs) for name in ways})


def _ways() -> dict[str, Way]:
    """Return this Laneway, and what stands beside it."""
    own, other = str(laneway()), os.environ.get(BASELINE)
    return {"forked": (own,)} | ({"baseline": (other,)} if other else {"alone": (own, *_ALONE)})


def medians(found: Iterable[Figures]) -> Figures:
    """Return the median of each figure."""
    return tuple(median(one) for one in zip(*found, strict=True))


def _tell(workloads: int, found: dict[str, Figures]) -> None:
    heads = (
        "`up -d`, as waited for",
        "processor time",
        "Envoy",
        "programs",
        "Laneway",
        "in all",
    )
    units = ("s", "s", "MB", "MB", "MB", "MB")
    whole = [(*one, sum(one[2:])) for one in found.values()]
    table(
        f"{workloads} workloads in {LANES} lanes, median of {TIMES}; shared memory by shares",
        ("", *found, "ratio"),
        [
            (head, f"{own:.1f} {unit}", f"{other:.1f} {unit}", f"{own / other:.2f}")
            for head, unit, own, other in zip(heads, units, *whole, strict=True)
        ],
    )


def up_once(folder: Path, way: Way) -> Figures:
    """Start a mesh as a user would who wants the prompt back, look at it, and take it down."""
    state = tempfile.mkdtemp(prefix="laneway-bench-")
    environment = warm_environment() | {"HOME": state, "XDG_STATE_HOME": state, "NO_COLOR": "1"}
    words = [way[0], "up", "-d", "--port", str(free_port()), "--name", NAME, *way[1:]]
    quiet = subprocess.DEVNULL
    before, begin = _of_children(), time.perf_counter()
    try:
        subprocess.run([*words, str(folder)], env=environment, cwd=state, stdout=quiet, check=True)
        return (time.perf_counter() - begin, *_taken(state, _of_children() - before))
    finally:
        subprocess.run(
            [way[0], "down", "--name", NAME], env=environment, cwd=state, stdout=quiet, check=False
        )
        shutil.rmtree(state, ignore_errors=True)


def _taken(state: str, waiting: float) -> Figures:
    """Return processor seconds, with those of the command that waited, and the memory of each."""
    home = f"{state}/laneway/{NAME}"
    own = json.loads(Path(home, "mesh.json").read_text())["pid"]
    marks = {one.pid: mark for one, mark in find_marked([home]).items()}
    envoys = {pid for pid, mark in marks.items() if mark == f"{home}/envoy"}
    programs = marks.keys() - envoys - {own}
    taken = waiting + sum(map(processor_seconds, (own, *envoys, *programs)))
    return taken, sum(map(_share, envoys)), sum(map(_share, programs)), _share(own)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _share(pid: int) -> float:
    """Return the megabytes a process has, of memory it shares with others its share."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
