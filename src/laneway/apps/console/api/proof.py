"""The proof of all requests, and what lanes cost: worked out once for each state."""

from __future__ import annotations

from typing import Any

from laneway.apps.console.api.calls import ApiCall, CallAsked
from laneway.apps.console.seams import ShownState
from laneway.core.cost.compare import compared
from laneway.core.proof.prove import prove
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.views.cost import cost_view
from laneway.core.views.proof import proof_view


async def _proof(asked: CallAsked) -> dict[str, Any]:
    return await asked.of_seen("proof", _proven)


def _proven(seen: ShownState) -> dict[str, Any]:
    mesh = seen.compilation.mesh
    return proof_view(prove(mesh, "auto"), RuleNames(mesh))


async def _cost(asked: CallAsked) -> dict[str, Any]:
    return await asked.of_seen("cost", lambda seen: cost_view(compared(seen.compilation)))


CALLS = (
    ApiCall("GET", "/proof", "Whether all requests keep to their lanes", _proof, dict[str, Any]),
    ApiCall("GET", "/cost", "What lanes cost proxies and istiod", _cost, dict[str, Any]),
)
