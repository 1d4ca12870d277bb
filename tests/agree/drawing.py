"""Meshes and requests drawn for the readers that must agree.

Comes in: how many, and a seed. Goes out: the same meshes and requests for the same numbers.
"""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from msgspec import Struct

from tests.laws.asks import Ask, random_ask
from tests.laws.corpus import draw_meshes
from tests.laws.meshes import meshes
from tests.laws.objects import Object


class Drawn(Struct, frozen=True):
    """A mesh and requests for it."""

    mesh: list[Object]
    asks: tuple[Ask, ...]


def asking(mesh: list[Object], number: int, asks: int) -> Drawn:
    """Return a mesh with `asks` requests, the same ones for the same number."""
    chance = Random(number)  # noqa: S311 - a drawn case is no secret
    return Drawn(mesh, tuple(random_ask(mesh, chance) for _ in range(asks)))


def draw(
    count: int, asks: int, number: int, kind: st.SearchStrategy[list[Object]] | None = None
) -> list[Drawn]:
    """Draw `count` meshes with `asks` requests each."""
    return [
        asking(mesh, each, asks)
        for mesh, each in draw_meshes(meshes() if kind is None else kind, count, number)
    ]
