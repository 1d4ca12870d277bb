"""Law: a snapshot written as one file is the same input.

It is what a bug report holds and what a running mesh remembers: compiled again it gives the same
objects, and the objects keep the order they had.
"""

from __future__ import annotations

import json

from hypothesis import given, settings

from laneway.core.compile import compile_snapshot
from laneway.core.emit.istio import manifests
from laneway.core.mesh.gather import gather
from laneway.core.mesh.one_file import one_file
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.read import read_file
from tests.laws.compiling import placed
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object


def read(files: list[tuple[str, str]]) -> Snapshot:
    """Read texts as files."""
    return gather([read_file(path, text.encode()) for path, text in files])


@settings(max_examples=30)
@given(mesh=shared_meshes())
def test_one_file_compiles_to_the_same_objects(mesh: list[Object]) -> None:
    snapshot = read([(path, json.dumps(item, indent=1)) for path, item in placed(mesh)])

    again = read([("input.yaml", one_file(snapshot))])

    first, second = compile_snapshot(snapshot), compile_snapshot(again)
    assert [one.meta.ref for one in again.resources] == [one.meta.ref for one in snapshot.resources]
    assert manifests(second.mesh, second.plan) == manifests(first.mesh, first.plan)


def test_documents_keep_their_comments_and_the_items_of_a_list_become_documents() -> None:
    kept = "# kept\napiVersion: v1\nkind: Namespace\nmetadata: {name: a} # and this\n"
    text = (
        kept + "---\napiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Namespace, metadata: {name: b}}\n"
        "- {apiVersion: v1, kind: Namespace, metadata: {name: c}}"
    )
    snapshot = read([("list.yaml", text)])

    written = one_file(snapshot)

    assert written.startswith(f"---\n# list.yaml:1\n{kept}---\n# list.yaml:9\n")
    again = read([("list.yaml", written)])
    assert [one.meta.ref for one in again.resources] == [one.meta.ref for one in snapshot.resources]
