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
from laneway.core.routing.plan.scoped_ground import Scoping
from tests.laws.compiling import compile_mesh, placed, snapshot_of_mesh
from tests.laws.corpus import shared_meshes
from tests.laws.edits import edited
from tests.laws.objects import Object
from tests.operator.crowded import Crowded


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
    written, scoped = emit(kept.mesh, kept.plan), kept.scoped(Scoping())
    for _ in range(3):
        mesh = data.draw(edited(mesh))
        kept, fresh = compile_snapshot(reading.snapshot(mesh), kept), compile_mesh(mesh)
        written = emit(kept.mesh, kept.plan, before=written)
        scoped = kept.scoped(Scoping(), scoped)

        assert kept == fresh
        assert kept.findings == fresh.findings
        assert written.manifests == emit(fresh.mesh, fresh.plan).manifests
        assert scoped == fresh.scoped(Scoping())


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


def test_weights_leave_what_layout_scoped_decided_as_it_is() -> None:
    crowd = Crowded(3, 2, 0, is_strict=True)
    mesh = [*crowd.running(), crowd.group()]
    reading = Rereading()
    before = compile_snapshot(reading.snapshot([*mesh, crowd.lane(0, 90), crowd.lane(1, 10)]))
    after = compile_snapshot(
        reading.snapshot([*mesh, crowd.lane(0, 40), crowd.lane(1, 60)]), before
    )
    alone = compile_snapshot(reading.snapshot([*mesh, crowd.lane(0, 100)]), after)
    scoped = before.scoped(Scoping())

    assert scoped.rules
    assert after.plan.entries != before.plan.entries
    assert after.scoped(Scoping(), scoped) is scoped
    assert alone.scoped(Scoping(), scoped) is not scoped
