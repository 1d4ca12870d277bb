"""One weight edited in meshes of 50 lanes: the processor time it takes to know what changes.

Meshes of all sizes are held at once and edited in turns, so that what grows with the mesh is seen
on a busy machine too.
"""

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
from laneway.core.compile import compile_snapshot
from laneway.core.emit.istio import emit

SIZES, LANES, EDITS = (100, 1000, 4000), 50, 40
STAGES = ("read", "plan", "emit", "diff")


def measure() -> None:
    """Print the milliseconds of each stage over many edits, and what each edit changed."""
    work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
    try:
        held = [_Held(work / f"mesh-{services}", services) for services in SIZES]
        gc.freeze()  # as a process does that holds a mesh for long
        changed = {_told(one.edit(number)) for number in range(1, EDITS + 1) for one in held}
    finally:
        shutil.rmtree(work)
    title = f"one weight edited, {LANES} lanes, {EDITS} edits: processor time"
    rows = [row for one in held for row in one.rows()]
    table(title, ("services", "stage", "median", "p99", "max"), rows)
    least, most = median(held[0].whole()), median(held[-1].whole())
    print(f"plan to diff at {SIZES[-1]} services, of that at {SIZES[0]}: {most / least:.2f}")
    print(f"changed by each edit: {', '.join(sorted(changed))}")


class _Held:
    """A mesh in memory, and what its edits took."""

    def __init__(self, folder: Path, services: int) -> None:
        self.folder, self.services = write_mesh(folder, services, LANES), services
        self.reader = Reader([str(self.folder)])
        self.compiled = compile_snapshot(self.reader.read())
        self.emitted = emit(self.compiled.mesh, self.compiled.plan)
        self.taken: list[list[float]] = [[] for _ in STAGES]

    def edit(self, number: int) -> ChangeSet:
        """Write another weight of one lane, and follow it to what changes."""
        shares = weights(LANES)
        shares[0] += number
        write_lanes(self.folder, shares)
        times = [time.process_time()]
        snapshot = self.reader.read()
        times.append(time.process_time())
        now = compile_snapshot(snapshot, self.compiled)
        times.append(time.process_time())
        spelled = emit(now.mesh, now.plan, before=self.emitted)
        times.append(time.process_time())
        found = diff_parts(self.emitted.parts, spelled.parts)
        times.append(time.process_time())
        for stage, (begin, end) in zip(self.taken, pairwise(times), strict=True):
            stage.append((end - begin) * 1000)
        self.compiled, self.emitted = now, spelled
        return found

    def whole(self) -> list[float]:
        """Return what each edit took from planning to the diff."""
        return [sum(one) for one in zip(*self.taken[1:], strict=True)]

    def rows(self) -> list[tuple[str, ...]]:
        """Return a row for each stage."""
        stages = zip((*STAGES, "plan to diff"), (*self.taken, self.whole()), strict=True)
        return [
            (
                str(self.services),
                name,
                *(f"{one:.2f} ms" for one in (median(took), quantile(took, 0.99), max(took))),
            )
            for name, took in stages
        ]


def _told(found: ChangeSet) -> str:
    objects = [f"{one.action} {one.ref}" for one in found.changes]
    fields = sum(len(one.fields) for one in found.changes)
    return f"{len(objects)} object ({', '.join(objects)}), {fields} field"
