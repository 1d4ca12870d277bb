"""A mesh as its proxies read it once some objects are applied.

Comes in: a mesh and the manifests that are to be applied. Goes out: the mesh and the plan of all
Istio objects in it, to which lanes add nothing by themselves. What was generated before is taken
away: an apply replaces it. Reading back what would be written keeps the price to what proxies get,
whichever layout spells it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.istio.networking import DestinationRule, Sidecar, VirtualService
from laneway.core.resources.read import read_objects
from laneway.core.routing.plan.planner import plan
from laneway.core.routing.plan.route_plan import RoutePlan


def applied(mesh: Mesh, manifests: Iterable[Manifest]) -> tuple[Mesh, RoutePlan]:
    """Return a mesh with manifests among its objects, and where requests go by all of them."""
    found = read_objects("applied", [one.body for one in manifests]).resources
    routes = tuple(one for one in found if isinstance(one, VirtualService))
    rules = tuple(one for one in found if isinstance(one, DestinationRule))
    sidecars = tuple(one for one in found if isinstance(one, Sidecar))
    whole = replace(
        mesh,
        groups=(),
        owner_of={},
        virtual_services=(*mesh.virtual_services, *routes),
        destination_rules=(*mesh.destination_rules, *rules),
        sidecars=(*mesh.sidecars, *sidecars),
    )
    return whole, plan(whole)
