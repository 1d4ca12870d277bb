"""Builds the real programs of `examples/sdks/`, and holds what is said of SDKs against the wire.

Comes in: what to do, all by default: `rows` (each program alone, against the recorded header
lines), `chains` (a thousand requests through several of them, with the lane filter and without),
`manifests` (those of which something is predicted, run as programs), `example` (the example's own
meshes). Goes out: a line for each, and what differs from what is said. `./dev fleet` runs it; a
release of an SDK that changes what it sends is seen here.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.fleet import example, shelf
from tests.fleet.chains import CHAINS, Chain
from tests.fleet.manifests import judged
from tests.fleet.replay import held
from tests.fleet.traffic import met


def main() -> int:
    """Do what is asked; 1 where anything is not as it is said, 3 where nothing can be built."""
    parser = argparse.ArgumentParser(prog="fleet", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="default: all")
    parser.add_argument("--requests", type=int, default=1000, help="by chain and lane")
    parser.add_argument("--image", action="append", default=[], help="rows of these images alone")
    parser.add_argument("--chain", default="", help="chains whose names hold this alone")
    told = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what runs is ended, as by Ctrl-C
    try:
        folder = shelf.built()
    except (OSError, subprocess.CalledProcessError) as failed:
        sys.stderr.write(f"fleet: the programs cannot be built here: {failed}\n")
        return 3
    wrong = [line for part in told.parts or PARTS for line in PARTS[part](folder, told)]
    print(f"{len(wrong)} differences" if wrong else "all as it is said")  # noqa: T201
    return 1 if wrong else 0


def _rows(folder: Path, told: argparse.Namespace) -> Iterator[str]:
    asked: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as logs:
        for one in held(folder, Path(logs), told.image):
            asked[one.asked.image] += 1
            for difference in one.differences:
                said = f"{one.asked.row.name} ({one.asked.row.packages}): {difference}"
                yield _told(f"  DIFFERS  {said}"[:1000])
    for image, rows in sorted(asked.items()):
        _told(f"{rows:4} recorded rows asked of {image}")


def _chains(folder: Path, told: argparse.Namespace) -> Iterator[str]:
    for chain in (one for one in CHAINS if told.chain in one.name):
        for filtered in (True, False):
            yield from _differs(chain, folder, told.requests, filtered=filtered)


def _differs(chain: Chain, folder: Path, times: int, *, filtered: bool) -> Iterable[str]:
    found = met(chain, folder, times, filtered=filtered)
    lane, (baseline, own) = "s2", (chain.answered("s1"), chain.answered("s2"))
    wanted = own if filtered or chain.without else baseline
    words = "with the filter" if filtered else "without it"
    _told(f"{found[lane][own]:5} of {times} keep lane {lane} {words}: {chain.name}")
    if found["s1"] != {baseline: times}:
        yield _told(f"  DIFFERS  requests of the baseline met {dict(found['s1'])}")
    if found[lane] != {wanted: times}:
        yield _told(f"  DIFFERS  {wanted} was expected, met were {dict(found[lane])}")


def _manifests(folder: Path, _: argparse.Namespace) -> Iterator[str]:
    files: set[str] = set()
    spoken = 0
    with tempfile.TemporaryDirectory() as logs:
        for one in judged(folder, Path(logs)):
            if one.said == "unknown":
                continue
            files.add(one.file)
            spoken += 1
            if one.said != one.met:
                said = f"{one.file}, {one.header}: {one.said} is predicted"
                yield _told(f"  DIFFERS  {said}, {one.image} {one.met}")
    _told(f"{spoken:4} predictions of {len(files)} manifests held against programs that ran")


def _example(folder: Path, _: argparse.Namespace) -> Iterator[str]:
    for difference in example.differences(folder):
        yield _told(f"  DIFFERS  {difference}")
    _told(f"{example.TIMES} requests in each lane of {' and '.join(example.MESHES)}")


def _told(line: str) -> str:
    print(line, flush=True)  # noqa: T201
    return line


PARTS = {"rows": _rows, "chains": _chains, "manifests": _manifests, "example": _example}


if __name__ == "__main__":
    sys.exit(main())
