"""From drawn objects to a compilation, as a law needs it: in memory and with explicit places."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.emit.istio import Layout, manifests
from laneway.core.mesh.snapshot import Snapshot
from tests.laws.objects import Object
from tests.snapshot import snapshot_of_objects


def placed(mesh: Sequence[Object]) -> list[tuple[str, Object]]:
    """Return each object with a file of its own, named so that the order of files is theirs."""
    return [(f"{place:04}.yaml", item) for place, item in enumerate(mesh)]


def snapshot_of_mesh(mesh: Sequence[Object]) -> Snapshot:
    """Read drawn objects in their order."""
    return snapshot_of_objects(placed(mesh))


def compile_mesh(mesh: Sequence[Object], previous: Compilation | None = None) -> Compilation:
    """Compile drawn objects in their order."""
    return compile_snapshot(snapshot_of_mesh(mesh), previous)


def emitted(compilation: Compilation, layout: Layout = "istio") -> list[Object]:
    """Return the emitted objects as plain ones, as they would be read back."""
    bodies = (manifest.body for manifest in manifests(compilation.mesh, compilation.plan, layout))
    return [json.loads(json.dumps(body)) for body in bodies]


def of_kind(objects: Iterable[Object], kind: str) -> list[Object]:
    """Return the objects of a kind."""
    return [item for item in objects if item["kind"] == kind]
