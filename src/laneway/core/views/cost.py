"""What layouts cost as plain data: numbers alone, with their units in the names.

Comes in: a comparison. Goes out: what `laneway cost -o yaml` prints. Whoever wants words asks the
terminal's text of the same comparison.
"""

from __future__ import annotations

from typing import Any

from laneway.core.cost import price
from laneway.core.cost.compare import ClassCost, Comparison, LayoutCost
from laneway.core.cost.measured import MEASURED_WITH


def cost_view(found: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data."""
    return {
        "proxies": found.proxies,
        "measuredWith": MEASURED_WITH,
        "layouts": [_layout(found, one) for one in found.layouts],
    }


def _layout(found: Comparison, one: LayoutCost) -> dict[str, Any]:
    pairs = zip(found.classes, one.classes, strict=True)
    return {
        "layout": one.layout,
        "objects": one.objects,
        "objectBytes": one.object_bytes,
        "proxies": [{"of": of.name, "kind": of.kind, **_class(cost)} for of, cost in pairs],
        "memoryBytes": one.memory,
        "istiod": {
            "memoryBytes": one.control_plane.memory,
            "processorSeconds": round(one.control_plane.seconds, 2),
        },
    }


def _class(cost: ClassCost) -> dict[str, Any]:
    held = cost.held
    return {
        "count": cost.proxies,
        "clusters": held.clusters,
        "routes": held.routes,
        "endpoints": held.endpoints,
        "configurationBytes": held.bytes,
        "memoryBytes": price.memory(held),
        "startSeconds": round(price.start(held), 2),
    }
