"""Law: compiling an edit on top of an earlier compilation gives what a fresh one gives.

What the edit did not touch is kept by identity; keeping it must never be seen in the result.
"""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from laneway.core.compile import compile_snapshot
from laneway.core.emit.istio import emit
from laneway.core.mesh.gather import gather
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.read import read_objects
from laneway.core.resources.readings import FileReading
from tests.laws.compiling import compile_mesh, placed, snapshot_of_mesh
from tests.laws.corpus import shared_meshes
from tests.laws.edits import edited
from tests.laws.objects import Object


class Rereading:
    """Reads a mesh again and again; an object that stands unchanged in its place is the same."""

    def __init__(self) -> None:
        self._known: dict[str, FileReading] = {}

    def snapshot(self, mesh: list[Object]) -> Snapshot:
        now = {json.dumps([path, item]): (path, item) for path, item in placed(mesh)}
        for text, (path, item) in now.items():
            if text not in self._known:
                self._known[text] = read_objects(path, [item])
        return gather(self._known[text] for text in now)


@given(st.data(), shared_meshes())
def test_edits_compile_as_if_they_had_always_been_there(
    data: st.DataObject, mesh: list[Object]
) -> None:
    reading = Rereading()
    kept = compile_snapshot(reading.snapshot(mesh))
    written = emit(kept.mesh, kept.plan)
    for _ in range(3):
        mesh = data.draw(edited(mesh))
        kept, fresh = compile_snapshot(reading.snapshot(mesh), kept), compile_mesh(mesh)
        written = emit(kept.mesh, kept.plan, before=written)

        assert kept == fresh
        assert kept.findings == fresh.findings
        assert written.manifests == emit(fresh.mesh, fresh.plan).manifests


@given(shared_meshes())
def test_compiling_the_same_again_keeps_every_part(mesh: list[Object]) -> None:
    snapshot = snapshot_of_mesh(mesh)
    before = compile_snapshot(snapshot)
    again = compile_snapshot(snapshot, before)

    assert again.plan.entries == before.plan.entries
    for host, subsets in before.plan.lane_subsets.items():
        by_lanes = all(hop.author is None for hop in before.plan.hops[host])

        assert again.plan.lane_subsets[host] == subsets
        assert not by_lanes or again.plan.hops[host] is before.plan.hops[host]
