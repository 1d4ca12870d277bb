"""The long comparison of what callers see: `python -m tests.agree.visibility_search --meshes 2000`.

Draws meshes, narrows what their proxies see, and holds proof, explain, check and Istio's own
translation against each other; with `--envoy N` every N-th mesh is served by a real Envoy as well.
A disagreement is printed as it is met and its mesh written; the first one ends the search with 1,
or, with `--go-on`, the end of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.agree.by_envoy import EnvoyReader, envoy_reader
from tests.agree.drawing import draw
from tests.agree.narrowing import narrowed, with_ports
from tests.agree.oracle import Oracle
from tests.agree.visibility import Tally, ask_envoy, compare
from tests.engines import engine
from tests.laws.meshes import meshes
from tests.laws.objects import Object
from tests.laws.taste import TASTES
from tests.proof.search import asked

LOT = 50


async def _run(options: argparse.Namespace, reader: EnvoyReader | None, tally: Tally) -> None:
    began = time.monotonic()
    kind = meshes(TASTES[options.taste])
    told = 0
    with Oracle(engine("oracle")) as oracle:
        for lot in range(-(-options.meshes // LOT)):
            chance = Random(options.seed + lot)  # noqa: S311 - a drawn case is no secret
            for drawn in draw(min(LOT, options.meshes - lot * LOT), 0, options.seed + lot, kind):
                mesh = narrowed(drawn.mesh, chance)
                asks = with_ports(asked(mesh, mesh, chance, options.asks), chance)
                case = compare(mesh, asks, oracle, tally)
                if case and reader and tally.meshes % options.envoy == 0:
                    await ask_envoy(reader, case, asks, tally)
                if len(tally.wrong) > told:
                    _tell([*tally.wrong[told:], f"^ in mesh {tally.meshes} of seed {options.seed}"])
                    told = len(tally.wrong)
                    _dump(options.dump.format(tally.meshes), mesh)
                    if not options.go_on:
                        return
            _tell([f"{time.monotonic() - began:6.0f} s  {tally}"])


def _tell(lines: list[str]) -> None:
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()


def _dump(path: str, mesh: list[Object]) -> None:
    Path(path).write_text("---\n".join(json.dumps(one) + "\n" for one in mesh))


async def _main(options: argparse.Namespace, tally: Tally) -> None:
    if not options.envoy:
        await _run(options, None, tally)
        return
    with tempfile.TemporaryDirectory() as folder:
        async with envoy_reader(Path(folder) / "envoy") as reader:
            await _run(options, reader, tally)


def main() -> int:
    """Compare until the wanted number of meshes is reached, or something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meshes", type=int, default=2000)
    parser.add_argument("--asks", type=int, default=60, help="requests for each mesh")
    parser.add_argument("--seed", type=int, default=1, help="the first lot's seed")
    parser.add_argument("--envoy", type=int, default=0, help="ask real Envoy about every N-th mesh")
    parser.add_argument("--taste", choices=sorted(TASTES), default="everything")
    parser.add_argument("--go-on", action="store_true", help="do not stop at a disagreement")
    parser.add_argument(
        "--dump", default="wrong-mesh-{}.yaml", help="where a wrong mesh is written"
    )
    options = parser.parse_args()
    tally = Tally()
    asyncio.run(_main(options, tally))
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
