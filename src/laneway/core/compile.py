"""The one door of the core: Snapshot in, Compilation out."""

from __future__ import annotations

from dataclasses import dataclass

from laneway.core.emit.manifest import Manifest
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.routing.plan import RoutePlan


@dataclass(frozen=True, slots=True)
class Compilation:
    """Everything one compilation gives. Comparing two of them tells what an edit changed."""

    snapshot: Snapshot
    mesh: Mesh
    plan: RoutePlan
    findings: tuple[Finding, ...]
