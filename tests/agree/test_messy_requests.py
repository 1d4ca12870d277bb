"""Of messy baggage and ids the plan, Istio's translation and real Envoy read the same lane.

`./dev figures agree --messy` draws a hundred thousand requests and more.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.agree.comparing import against_envoy, against_istio
from tests.agree.drawing import Drawn
from tests.agree.messy import draw_messy
from tests.agree.oracle import Oracle

MESHES, ASKS = 20, 60


@pytest.fixture(scope="module")
def drawn() -> list[Drawn]:
    return draw_messy(MESHES, ASKS, 18)


@pytest.mark.engine
def test_istios_translation_reads_messy_requests_like_the_plan(
    drawn: list[Drawn], oracle: Oracle
) -> None:
    result = against_istio(drawn, oracle)

    assert result.apart == []
    assert result.decisions >= 900


@pytest.mark.envoy
def test_real_envoy_reads_messy_requests_like_the_plan(drawn: list[Drawn], tmp_path: Path) -> None:
    result = asyncio.run(against_envoy(drawn, tmp_path))

    assert result.apart == []
    assert result.decisions >= 900
