"""The one door of the core: Snapshot in, Compilation out.

Pure and without a memory of its own: what may be kept of an earlier compilation is handed in, and
the result is the same without it.
"""

from __future__ import annotations

from dataclasses import dataclass

from laneway.core.findings.finding import Finding
from laneway.core.findings.folding import fold
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.routing.plan.planner import plan
from laneway.core.routing.plan.route_plan import RoutePlan


@dataclass(frozen=True, slots=True)
class Compilation:
    """Everything one compilation gives. Comparing two of them tells what an edit changed."""

    snapshot: Snapshot
    mesh: Mesh
    plan: RoutePlan

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a user of lanes should know: what touches no lane is counted in one finding."""
        from laneway.core.rules.business import of_lanes  # noqa: PLC0415 - as below

        return of_lanes(self.mesh, self.all_findings)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """The reader's findings, then those of every rule, whatever they are about.

        Worked out at each call, and the rules are loaded by the first one: routing must not wait
        for them.
        """
        from laneway.core.rules.all import check_all  # noqa: PLC0415 - eighty modules

        return fold(self.snapshot.findings + check_all(self.mesh, self.plan))


def compile_snapshot(snapshot: Snapshot, previous: Compilation | None = None) -> Compilation:
    """Compile a snapshot; parts of `previous` that are unaffected are kept by identity."""
    mesh = link(snapshot, previous.mesh if previous else None)
    planned = plan(mesh, previous.plan if previous else None)
    return Compilation(snapshot, mesh, planned)
