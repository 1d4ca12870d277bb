"""`laneway prove` of a large mesh against `istioctl analyze` of the same files.

Both read what Laneway emits and the Services; prove reads the lanes as well, which it holds them
against. In memory: from the objects that were read to the proof.
"""

from __future__ import annotations

import gc
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.big_mesh import write_mesh
from benchmarks.timing import ROUNDS, in_turns, laneway, table

from laneway.adapters.files import read_paths
from laneway.core.mesh.link import link
from laneway.core.proof.judged import judged
from laneway.core.proof.prove import prove
from laneway.core.routing.plan.route_plan import RoutePlan
from tests.engines import engine

LANES = 50
SIZES = (100, 1000)
MODES = {
    "strict": "",
    "header": "{fallbackTarget: s0, routeHeader: x-lane, traceHeader: x-lane}",
    "baggage": "{fallbackTarget: s0, routeHeader: x-lane, traceHeader: baggage}",
}


def measure() -> None:
    """Print both times, their ratio, and the time in memory."""
    gc.disable()
    with tempfile.TemporaryDirectory(prefix="laneway-bench-") as work:
        for services in SIZES:
            title = f"laneway prove against istioctl analyze, {LANES} lanes, whole process"
            names = ("services", "input", "prove", "analyze", "of processor", "processor")
            row = _against_istioctl(Path(work), services)
            table(f"{title}, median of {ROUNDS}", (*names, "analyze", "memory"), [row])
        memory = [_in_memory(Path(work), services, mode) for services in SIZES for mode in MODES]
    table(
        f"laneway prove in memory, {LANES} lanes, median of {ROUNDS}",
        ("services", "lanes", "judged", "routes", "time", "verdict"),
        memory,
    )


def _against_istioctl(work: Path, services: int) -> tuple[str, ...]:
    folder = _written(work / f"strict-{services}", services, "strict")
    objects = [folder / "rendered.yaml", folder / "services.yaml"]
    found = in_turns(
        {
            "prove": [laneway(), "prove", folder],
            "analyze": [
                engine("istioctl"),
                "analyze",
                "--use-kube=false",
                "-A",
                "-o",
                "json",
                *objects,
            ],
        },
        work / "output",
        ROUNDS,
    )
    ours, theirs = found["prove"], found["analyze"]
    return (
        str(services),
        f"{sum(path.stat().st_size for path in objects) / 1e6:.1f} MB",
        f"{ours.seconds:.2f} s",
        f"{theirs.seconds:.2f} s",
        f"{ours.processor / theirs.processor:.2f}",
        f"{ours.processor:.2f} s",
        f"{theirs.processor:.2f} s",
        f"{ours.megabytes:.0f} MB",
    )


def _in_memory(work: Path, services: int, mode: str) -> tuple[str, ...]:
    """Prove what was read: emitted objects of strict lanes, and what permissive ones become."""
    folder = work / f"{mode}-{services}"
    snapshot = read_paths([str(folder if folder.exists() else _written(folder, services, mode))])
    times = []
    proof = prove(link(snapshot))
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        proof = prove(link(snapshot))
        times.append(time.perf_counter() - begin)
        gc.collect()
    routes = _routes(judged(link(snapshot)).plan)
    time_taken = f"{median(times):.2f} s"
    return str(services), mode, proof.scope.judged, str(routes), time_taken, proof.verdict


def _routes(plan: RoutePlan) -> int:
    """Count the rules of all hops."""
    return sum(len(hop.rules) for hops in plan.hops.values() for hop in hops)


def _written(folder: Path, services: int, mode: str) -> Path:
    """Write a mesh, and of strict lanes the objects Laneway emits for it."""
    write_mesh(folder, services, LANES)
    group = folder / "group.yaml"
    if MODES[mode]:
        words = f"spec:\n  isPermissive: true\n  permissiveModeConfiguration: {MODES[mode]}\n"
        group.write_text(group.read_text().replace("spec:\n", words, 1))
        return folder
    printed = subprocess.run(
        [laneway(), "render", folder], check=True, capture_output=True, text=True
    )
    (folder / "rendered.yaml").write_text(printed.stdout)
    return folder
