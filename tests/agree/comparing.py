"""Readers beside each other: how many decisions were compared, and which came out apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.compile import Compilation
from laneway.core.routing.ask.baggage_lines import as_received
from laneway.core.routing.ask.request import Request
from tests.agree.by_envoy import EnvoyReader, Seen, envoy_reader
from tests.agree.by_istio import by_istio
from tests.agree.cluster import Cluster, cluster_of
from tests.agree.decisions import Outcome, by_walk, service_of
from tests.agree.drawing import Drawn
from tests.agree.oracle import Oracle, Translation
from tests.laws.asks import Ask
from tests.laws.compiling import compile_mesh

ROUNDS = 8
"""How often what came out apart is asked again, as several connections may be kept."""


class Compared(Struct):
    """A tally. `apart` holds what each reader said where they differ, in words."""

    meshes: int = 0
    decisions: int = 0
    apart: list[str] = []


def against_istio(drawn: Iterable[Drawn], oracle: Oracle) -> Compared:
    """Compare the plan with Istio's translation: every answer and its exact chance."""
    tally = Compared()
    for case in drawn:
        compilation = compile_mesh(case.mesh)
        cluster = cluster_of(case.mesh, compilation)
        translation = oracle.translate(cluster.kubernetes, cluster.istio, cluster.proxies)
        tally.apart += [f"Istio refuses {verdict}" for verdict in translation.refused]
        tally.meshes += 1
        for ask, ours, theirs in both_decide(compilation, cluster, translation, case.asks):
            tally.decisions += 1
            if ours != theirs:
                tally.apart.append(f"mesh {tally.meshes}: {ask}: plan {ours}, Istio {theirs}")
    return tally


def both_decide(
    compilation: Compilation, cluster: Cluster, translation: Translation, asks: Iterable[Ask]
) -> Iterator[tuple[Ask, Outcome, Outcome]]:
    """Yield what the plan and Istio's translation make of each request that both decide."""
    for ask in (through_the_filter(compilation, ask) for ask in asks):
        theirs = by_istio(cluster, translation, ask)
        if theirs is not None:
            yield ask, by_walk(compilation, ask), theirs


def through_the_filter(compilation: Compilation, ask: Ask) -> Ask:
    """Return a request as the lane filter hands it to the routes of a gateway.

    Istio's translation is of routes alone, and a plan takes the filter to be there.
    """
    if ask.caller:
        return ask
    received = as_received(compilation.mesh, Request(headers=ask.headers))
    return replace(ask, headers=received.headers)


async def against_envoy(drawn: Iterable[Drawn], folder: Path) -> Compared:
    """Compare the plan with what real Envoy does: each answer must be one that can happen."""
    tally = Compared()
    async with envoy_reader(folder / "envoy") as reader:
        for case in drawn:
            await _serve_and_ask(case, reader, tally)
    return tally


async def _serve_and_ask(case: Drawn, reader: EnvoyReader, tally: Compared) -> None:
    """Compare one mesh, with requests that come out apart once more in some rounds.

    An edit that brings or takes the lane filter is felt later by connections that are kept between
    proxies, each of which takes one more request as before.
    """
    compilation = compile_mesh(case.mesh)
    await reader.serve(compilation)
    tally.meshes += 1
    asks = [ask for ask in case.asks if is_http(compilation, ask)]
    answers = await reader.answers(asks)
    tally.decisions += sum(answer is not None for answer in answers)
    late = list(_apart(compilation, asks, answers))
    for _ in range(ROUNDS if late else 0):
        await reader.hang_up()
        asks = [ask for ask, _ in late]
        late = list(_apart(compilation, asks, await reader.answers(asks)))
    tally.apart += [f"mesh {tally.meshes}: {ask}: plan and Envoy {told}" for ask, told in late]


def _apart(
    compilation: Compilation, asks: Sequence[Ask], answers: Sequence[Seen | None]
) -> Iterator[tuple[Ask, str]]:
    """Yield the requests of which Envoy's answer cannot happen by the plan, and both."""
    for ask, answer in zip(asks, answers, strict=True):
        if answer is not None:
            ours = by_walk(compilation, ask, filtered=True)
            if not ours.allows(*answer):
                yield ask, f"{ours}, {answer}"


def is_http(compilation: Compilation, ask: Ask) -> bool:
    """Whether the request goes to an HTTP port: an HTTP proxy speaks nothing else."""
    if not ask.caller:
        return True
    space, _, name = service_of(ask).partition("/")
    ports = next(
        service.ports
        for service in compilation.mesh.services.values()
        if (service.namespace, service.name) == (space, name)
    )
    return any(port.number == ask.port and port.protocol == "http" for port in ports)
