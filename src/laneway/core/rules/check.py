"""What a rule is: one code, and a function that finds where it applies.

Comes in: a Mesh and the RoutePlan made of it. Goes out: findings. A rule reads and never decides:
what is routed is settled in the plan, a rule tells the user of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

from msgspec import Struct

from laneway.core.findings.finding import Code, Finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.route_plan import RoutePlan


class Check(Struct, frozen=True):
    """A rule of the catalog: `run` yields only findings of `code`.

    `missing` marks one that speaks of what the input does not hold, which is nothing to rely on
    while a file of it cannot be read. `of_calls` marks one to which nothing matters that lanes ask
    of gateways: an edit of weights and entry rules alone leaves what it finds.
    """

    code: Code
    run: Callable[[Mesh, RoutePlan], Iterator[Finding]]
    missing: bool = False
    of_calls: bool = False

    @classmethod
    def of_mesh(
        cls,
        code: Code,
        run: Callable[[Mesh], Iterator[Finding]],
        *,
        missing: bool = False,
        of_calls: bool = False,
    ) -> Check:
        """Make a rule that asks the mesh alone."""

        @wraps(run)
        def of_both(mesh: Mesh, _: RoutePlan) -> Iterator[Finding]:
            return run(mesh)

        return cls(code, of_both, missing, of_calls)
