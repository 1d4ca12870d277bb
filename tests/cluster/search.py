"""The long comparison with real control planes: `./dev figures cluster --meshes 200 --asks 200`.

Draws meshes, every second one of them narrowed in what its proxies see, puts each into a real API
server, and holds the plan, and the oracle, against what the real istiods beside it send; with
`--envoy N` real Envoys join one of them for every N-th mesh and are sent the requests as well. At
the first disagreement the mesh is shrunk, and the smallest that still shows it is printed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

import yaml
from msgspec import Struct

from tests.agree.drawing import Drawn, asking, draw
from tests.agree.narrowing import narrowed
from tests.agree.oracle import Oracle
from tests.agree.piped import UntranslatableError
from tests.cluster.control_plane import VERSIONS
from tests.cluster.holding import Apart, Spelling, Tally, differing, put, unlike
from tests.cluster.joined import Envoys, by_envoys, envoys
from tests.cluster.served import MeshServer, NotAppliedError, mesh_server
from tests.cluster.serving import cluster
from tests.cluster.shrinking import shrunk
from tests.engines import engine
from tests.laws.compiling import emitted
from tests.laws.meshes import meshes
from tests.laws.objects import Object
from tests.laws.taste import TASTES, Taste

LOT = 20


def drawn_meshes(
    count: int, asks: int, seed: int, tastes: Sequence[Taste] = tuple(TASTES.values())
) -> Iterator[Drawn]:
    """Yield meshes of all tastes by turns, every second one narrowed; the same for a seed."""
    chance = Random(seed)  # noqa: S311 - a drawn case is no secret
    for lot in range(-(-count // LOT)):
        taste = tastes[lot % len(tastes)]
        few = min(LOT, count - lot * LOT)
        for at, case in enumerate(draw(few, 0, seed + lot, meshes(taste))):
            mesh = narrowed(case.mesh, chance) if at % 2 else case.mesh
            yield asking(mesh, chance.getrandbits(32), asks)


class Judges(Struct, frozen=True):
    """The cluster for meshes, the oracle, and the network of real Envoys where these are asked."""

    server: MeshServer
    oracle: Oracle
    real: Envoys | None

    def apart(
        self, case: Drawn, tally: Tally, by_envoy: str = "", spelled: Spelling = emitted
    ) -> list[Apart]:
        """Return what differs from the plan; `by_envoy` is the version whose Envoys are asked.

        What the API server refuses of Laneway's differs, too.
        """
        try:
            held = put(case.mesh, self.server, self.oracle, spelled)
        except NotAppliedError as refused:
            return [Apart("", None, f"refused: {refused}")]
        found = differing(held, case.asks, tally) + unlike(held, self.oracle, tally)
        if self.real and by_envoy in held.translations:
            found += by_envoys(self.real, held, by_envoy, case.asks, tally)
        return found

    def smallest(
        self, case: Drawn, apart: Apart, by_envoy: str, spelled: Spelling = emitted
    ) -> list[Object]:
        """Return the smallest mesh in which the same still differs."""
        asks = (apart.ask,) if apart.ask else ()

        def shows(smaller: list[Object]) -> bool:
            try:
                again = self.apart(Drawn(smaller, asks), Tally(), by_envoy, spelled)
            except (LookupError, StopIteration, UntranslatableError):
                return False
            return any((one.version, one.ask) == (apart.version, apart.ask) for one in again)

        return shrunk(case.mesh, shows)


def main() -> int:
    """Compare until the wanted number of meshes is reached, or something is apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meshes", type=int, default=230)
    parser.add_argument("--asks", type=int, default=200, help="requests for each mesh")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--envoy", type=int, default=4, help="ask real Envoys of every N-th; 0: none"
    )
    options = parser.parse_args()
    with judges(real=bool(options.envoy)) as asked:
        return _compare(options, asked)


@contextmanager
def judges(*, real: bool) -> Iterator[Judges]:
    """Start a cluster with both istiods and the oracle, and a network for real Envoys if wanted."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        plane = opened.enter_context(cluster(folder / "cluster", VERSIONS))
        server = opened.enter_context(mesh_server(plane))
        oracle = opened.enter_context(Oracle(engine("oracle")))
        joining = opened.enter_context(envoys(plane.istiods)) if real else None
        yield Judges(server, oracle, joining)


def _compare(options: argparse.Namespace, judges: Judges) -> int:
    began, tally = time.monotonic(), Tally()
    for number, case in enumerate(drawn_meshes(options.meshes, options.asks, options.seed), 1):
        turn, rest = divmod(number, options.envoy or number + 1)
        version = VERSIONS[turn % len(VERSIONS)] if not rest else ""
        if found := judges.apart(case, tally, version):
            _tell([f"mesh {number} of seed {options.seed}:"])
            _tell([f"{one.ask}: {one.words}" for one in found[:5]])
            least = judges.smallest(case, found[0], version)
            _tell(["The smallest mesh that shows it:", yaml.safe_dump_all(least, sort_keys=False)])
            return 1
        if number % LOT == 0 or number == options.meshes:
            _tell([f"{time.monotonic() - began:6.0f} s  {tally}"])
    return 0


def _tell(lines: list[str]) -> None:
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
