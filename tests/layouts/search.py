"""The long comparison of layouts: `./dev figures layouts --meshes 2000 --asks 30`.

Draws meshes as `./dev figures cluster` does, and holds Istio's own translation of every layout and
form, and a walk over the objects read back, against the plan. With `--istiod N` real istiods are
given every N-th mesh in one layout after the other, and with `--envoy M` real Envoys join them at
every M-th of those. At the first disagreement the mesh is shrunk, and the smallest is printed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import yaml
from msgspec import Struct

from tests.agree.drawing import Drawn
from tests.agree.oracle import Oracle
from tests.agree.piped import UntranslatableError
from tests.cluster import holding
from tests.cluster.control_plane import VERSIONS
from tests.cluster.search import Judges, drawn_meshes, judges
from tests.cluster.shrinking import shrunk
from tests.engines import engine
from tests.laws.objects import Object
from tests.layouts.laying import (
    LAYINGS,
    TASTES,
    Apart,
    Tally,
    compare,
    name_of,
    promised,
    promises,
    spelled,
)

LOT = 20


class Real(Struct):
    """The real judges, and what they said so far."""

    judges: Judges
    every: int
    tally: holding.Tally
    served: int = 0

    def apart(self, case: Drawn, by_envoy: int) -> Iterator[str]:
        """Serve a mesh in the next layout; yield what differs, and the smallest mesh with it."""
        laying = LAYINGS[self.served % len(LAYINGS)]
        if not promises(laying, case.mesh):
            laying = LAYINGS[0]
        self.served += 1
        turn, rest = divmod(self.served, by_envoy or self.served + 1)
        version = VERSIONS[turn % len(VERSIONS)] if not rest else ""
        spelling = partial(spelled, laying)
        asks = tuple(ask for ask in case.asks if promised(laying, ask))
        found = self.judges.apart(Drawn(case.mesh, asks), self.tally, version, spelling)
        for one in found[:5]:
            yield f"layout {name_of(laying)}: {one.ask}: {one.words}"
        if found:
            least = self.judges.smallest(case, found[0], version, spelling)
            yield yaml.safe_dump_all(least, sort_keys=False)


def main() -> int:
    """Compare until the wanted number of meshes is reached, or something is apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meshes", type=int, default=2000)
    parser.add_argument("--asks", type=int, default=30, help="requests for each mesh")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--istiod", type=int, default=0, help="real istiods at every N-th; 0: none")
    parser.add_argument("--envoy", type=int, default=0, help="real Envoys at every N-th of those")
    options = parser.parse_args()
    with ExitStack() as opened:
        oracle = opened.enter_context(Oracle(engine("oracle")))
        real = None
        if options.istiod:
            asked = opened.enter_context(judges(real=bool(options.envoy)))
            real = Real(asked, options.istiod, holding.Tally())
        return _compare(options, oracle, real)


def _compare(options: argparse.Namespace, oracle: Oracle, real: Real | None) -> int:
    began, tally = time.monotonic(), Tally()
    drawn = drawn_meshes(options.meshes, options.asks, options.seed, TASTES)
    for number, case in enumerate(drawn, 1):
        found = list(compare(case, oracle, tally))
        if found:
            one = found[0]
            _tell([f"mesh {number} of seed {options.seed}:"])
            _tell([f"{name_of(one.laying)}: {one.ask}: {one.words}" for one in found[:5]])
            least = smallest(case, one, oracle)
            _tell(["The smallest mesh that shows it:", yaml.safe_dump_all(least, sort_keys=False)])
            return 1
        if real and number % real.every == 0:
            wrong = False
            for words in real.apart(case, options.envoy):
                wrong = True
                _tell([f"mesh {number} of seed {options.seed}, served for real:", words])
            if wrong:
                return 1
        if number % LOT == 0 or number == options.meshes:
            more = f"; {real.served} of them served for real: {real.tally}" if real else ""
            _tell([f"{time.monotonic() - began:6.0f} s  {tally}{more}"])
    return 0


def smallest(case: Drawn, apart: Apart, oracle: Oracle) -> list[Object]:
    """Return the smallest mesh in which the same request still differs in the same layout."""
    asks = (apart.ask,) if apart.ask else ()

    def shows(smaller: list[Object]) -> bool:
        try:
            again = list(compare(Drawn(smaller, asks), oracle, Tally()))
        except (LookupError, StopIteration, UntranslatableError):
            return False
        return any((one.laying, one.ask) == (apart.laying, apart.ask) for one in again)

    return shrunk(case.mesh, shows)


def _tell(lines: list[str]) -> None:
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
