"""One weight edited in a mesh of 1000 services and 50 lanes: what it costs to know what changes."""

from __future__ import annotations

import gc
import shutil
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.big_mesh import weights, write_lanes, write_mesh
from benchmarks.timing import quantile, table

from laneway.adapters.files import Reader
from laneway.core.changes.diff import ChangeSet, diff_parts
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.emit.istio import Emitted, emit

SERVICES, LANES, EDITS = 1000, 50, 40
STAGES = ("read", "plan", "emit", "diff")


def measure() -> None:
    """Print the milliseconds of each stage over many edits, and what each edit changed."""
    work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
    try:
        taken, changed = _edits(write_mesh(work / "mesh", SERVICES, LANES))
    finally:
        shutil.rmtree(work)
    taken.append([sum(one) for one in zip(*taken[1:], strict=True)])
    rows = [
        (name, f"{median(one):.2f} ms", f"{quantile(one, 0.99):.2f} ms", f"{max(one):.2f} ms")
        for name, one in zip((*STAGES, "plan to diff"), taken, strict=True)
    ]
    title = f"one weight edited, {SERVICES} services, {LANES} lanes, {EDITS} edits"
    table(title, ("stage", "median", "p99", "max"), rows)
    print(f"changed by each edit: {', '.join(sorted(changed))}")


def _edits(mesh: Path) -> tuple[list[list[float]], set[str]]:
    reader = Reader([str(mesh)])
    compiled = compile_snapshot(reader.read())
    emitted = emit(compiled.mesh, compiled.plan)
    gc.freeze()  # as a process does that holds a mesh for long
    taken: list[list[float]] = [[] for _ in STAGES]
    changed: set[str] = set()
    for number in range(1, EDITS + 1):
        shares = weights(LANES)
        shares[0] += number
        write_lanes(mesh, shares)
        compiled, emitted, found = _edit(reader, compiled, emitted, taken)
        changed.add(_told(found))
    return taken, changed


def _edit(
    reader: Reader, compiled: Compilation, emitted: Emitted, taken: list[list[float]]
) -> tuple[Compilation, Emitted, ChangeSet]:
    times = [time.perf_counter()]
    snapshot = reader.read()
    times.append(time.perf_counter())
    now = compile_snapshot(snapshot, compiled)
    times.append(time.perf_counter())
    spelled = emit(now.mesh, now.plan, before=emitted)
    times.append(time.perf_counter())
    found = diff_parts(emitted.parts, spelled.parts)
    times.append(time.perf_counter())
    for stage, (begin, end) in zip(taken, pairwise(times), strict=True):
        stage.append((end - begin) * 1000)
    return now, spelled, found


def _told(found: ChangeSet) -> str:
    objects = [f"{one.action} {one.ref}" for one in found.changes]
    fields = sum(len(one.fields) for one in found.changes)
    return f"{len(objects)} object ({', '.join(objects)}), {fields} field"
