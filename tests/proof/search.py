"""The long comparison: `python -m tests.proof.search --meshes 5000 --asks 500`.

Draws meshes, spoils what is emitted for them, proves each and holds the verdict against requests by
chance: nothing that is proven may be broken by one, and each counter-example has to replay (the
proof raises where it does not). With `--envoy N` every N-th mesh is served by a real Envoy and its
answers are judged as well. Ends with 1 at the first wrong verdict, after printing the mesh.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from msgspec import Struct, field

from laneway.core.compile import Compilation
from laneway.core.mesh.link import link
from laneway.core.proof.judged import judged
from laneway.core.proof.prove import prove
from laneway.core.proof.verdict import CounterExample, Proof
from laneway.core.search.values import METHODS
from tests.agree.by_envoy import EnvoyReader, envoy_reader
from tests.agree.comparing import is_http
from tests.agree.decisions import by_walk
from tests.agree.drawing import draw
from tests.laws.asks import Ask, random_ask
from tests.laws.compiling import compile_mesh, emitted, snapshot_of_mesh
from tests.laws.objects import Object
from tests.proof.aiming import aimed
from tests.proof.mutating import mutated
from tests.proof.sampling import Sampler

LOT = 100


class Tally(Struct):
    """How many meshes came to which verdict, and what was wrong."""

    meshes: int = 0
    asks: int = 0
    by_envoy: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    found: int = 0
    wrong: list[str] = []

    def __str__(self) -> str:
        """Say it in one line."""
        said = ", ".join(f"{count} {name}" for name, count in sorted(self.verdicts.items()))
        envoy = f", {self.by_envoy} answers of Envoy" if self.by_envoy else ""
        return (
            f"{self.meshes} meshes ({said}), {self.found} counter-examples replayed, "
            f"{self.asks} requests{envoy}, {len(self.wrong)} wrong"
        )


def spoiled(mesh: list[Object], chance: Random) -> tuple[list[Object], list[str]]:
    """Return a mesh with what is emitted for it, changed in up to three ways."""
    objects, made = mutated(emitted(compile_mesh(mesh)), chance, chance.choice((0, 1, 1, 2, 3)))
    return [*mesh, *objects], made


def asked(mesh: list[Object], spoilt: list[Object], chance: Random, count: int) -> list[Ask]:
    """Return requests by chance; every second one is aimed at what routes ask."""
    asks = [random_ask(mesh, chance) for _ in range(count)]
    return [aimed(ask, spoilt, chance) if at % 2 else ask for at, ask in enumerate(asks)]


class Proved(Struct, frozen=True):
    """A mesh as its proxies see it, and what is proven of it."""

    compilation: Compilation
    proof: Proof


def compare(mesh: list[Object], made: list[str], asks: list[Ask], tally: Tally) -> Proved:
    """Prove a mesh and ask it; what is wrong is added to the tally."""
    linked = link(snapshot_of_mesh(mesh))
    proof = prove(linked)
    implementation = judged(linked)
    tally.meshes += 1
    tally.asks += len(asks)
    tally.found += sum(len(claim.against) for claim in proof.claims)
    tally.verdicts[proof.verdict] += 1
    sampler = Sampler.of(implementation.mesh, implementation.plan)
    doubted = {about for doubt in proof.doubts for about in doubt.about}
    for ask in asks:
        shown = sampler.broken(ask)
        if shown - refuted(proof) - doubted:
            tally.wrong.append(f"{ask} breaks {shown}, {refuted(proof)} is refuted; {made}")
    compilation = Compilation(linked.snapshot, implementation.mesh, implementation.plan)
    return Proved(compilation, proof)


def refuted(proof: Proof) -> set[str]:
    """Return the properties against which the proof has a counter-example."""
    return {claim.about for claim in proof.claims if claim.against}


async def _ask_envoy(reader: EnvoyReader, proved: Proved, asks: list[Ask], tally: Tally) -> None:
    """Send requests by chance, and every counter-example of a real caller, through real Envoy."""
    compilation = proved.compilation
    against = [one for claim in proved.proof.claims for one in claim.against[:20]]
    sent = [ask for ask in asks if is_http(compilation, ask)]
    sent += [ask for one in against if not one.order and (ask := ask_of(one)) is not None]
    await reader.serve(compilation)
    for ask, answer in zip(sent, await reader.answers(sent), strict=True):
        if answer is not None:
            tally.by_envoy += 1
            outcome = by_walk(compilation, ask)
            if not outcome.allows(*answer):
                tally.wrong.append(f"{ask}: Envoy {answer}, walk {outcome}")


def ask_of(against: CounterExample) -> Ask | None:
    """Return a counter-example as a request of the laws' kind; None where nobody real sends it."""
    spot, request = against.spot, against.request
    plain = request.scheme == spot.protocol == "http" and request.method in METHODS.usual
    if not plain or any(not value for _, value in request.headers):
        return None
    words = (request.path, request.method, request.headers)
    if spot.gateway is not None:
        key, value = spot.gateway.selector[0]
        return Ask("", f"{key}={value}", request.host, spot.port, *words)
    if spot.who is None or not spot.who.names or not _is_name(request.host):
        return None
    return Ask(spot.who.names[0], "", request.host or spot.host, spot.port, *words)


def _is_name(host: str) -> bool:
    """Whether a call spells a service by a name, without a port."""
    return ":" not in host and not host.endswith(".") and not host[:1].isdigit()


async def _run(options: argparse.Namespace, reader: EnvoyReader | None, tally: Tally) -> None:
    began = time.monotonic()
    for lot in range(-(-options.meshes // LOT)):
        drawn = draw(min(LOT, options.meshes - lot * LOT), 0, options.seed + lot)
        chance = Random(options.seed + lot)  # noqa: S311 - a drawn case is no secret
        for case in drawn:
            mesh, made = spoiled(case.mesh, chance)
            asks = asked(case.mesh, mesh, chance, options.asks)
            try:
                proved = compare(mesh, made, asks, tally)
            except AssertionError as error:
                tally.wrong.append(f"{type(error).__name__}: {error}; {made}")
            else:
                if reader and options.envoy and tally.meshes % options.envoy == 0:
                    await _ask_envoy(reader, proved, asks[:100], tally)
            if tally.wrong:
                _dump(options.dump, mesh)
                return
        sys.stdout.write(f"{time.monotonic() - began:6.0f} s  {tally}\n")
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
    """Compare until the wanted number of meshes is reached, or one is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meshes", type=int, default=5000)
    parser.add_argument("--asks", type=int, default=500, help="requests for each mesh")
    parser.add_argument("--seed", type=int, default=1, help="the first lot's seed")
    parser.add_argument("--envoy", type=int, default=0, help="ask real Envoy about every N-th mesh")
    parser.add_argument("--dump", default="wrong-mesh.yaml", help="where a wrong mesh is written")
    options = parser.parse_args()
    tally = Tally()
    asyncio.run(_main(options, tally))
    if tally.wrong:
        sys.stdout.write("\n".join([*tally.wrong[:5], f"written to {options.dump}", ""]))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
