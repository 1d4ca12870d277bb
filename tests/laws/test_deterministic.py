"""Law: one input has one output, in every order in which its parts arrive."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from laneway.core.compile import compile_snapshot
from tests.laws.compiling import compile_mesh, emitted, placed
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object
from tests.snapshot import snapshot_of_objects


@given(shared_meshes())
def test_same_input_gives_the_same_output(mesh: list[Object]) -> None:
    first, second = compile_mesh(mesh), compile_mesh(mesh)

    assert first == second
    assert first.findings == second.findings
    assert json.dumps(emitted(first)) == json.dumps(emitted(second))


@given(st.data(), shared_meshes())
def test_order_of_arrival_changes_nothing(data: st.DataObject, mesh: list[Object]) -> None:
    files = placed(mesh)
    written = compile_snapshot(snapshot_of_objects(files))
    shuffled = compile_snapshot(snapshot_of_objects(data.draw(st.permutations(files))))

    assert shuffled == written
    assert shuffled.findings == written.findings
