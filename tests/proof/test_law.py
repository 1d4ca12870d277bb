"""Law: no verdict is wrong.

What is proven is broken by no request, what is refuted is refuted by a request that the walk
confirms; for what Laneway emits and for any spoiled copy of it.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laneway.core.mesh.link import link
from laneway.core.proof.prove import prove
from laneway.core.proof.verdict import Proof
from tests.laws.compiling import snapshot_of_mesh
from tests.laws.corpus import prepare, shared_meshes
from tests.laws.meshes import meshes
from tests.laws.objects import Object
from tests.laws.taste import SOUND, Taste
from tests.proof.search import Tally, asked, compare, spoiled

TIDY = Taste(flawed=False, users_own=False, headless=False, permissive=1)


@pytest.fixture(scope="module", autouse=True)
def _drawn() -> None:
    prepare()


@settings(max_examples=30)
@given(shared_meshes(), st.integers(0, 2**32))
def test_no_request_breaks_what_is_proven(mesh: list[Object], number: int) -> None:
    chance = Random(number)  # noqa: S311 - a drawn case is no secret
    everything, made = spoiled(mesh, chance)
    tally = Tally()
    compare(everything, made, asked(mesh, everything, chance, 60), tally)

    assert tally.wrong == []


@settings(max_examples=40)
@given(shared_meshes(SOUND))
def test_strict_lanes_that_are_sound_are_proven(mesh: list[Object]) -> None:
    assert isolated(prove(link(snapshot_of_mesh(mesh))))


@settings(max_examples=40)
@given(meshes(TIDY))
def test_permissive_lanes_that_are_sound_are_proven(mesh: list[Object]) -> None:
    assert isolated(prove(link(snapshot_of_mesh(mesh))))


def isolated(proof: Proof) -> bool:
    """Whether no counter-example to isolation is found; groups may be empty, or held."""
    return not proof.claims[0].against
