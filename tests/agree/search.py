"""The long comparison: `python -m tests.agree.search --meshes 5000 --asks 200`.

Draws meshes in lots of a hundred, each lot by a seed of its own, and prints a line a lot; ends with
1 at the first lot in which readers differ, after printing what each said.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.agree.comparing import Compared, against_envoy, against_istio
from tests.agree.drawing import Drawn, draw
from tests.agree.messy import draw_messy
from tests.agree.oracle import Oracle
from tests.engines import engine
from tests.laws.meshes import meshes, permissive_meshes

LOT = 100


def main() -> int:
    """Compare until the wanted number of meshes is reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meshes", type=int, default=5000)
    parser.add_argument("--asks", type=int, default=200, help="requests for each mesh")
    parser.add_argument("--seed", type=int, default=1, help="the first lot's seed")
    parser.add_argument("--permissive", action="store_true", help="permissive groups only")
    parser.add_argument("--messy", action="store_true", help="the same, with messy baggage and ids")
    parser.add_argument("--reader", choices=("istio", "envoy", "both"), default="both")
    options = parser.parse_args()
    totals = {"istio": Compared(), "envoy": Compared()}
    began = time.monotonic()
    with Oracle(engine("oracle")) as oracle:
        for lot in range(-(-options.meshes // LOT)):
            count = min(LOT, options.meshes - lot * LOT)
            kind = permissive_meshes() if options.permissive else meshes()
            seed = options.seed + lot
            drawn = (
                draw_messy(count, options.asks, seed)
                if options.messy
                else draw(count, options.asks, seed, kind)
            )
            for name in totals if options.reader == "both" else (options.reader,):
                found = against_istio(drawn, oracle) if name == "istio" else _by_envoy(drawn)
                totals[name].meshes += found.meshes
                totals[name].decisions += found.decisions
                if found.apart:
                    sys.stdout.write("\n".join([*found.apart[:20], f"seed {options.seed + lot}\n"]))
                    return 1
            told = ", ".join(
                f"{name}: {total.meshes} meshes, {total.decisions} decisions alike"
                for name, total in totals.items()
                if total.meshes
            )
            sys.stdout.write(f"{time.monotonic() - began:6.0f} s  {told}\n")
            sys.stdout.flush()
    return 0


def _by_envoy(drawn: list[Drawn]) -> Compared:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(against_envoy(drawn, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
