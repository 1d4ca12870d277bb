"""From drawn objects to a compilation, as a law needs it: in memory and with explicit places."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.emit.istio import Layout, manifests
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.routing.plan.scoped import scoped
from laneway.core.routing.plan.scoped_ground import ScopedForm, Scoping
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


def emitted(
    compilation: Compilation, layout: Layout = "istio", form: ScopedForm = "auto"
) -> list[Object]:
    """Return the emitted objects as plain ones, as they would be read back."""
    mesh, plan = compilation.mesh, compilation.plan
    written = scoped(mesh, plan, Scoping(form)) if layout == "scoped" else None
    bodies = (manifest.body for manifest in manifests(mesh, plan, layout, written))
    return [json.loads(json.dumps(body)) for body in bodies]


def of_kind(objects: Iterable[Object], kind: str) -> list[Object]:
    """Return the objects of a kind."""
    return [item for item in objects if item["kind"] == kind]
