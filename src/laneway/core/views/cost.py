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
        "lanes": _lanes(found),
        "measuredWith": MEASURED_WITH,
        "layouts": [_layout(found, one, _without_lanes(found)) for one in found.layouts],
    }


def _lanes(found: Comparison) -> int:
    return sum(one.kind == "lane" for one in found.classes)


def _without_lanes(found: Comparison) -> LayoutCost:
    """Return the mesh without lanes, which every layout is more than."""
    return next(one for one in found.layouts if one.layout == "none")


def _layout(found: Comparison, one: LayoutCost, bare: LayoutCost) -> dict[str, Any]:
    rows = zip(found.classes, one.classes, bare.classes, strict=True)
    lanes = _lanes(found)
    return {
        "layout": one.layout,
        "objects": one.objects,
        "objectBytes": one.object_bytes,
        "proxies": [
            {
                "of": of.name,
                "kind": of.kind,
                **_class(cost),
                "ofLanes": _more(cost, before),
                "ofEachLane": _shared(_more(cost, before), lanes),
            }
            for of, cost, before in rows
        ],
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


def _more(cost: ClassCost, before: ClassCost) -> dict[str, Any]:
    """Return what one such proxy holds for lanes, beyond what it would hold without any."""
    after, bare = _class(cost), _class(before)
    return {
        name: after[name] - bare[name]
        for name in ("clusters", "routes", "configurationBytes", "memoryBytes")
    }


def _shared(more: dict[str, Any], lanes: int) -> dict[str, Any]:
    """Return what one lane has of it, if each had the same."""
    return {name: round(number / lanes, 1) if lanes else 0 for name, number in more.items()}
