"""The one door of the core: Snapshot in, Compilation out.

Pure and without a memory of its own: what may be kept of an earlier compilation is handed in, and
the result is the same without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from laneway.core.findings.finding import Finding
from laneway.core.findings.folding import fold
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.routing.plan.planner import plan
from laneway.core.routing.plan.route_plan import RoutePlan

if TYPE_CHECKING:
    from laneway.core.emit.istio import Layout
    from laneway.core.emit.manifest import Manifest
    from laneway.core.routing.plan.scoped import ScopedPlan
    from laneway.core.routing.plan.scoped_ground import Scoping


class Compilation(Struct, frozen=True, dict=True):
    """Everything one compilation gives. Comparing two of them tells what an edit changed.

    What only some doors ask for is loaded and worked out when it is first asked for.
    """

    snapshot: Snapshot
    mesh: Mesh
    plan: RoutePlan

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What a user of lanes should know: what touches no lane is counted in one finding."""
        from laneway.core.rules.business import of_lanes  # noqa: PLC0415 - as below

        return of_lanes(self.mesh, self.all_findings, self.touched)

    @cached_property
    def touched(self) -> dict[str, bool]:
        """Whether lanes touch the objects that findings speak of, as far as somebody asked."""
        return {}

    @cached_property
    def all_findings(self) -> tuple[Finding, ...]:
        """The reader's findings, then those of every rule, whatever they are about."""
        from laneway.core.rules.all import check_all  # noqa: PLC0415 - eighty modules

        return fold(self.snapshot.findings + check_all(self.mesh, self.plan, self.of_calls))

    @cached_property
    def of_calls(self) -> Mapping[str, tuple[Finding, ...]]:
        """What rules find to which nothing matters that lanes ask of gateways, by code."""
        from laneway.core.rules.all import check_calls  # noqa: PLC0415 - as above

        return check_calls(self.mesh, self.plan)

    @property
    def is_whole(self) -> bool:
        """Whether all of the input could be read: otherwise what is missing is not gone."""
        return not self.snapshot.unread

    @property
    def held(self) -> frozenset[str]:
        """The names of the groups whose output would be unsafe: what of them is live stays."""
        return frozenset(group.name for group in self.mesh.groups if group.held)

    def manifests(
        self, layout: Layout = "istio", scoped: ScopedPlan | None = None
    ) -> tuple[Manifest, ...]:
        """Return the Istio objects the lanes become; held groups have none."""
        from laneway.core.emit.istio import manifests  # noqa: PLC0415 - as above

        return manifests(self.mesh, self.plan, layout, scoped)

    def sparse(self) -> Compilation:
        """Return the same without the services that no lane changes: they need no objects."""
        from laneway.core.routing.plan.sparse import unchanged, without  # noqa: PLC0415 - as above

        plan = without(self.plan, unchanged(self.mesh, self.plan))
        return Compilation(self.snapshot, self.mesh, plan)

    def findings_with(
        self, scoped: ScopedPlan | None, *, is_sparse: bool = False
    ) -> tuple[Finding, ...]:
        """Return the findings, and those about a layout that not everybody asks for."""
        if is_sparse:
            from laneway.core.rules.sparse import check_sparse  # noqa: PLC0415 - as above

            return fold(self.findings + check_sparse(self.mesh, self.plan))
        if scoped is None:
            return self.findings
        from laneway.core.rules.scoped import check_scoped  # noqa: PLC0415 - as above

        return fold(self.findings + check_scoped(self.mesh, scoped))

    def scoped(self, scoping: Scoping, before: ScopedPlan | None = None) -> ScopedPlan:
        """Return how each lane service is written in layout scoped, and its rules.

        `before` is what that was the last time, for the same `scoping`.
        """
        from laneway.core.routing.plan.scoped import scoped  # noqa: PLC0415 - as above

        return scoped(self.mesh, self.plan, scoping, before)

    def printed(
        self, layout: Layout = "istio", scoped: ScopedPlan | None = None
    ) -> Iterator[Mapping[str, Any] | str]:
        """Yield what `manifests` returns one by one, as bodies or as texts in YAML."""
        if layout != "istio":
            return (one.body for one in self.manifests(layout, scoped))
        from laneway.core.emit.stencils import printed  # noqa: PLC0415 - as above

        return printed(self.mesh, self.plan)

    @cached_property
    def conditions(self) -> list[dict[str, Any]]:
        """Every group and lane with its status, as objects."""
        from laneway.core.emit.status import statuses  # noqa: PLC0415 - as above

        return statuses(self.mesh, self.findings)


def compile_snapshot(snapshot: Snapshot, previous: Compilation | None = None) -> Compilation:
    """Compile a snapshot; parts of `previous` that are unaffected are kept by identity."""
    mesh = link(snapshot, previous.mesh if previous else None)
    planned = plan(mesh, previous.plan if previous else None)
    made = Compilation(snapshot, mesh, planned)
    if previous is not None and "of_calls" in vars(previous) and _has_same_calls(made, previous):
        from laneway.core.routing.ask.concern import names_alike  # noqa: PLC0415 - as above

        vars(made)["of_calls"] = previous.of_calls
        if names_alike(made.mesh, previous.mesh):
            vars(made)["touched"] = previous.touched
    return made


def _has_same_calls(made: Compilation, previous: Compilation) -> bool:
    """Whether nothing but lanes was edited, and of these only what they ask of gateways.

    All else is the very same, so that what was found of it still stands in the same place.
    """
    mesh, before = made.mesh, previous.mesh
    return (
        made.plan.inside is previous.plan.inside
        and mesh.workloads is before.workloads
        and mesh.services is before.services
        and len(mesh.groups) == len(before.groups)
        and all(one.group is old.group for one, old in zip(mesh.groups, before.groups, strict=True))
    )
