"""Meshes that the laws of a session share: to draw one costs eight times what compiling it does.

Comes in: a taste. Goes out: a strategy of meshes that were drawn before the first law. Each law
draws for itself which of them it meets, and whatever else it needs. Looking further
(`--hypothesis-profile=search`), it draws meshes of its own as well.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.laws.meshes import meshes
from tests.laws.objects import Object
from tests.laws.taste import EVERYTHING, SOUND, Taste

SIZE = 100

Drawn = tuple[list[Object], int]
"""A mesh, and a number to draw by chance whatever else belongs to it."""


def draw_meshes(kind: st.SearchStrategy[list[Object]], count: int, number: int = 0) -> list[Drawn]:
    """Draw `count` meshes: the same ones for the same numbers."""
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
    @given(kind, st.integers(0, 2**32))
    def collect(mesh: list[Object], chance: int) -> None:
        found.append((mesh, chance))

    collect()
    return found


@cache
def corpus(taste: Taste = EVERYTHING) -> tuple[Drawn, ...]:
    """Return the meshes of a taste; nobody may write into them."""
    return tuple(draw_meshes(meshes(taste), SIZE))


def shared_meshes(taste: Taste = EVERYTHING) -> st.SearchStrategy[list[Object]]:
    """Draw one of the meshes that all laws share, or any mesh where laws look further."""
    return st.deferred(lambda: _fresh_or_shared(taste))


def prepare() -> None:
    """Draw what is shared, outside any law: Hypothesis takes a slow first example for a flaw."""
    if not _looks_further():
        for taste in (EVERYTHING, SOUND):
            corpus(taste)


def _looks_further() -> bool:
    return settings.get_current_profile_name() == "search"


def _fresh_or_shared(taste: Taste) -> st.SearchStrategy[list[Object]]:
    if _looks_further():
        return meshes(taste)
    return st.sampled_from([mesh for mesh, _ in corpus(taste)]).map(deepcopy)
