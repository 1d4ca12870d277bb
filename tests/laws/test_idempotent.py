"""Law: what Laneway wrote changes nothing when it comes back as input.

A folder that is read again after `render` wrote into it, or a cluster that holds the output, must
compile to the same objects: generated ones are replaced, never taken for the user's own.
"""

from __future__ import annotations

import pytest
from hypothesis import given

from laneway.core.emit.istio import LAYOUTS, Layout
from tests.laws.compiling import compile_mesh, emitted
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object


@pytest.mark.parametrize("layout", LAYOUTS)
@given(mesh=shared_meshes())
def test_output_read_back_gives_the_same_output(layout: Layout, mesh: list[Object]) -> None:
    once = emitted(compile_mesh(mesh), layout)
    twice = emitted(compile_mesh([*mesh, *once]), layout)

    assert twice == once
