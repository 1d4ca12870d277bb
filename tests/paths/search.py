"""The long comparison through the whole path: `./dev figures paths --meshes 200 --asks 200`.

Draws meshes as `./dev figures layouts` does, strict and permissive, and writes each into a real API
server, where a running operator brings it live; what real istiods then send is held against the
plan. Of three meshes, or of `--late` ones, one has half of its users' Istio objects come when the
lanes are live. With `--analyze` Istio's analyzers are asked as well. With `--istiod VERSION` one
version is asked instead of all. At the first disagreement the mesh is printed; `--go-on` counts
instead.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import yaml

from laneway.core.emit.istio import Layout
from tests.agree.oracle import Oracle
from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.search import drawn_meshes
from tests.cluster.served import mesh_server
from tests.cluster.serving import cluster
from tests.engines import engine
from tests.layouts.laying import TASTES
from tests.paths.comparing import Tally, compare
from tests.paths.keeping import Keeping
from tests.paths.working import working

LOT = 10


def main() -> int:
    """Compare until the wanted number of meshes is reached; 1 if anything is apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meshes", type=int, default=200)
    parser.add_argument("--asks", type=int, default=200, help="requests for each mesh")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layout", choices=["istio", "scoped"], default="istio")
    parser.add_argument("--istiod", choices=VERSIONS, action="append", help="by default all")
    parser.add_argument("--late", type=int, default=3, help="of so many meshes one is written late")
    parser.add_argument("--analyze", action="store_true", help="ask Istio's analyzers as well")
    parser.add_argument("--go-on", action="store_true", help="count what is apart, and go on")
    options = parser.parse_args()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        versions = tuple(options.istiod or VERSIONS)
        plane = opened.enter_context(cluster(folder / "cluster", versions))
        oracle = opened.enter_context(Oracle(engine("oracle")))
        keeping = opened.enter_context(kept_by_operator(plane, oracle, options.layout))
        return _compare(options, keeping, oracle if options.analyze else None)


@contextmanager
def kept_by_operator(
    plane: ControlPlane, oracle: Oracle, layout: Layout = "istio"
) -> Iterator[Keeping]:
    """Have an operator keep one mesh after the other on a cluster."""
    with (
        mesh_server(plane) as server,
        working(plane, layout) as operator,
        closing(Keeping(plane, server, oracle, operator)) as keeping,
    ):
        yield keeping


def _compare(options: argparse.Namespace, keeping: Keeping, analyzer: Oracle | None) -> int:
    began, tally, wrong = time.monotonic(), Tally(), 0
    drawn = drawn_meshes(options.meshes, options.asks, options.seed, TASTES)
    for number, case in enumerate(drawn, 1):
        if found := compare(case, keeping, tally, analyzer, options.late):
            wrong += 1
            _tell([f"mesh {number} of seed {options.seed}:", *found[:5]])
            if not options.go_on:
                _tell([yaml.safe_dump_all(case.mesh, sort_keys=False)])
                return 1
        if number % LOT == 0 or number == options.meshes:
            _tell([f"{time.monotonic() - began:6.0f} s  {wrong} meshes apart; {tally}"])
    return 1 if wrong else 0


def _tell(lines: list[str]) -> None:
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
