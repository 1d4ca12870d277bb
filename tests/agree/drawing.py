"""Meshes and requests drawn for the readers that must agree.

Comes in: how many, and a seed. Goes out: the same meshes and requests for the same numbers.
"""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from msgspec import Struct

from tests.laws.asks import Ask, random_ask
from tests.laws.meshes import meshes
from tests.laws.objects import Object


class Drawn(Struct, frozen=True):
    """A mesh and requests for it."""

    mesh: list[Object]
    asks: tuple[Ask, ...]


def draw(
    count: int,
    asks: int,
    number: int = 0,
    kind: st.SearchStrategy[list[Object]] | None = None,
) -> list[Drawn]:
    """Draw `count` meshes with `asks` requests each."""
    found: list[Drawn] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        deadline=None,
        derandomize=False,
    )
    @given(meshes() if kind is None else kind, st.integers(0, 2**32))
    def collect(mesh: list[Object], chance: int) -> None:
        random = Random(chance)  # noqa: S311 - a drawn case is no secret
        found.append(Drawn(mesh, tuple(random_ask(mesh, random) for _ in range(asks))))

    collect()
    return found
