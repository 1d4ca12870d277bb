"""Three readers decide alike: the plan, Istio's own translation of what is emitted, real Envoy.

`./dev figures agree` holds them against each other on thousands of meshes.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.agree.comparing import against_envoy, against_istio
from tests.agree.drawing import Drawn, asking
from tests.agree.oracle import Oracle
from tests.laws.corpus import corpus

ASKS = 44


@pytest.fixture(scope="module")
def drawn() -> list[Drawn]:
    return [asking(mesh, number, ASKS) for mesh, number in corpus()]


@pytest.mark.engine
def test_istios_translation_decides_like_the_plan(drawn: list[Drawn], oracle: Oracle) -> None:
    result = against_istio(drawn, oracle)

    assert result.apart == []
    assert result.meshes >= 100
    assert result.decisions >= 3_500


@pytest.mark.envoy
def test_real_envoy_decides_like_the_plan(drawn: list[Drawn], tmp_path: Path) -> None:
    result = asyncio.run(against_envoy(drawn, tmp_path))

    assert result.apart == []
    assert result.meshes >= 100
    assert result.decisions >= 3_500
