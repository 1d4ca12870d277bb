"""Law: compiling an edit on top of an earlier compilation gives what a fresh one gives.

What the edit did not touch is kept by identity; keeping it must never be seen in the result.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from laneway.core.compile import compile_snapshot
from laneway.core.emit.istio import emit
from tests.laws.compiling import compile_mesh, snapshot_of_mesh
from tests.laws.edits import edited
from tests.laws.meshes import meshes
from tests.laws.objects import Object


@given(st.data(), meshes())
def test_an_edit_compiles_as_if_it_had_always_been_there(
    data: st.DataObject, mesh: list[Object]
) -> None:
    before = compile_mesh(mesh)
    after = data.draw(edited(mesh))
    fresh, kept = compile_mesh(after), compile_mesh(after, before)

    assert kept == fresh
    assert kept.findings == fresh.findings
    held = emit(before.mesh, before.plan)
    assert (
        emit(kept.mesh, kept.plan, before=held).manifests == emit(fresh.mesh, fresh.plan).manifests
    )


@given(meshes())
def test_compiling_the_same_again_keeps_every_part(mesh: list[Object]) -> None:
    snapshot = snapshot_of_mesh(mesh)
    before = compile_snapshot(snapshot)
    again = compile_snapshot(snapshot, before)

    assert again.plan.entries == before.plan.entries
    for host, subsets in before.plan.lane_subsets.items():
        by_lanes = all(hop.author is None for hop in before.plan.hops[host])

        assert again.plan.lane_subsets[host] == subsets
        assert not by_lanes or again.plan.hops[host] is before.plan.hops[host]
