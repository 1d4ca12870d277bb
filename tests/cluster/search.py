"""The long comparison with real control planes: `./dev figures cluster --meshes 200 --asks 200`.

Draws meshes, every second one of them narrowed in what its proxies see, puts each into a real API
server, and holds the plan against what the real istiods beside it send the mesh's proxies; with
`--envoy N` a real Envoy joins one of them for every N-th mesh and is sent the requests as well. At
the first disagreement the mesh is shrunk, and the smallest that still shows it is printed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import yaml

from tests.agree.drawing import Drawn, asking, draw
from tests.agree.narrowing import narrowed
from tests.agree.piped import UntranslatableError
from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.holding import Apart, Tally, differing, put
from tests.cluster.joined import by_envoys, envoys
from tests.cluster.served import MeshServer, NotAppliedError, mesh_server
from tests.cluster.serving import cluster
from tests.cluster.shrinking import shrunk
from tests.laws.meshes import meshes
from tests.laws.objects import Object
from tests.laws.taste import TASTES

LOT = 20


def drawn_meshes(count: int, asks: int, seed: int) -> Iterator[Drawn]:
    """Yield meshes of all tastes by turns, every second one narrowed; the same for a seed."""
    chance = Random(seed)  # noqa: S311 - a drawn case is no secret
    for lot in range(-(-count // LOT)):
        taste = list(TASTES.values())[lot % len(TASTES)]
        few = min(LOT, count - lot * LOT)
        for at, case in enumerate(draw(few, 0, seed + lot, meshes(taste))):
            mesh = narrowed(case.mesh, chance) if at % 2 else case.mesh
            yield asking(mesh, chance.getrandbits(32), asks)


def main() -> int:
    """Compare until the wanted number of meshes is reached, or something is apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meshes", type=int, default=200)
    parser.add_argument("--asks", type=int, default=200, help="requests for each mesh")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--envoy", type=int, default=0, help="of every N-th mesh ask real Envoys")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder) / "k", VERSIONS) as plane:
        return _compare(options, plane)


def _compare(options: argparse.Namespace, plane: ControlPlane) -> int:
    began, tally = time.monotonic(), Tally()
    with ExitStack() as opened:
        server = opened.enter_context(mesh_server(plane))
        real = opened.enter_context(envoys(plane.istiods)) if options.envoy else None
        cases = drawn_meshes(options.meshes, options.asks, options.seed)
        for number, case in enumerate(cases, 1):
            try:
                held = put(case.mesh, server)
            except NotAppliedError as refused:
                _tell([f"mesh {number}: {refused}", yaml.safe_dump_all(case.mesh)])
                return 1
            found = differing(held, case.asks, tally)
            if real and number % options.envoy == 0:
                version = list(held.translations)[number // options.envoy % len(held.translations)]
                found += by_envoys(real, held, version, case.asks, tally)
            if found:
                _tell([f"mesh {number}: {one.ask}: {one.words}" for one in found[:5]])
                _tell(["The smallest mesh that shows it:", smallest(case.mesh, found[0], server)])
                return 1
            if number % LOT == 0 or number == options.meshes:
                _tell([f"{time.monotonic() - began:6.0f} s  {tally}"])
    return 0


def smallest(mesh: list[Object], apart: Apart, server: MeshServer) -> str:
    """Return the smallest mesh in which a request is still decided otherwise, as YAML."""
    tries = 0

    def shows(smaller: list[Object]) -> bool:
        nonlocal tries
        tries += 1
        try:
            again = differing(put(smaller, server), [apart.ask] if apart.ask else [], Tally())
        except (LookupError, StopIteration, NotAppliedError, UntranslatableError):
            return False
        return any(one.version == apart.version and one.ask == apart.ask for one in again)

    least = shrunk(mesh, shows) if shows(mesh) else mesh
    return f"{yaml.safe_dump_all(least, sort_keys=False)}# after {tries} tries"


def _tell(lines: list[str]) -> None:
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
