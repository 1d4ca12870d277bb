"""Lanes by the id of a trace: requests out of lane, throughput, and memory with many ids.

Three meshes of one chain run at once and take turns: programs that forward the lane's header, which
needs no filter, and programs that forward only x-request-id or only traceparent. Programs and
client are written in Go. Memory is that of an Envoy through which a million ids pass.
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

from benchmarks.local_mesh import processor_seconds
from benchmarks.timing import table
from benchmarks.traced_chain import PROMISED, TracedChain, traced_chain
from msgspec import Struct

from tests.engines import Workshop, workshop
from tests.wasm.filtered import LANE, Filtered, filtered

CLIENTS, ROUNDS, ROUND, COUNTED = 64, 12, 2000, 20_000
IDS, STEPS = 1_000_000, 4
BY_HEADER = "the lane's header"
PASSED_ON = {BY_HEADER: LANE, "x-request-id": "x-request-id", "traceparent": "traceparent"}
FIRST_NETWORK = 40


class Turn(Struct, frozen=True):
    """What one mesh did in one round: requests a second, Envoy's time for each, and what failed."""

    rate: float
    envoy_microseconds: float
    wrong: int
    failed: int


def measure() -> None:
    """Print what lanes by trace cost, and that none is left."""
    wire = Workshop(Path(__file__).with_name("wire"), workshop().cache).program("wire", ".")
    work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
    try:
        _chains(wire, work)
        _memory(wire, work)
    finally:
        shutil.rmtree(work)


def _chains(wire: Path, work: Path) -> None:
    with ExitStack() as stack:
        meshes = {}
        for number, (name, header) in enumerate(PASSED_ON.items()):
            (work / str(number)).mkdir()
            mesh = traced_chain(work / str(number), wire, header, FIRST_NETWORK + number)
            meshes[name] = stack.enter_context(mesh)
        turns = _rounds(wire, meshes)
        counted = {name: _turn(wire, mesh, COUNTED) for name, mesh in meshes.items()}
    table(
        f"3 hops, 4 lanes, 4 workers, {CLIENTS} clients, {ROUNDS} rounds of {ROUND} requests",
        ("forwarded", "requests/s", "of header", "Envoy a request", "of header"),
        [_row(name, found, turns[BY_HEADER]) for name, found in turns.items()],
    )
    table(
        f"{COUNTED:,} requests of four lanes",
        ("forwarded", "out of lane", "failed"),
        [(name, str(one.wrong), str(one.failed)) for name, one in counted.items()],
    )


def _rounds(wire: Path, meshes: Mapping[str, TracedChain]) -> dict[str, list[Turn]]:
    turns: dict[str, list[Turn]] = {name: [] for name in meshes}
    names = list(meshes)
    for number in range(ROUNDS + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            turn = _turn(wire, meshes[name], ROUND)
            if number:  # the first round warms up
                turns[name].append(turn)
    return turns


def _turn(wire: Path, mesh: TracedChain, requests: int) -> Turn:
    sets = [f"{LANE}={lane}>{versions}" for lane, versions in PROMISED.items()]
    words = [str(wire), "load", mesh.url, f"{requests}x", str(CLIENTS), *sets]
    before = processor_seconds(mesh.envoy)
    said = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    took = processor_seconds(mesh.envoy) - before
    sent = said["requests"]
    return Turn(sent / said["seconds"], took / sent * 1e6, said["wrong"], said["failed"])


def _row(name: str, found: list[Turn], plain: list[Turn]) -> tuple[str, ...]:
    pairs = list(zip(found, plain, strict=True))
    rate = median(one.rate / other.rate for one, other in pairs)
    cost = median(one.envoy_microseconds / other.envoy_microseconds for one, other in pairs)
    return (
        name,
        f"{median(one.rate for one in found):.0f}",
        f"{rate:.1%}",
        f"{median(one.envoy_microseconds for one in found):.0f} µs",
        f"{cost:.1%}",
    )


def _memory(wire: Path, work: Path) -> None:
    settings = {"routeHeader": LANE, "traceHeader": "my-trace-id", "group": "shop"}
    listeners = {"in": [settings | {"role": "inbound"}]}
    with filtered(work, listeners, workers=4) as envoy:
        _send_ids(wire, envoy, IDS // 100)
        rows = [_grown(envoy, 0)]
        for step in range(1, STEPS + 1):
            _send_ids(wire, envoy, IDS // STEPS)
            rows.append(_grown(envoy, IDS // STEPS * step))
    table(
        "memory of one Envoy with 4 workers, every request with an id of its own",
        ("ids", "resident", "remembered", "pushed out while running", "given up"),
        rows,
    )


def _send_ids(wire: Path, envoy: Filtered, count: int) -> None:
    url = f"http://127.0.0.1:{envoy.ports['in']}/"
    sent = f"{LANE}=s1&my-trace-id={{id}}"
    words = [str(wire), "load", url, f"{count}x", str(CLIENTS), sent]
    subprocess.run(words, capture_output=True, check=True)


def _grown(envoy: Filtered, ids: int) -> tuple[str, ...]:
    counted = (envoy.counted(what) for what in ("remembered", "evicted", "contended"))
    return (f"{ids:,}", f"{envoy.memory() / 1e6:.0f} MB", *(f"{number:,}" for number in counted))
