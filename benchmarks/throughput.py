"""A chain of three services behind Envoy: with 3 lanes, with 50, and with plain routes.

The same programs run behind the same Envoy; only the routes differ. All meshes are up at once and
take turns, each round in another order, so that a busy machine is busy for all. Programs and client
are written in Go: Python would be the slowest part and hide the routes.

There are two meshes without lanes. In the first each version is a chain of services of its own and
a header chooses one, so that requests take the very ways they take in lanes: what is left is what
lanes cost. In the second every service has all versions behind it and nothing is chosen; there a
request may meet any of three pods at each hop, which by itself makes proxies do more or less.
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

from benchmarks.local_mesh import READY, LocalMesh, running
from benchmarks.populated_mesh import HEADER, Chain, write_chains, write_lanes, write_plain
from benchmarks.timing import interval_of_median, table
from msgspec import Struct

from tests.engines import Workshop, workshop

CHAIN = ("mocka", "mockb", "mockc")
IMAGE = "bench/hop:1"
ROUNDS, SECONDS, CLIENTS = 60, 0.5, 16
CHAINS, PLAIN = "plain chains", "plain routes"


class Turn(Struct, frozen=True):
    """What one mesh did in one round: requests a second, and Envoy's time for each."""

    rate: float
    envoy_microseconds: float
    p99: float
    failed: int
    mixed: int


def measure() -> None:
    """Print requests a second beside those of plain routes in the same round."""
    wire = Workshop(Path(__file__).with_name("wire"), workshop().cache).program("wire", ".")
    work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
    try:
        with ExitStack() as stack:
            meshes = {
                name: stack.enter_context(running(folder, "--run", f"{IMAGE}={wire} hop"))
                for name, folder in _folders(work).items()
            }
            turns = _rounds(meshes, wire)
    finally:
        shutil.rmtree(work)
    for peer in (CHAINS, PLAIN):
        _print(peer, turns)
    print("95 %: where the median of a round's ratio lies with that certainty")
    print("mixed: answers of more than one version; with plain routes they are expected")


def _print(peer: str, turns: Mapping[str, list[Turn]]) -> None:
    rows = [_row(name, found, turns[peer]) for name, found in turns.items()]
    table(
        f"three hops, {CLIENTS} clients, {ROUNDS} rounds of {SECONDS} s, beside {peer}",
        (
            *("", "requests/s", "of them", "95 %", "Envoy a request", "of them", "95 %"),
            *("p99", "failed", "mixed"),
        ),
        rows,
    )


def _folders(work: Path) -> dict[str, Path]:
    few = Chain(CHAIN, ("v0", "v1", "v2"), IMAGE, len(CHAIN))
    many = Chain(CHAIN, ("v0", "v24", "v49"), IMAGE, len(CHAIN))
    return {
        CHAINS: write_chains(work / "chains", few),
        PLAIN: write_plain(work / "plain", few),
        "3 lanes": write_lanes(work / "lanes-3", few, 3),
        "50 lanes": write_lanes(work / "lanes-50", many, 50),
    }


_FIRST = (f"{HEADER}=s0", f"{HEADER}=s1", f"{HEADER}=s2")
LANES_USED = {
    CHAINS: _FIRST,
    PLAIN: _FIRST,
    "3 lanes": _FIRST,
    "50 lanes": (f"{HEADER}=s0", f"{HEADER}=s24", f"{HEADER}=s49"),
}


def _rounds(meshes: Mapping[str, LocalMesh], wire: Path) -> dict[str, list[Turn]]:
    for mesh in meshes.values():
        mesh.wait_for(READY)
    envoys = {name: mesh.envoy() for name, mesh in meshes.items()}
    turns: dict[str, list[Turn]] = {name: [] for name in meshes}
    names = list(meshes)
    for number in range(ROUNDS + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            turn = _turn(wire, meshes[name].url, LANES_USED[name], envoys[name])
            if number:  # the first round warms up
                turns[name].append(turn)
    return turns


def _turn(wire: Path, url: str, headers: tuple[str, ...], envoy: int) -> Turn:
    words = [str(wire), "load", f"{url}/", str(SECONDS), str(CLIENTS), *headers]
    before = _spent(envoy)
    said = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    took = _spent(envoy) - before
    requests = said["requests"]
    return Turn(
        requests / said["seconds"],
        took / requests * 1e6,
        said["p99_ms"],
        said["failed"],
        said["mixed"],
    )


def _spent(envoy: int) -> float:
    """Return the processor seconds of Envoy's threads, none of which ends while it runs.

    Of a thread the kernel counts nanoseconds, of a process hundredths of a second, which are too
    few for a short turn.
    https://docs.kernel.org/scheduler/sched-stats.html
    """
    threads = Path(f"/proc/{envoy}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _row(name: str, found: list[Turn], peer: list[Turn]) -> tuple[str, ...]:
    pairs = list(zip(found, peer, strict=True))
    rates = [one.rate / other.rate for one, other in pairs]
    costs = [one.envoy_microseconds / other.envoy_microseconds for one, other in pairs]
    return (
        name,
        f"{median(one.rate for one in found):.0f}",
        f"{median(rates):.1%}",
        _between(rates),
        f"{median(one.envoy_microseconds for one in found):.0f} µs",
        f"{median(costs):.1%}",
        _between(costs),
        f"{median(one.p99 for one in found):.1f} ms",
        str(sum(one.failed for one in found)),
        str(sum(one.mixed for one in found)),
    )


def _between(ratios: list[float]) -> str:
    least, most = interval_of_median(ratios)
    return f"{least:.1%} to {most:.1%}"
