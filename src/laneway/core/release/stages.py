"""Whether weights are those of a stage.

Comes in: a mesh, a plan, where its release stands. Goes out: whether somebody moved the weights.
"""

from __future__ import annotations

from laneway.core.edits.weights import set_to
from laneway.core.mesh.mesh import Mesh
from laneway.core.release.standing import ReleaseStanding
from laneway.core.resources.releases.plan import Plan


def is_moved(mesh: Mesh, plan: Plan, standing: ReleaseStanding) -> bool:
    """Whether a mesh has other weights than those of the stage."""
    if standing.stage > len(plan.stages):
        return True
    moves = set_to(mesh, plan.stages[standing.stage - 1].weights)
    return not moves.moves or any(True for _ in moves.intents())
