"""Of messy lists and ids the plan, Istio's translation and real Envoy read the same lane.

`./dev figures agree --messy` draws a hundred thousand requests and more.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from laneway.core.compile import compile_snapshot
from tests.agree.comparing import against_envoy, against_istio
from tests.agree.drawing import Drawn
from tests.agree.messy import draw_messy
from tests.agree.oracle import Oracle
from tests.agree.small_mesh import documents
from tests.laws.compiling import emitted
from tests.recorded.rows import KEY
from tests.snapshot import snapshot_of_texts
from tests.wire.chains import Chain

MESHES, ASKS = 12, 80


@pytest.fixture(scope="module")
def drawn() -> list[Drawn]:
    return draw_messy(MESHES, ASKS, 18)


@pytest.mark.engine
def test_istios_translation_reads_messy_requests_like_the_plan(
    drawn: list[Drawn], oracle: Oracle
) -> None:
    result = against_istio(drawn, oracle)

    assert result.apart == []
    assert result.decisions >= 700


@pytest.mark.envoy
def test_real_envoy_reads_messy_requests_like_the_plan(drawn: list[Drawn], tmp_path: Path) -> None:
    result = asyncio.run(against_envoy(drawn, tmp_path))

    assert result.apart == []
    assert result.decisions >= 700


@pytest.mark.engine
@pytest.mark.parametrize("carrier", ["baggage", "sw8-correlation", KEY])
def test_istio_takes_the_routes_of_a_hundred_lanes(oracle: Oracle, carrier: str) -> None:
    """Lanes that share a route are named by one expression, or by several where it is too long."""
    lanes = {f"s{number}-of-a-team": "mockb" for number in range(100)}
    chain = Chain({"s1": "mocka mockb mockc", **lanes}, trace_header=carrier)
    compilation = compile_snapshot(snapshot_of_texts([("mesh.yaml", chain.yaml)]))

    objects = emitted(compilation)

    assert oracle.translate("", documents(objects), []).refused == []
    shared = [
        match
        for one in objects
        for route in one["spec"].get("http", [])
        for match in route.get("match", [])
        if "regex" in match.get("headers", {}).get(carrier, {})
    ]
    assert len(shared) > 1
