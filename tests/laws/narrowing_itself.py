"""A drawn mesh with the Sidecars that are written for it.

Comes in: the objects of a mesh. Goes out: the same objects and those Sidecars, and for each pod the
services that its own imports. Drawn programs are mock applications, so all their calls are known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from laneway.core.compile import Compilation
from laneway.core.emit.sidecars import sidecars
from laneway.core.mesh.mesh import Caller, MeshService
from laneway.core.mesh.visibility import scope_of
from laneway.core.resources.kubernetes.workloads import Workload
from tests.laws.compiling import compile_mesh
from tests.laws.objects import Object


def with_sidecars(mesh: list[Object]) -> list[Object]:
    """Return a mesh with the Sidecars of all workloads whose calls are known."""
    compilation = compile_mesh(mesh)
    written, _ = sidecars(compilation.mesh, compilation.manifests())
    return [*mesh, *(json.loads(json.dumps(one.body)) for one in written)]


def kept(compilation: Compilation) -> Iterator[tuple[Workload, MeshService]]:
    """Yield each pod with each service that its own Sidecar shows it."""
    mesh = compilation.mesh
    for pod in mesh.workloads:
        scope = scope_of(mesh, Caller.of(pod))
        for service in mesh.services.values() if scope.sidecar is not None else ():
            if all(scope.hider(service, port.number) is None for port in service.ports):
                yield pod, service
