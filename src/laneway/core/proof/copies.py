"""Where copies of a rule's requests go.

https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMirrorPolicy
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import resolve_host
from laneway.core.proof.verdict import Spot
from laneway.core.routing.plan.route_plan import Destination, Rule


def copies_of(mesh: Mesh, rule: Rule, spot: Spot) -> Iterator[Destination]:
    """Yield the destinations of a rule's mirrors; one that gets no share gets no copy."""
    policy = rule.policy
    if not policy:
        return
    older = policy.get("mirrorPercent", policy.get("mirror_percent"))
    found = [(policy.get("mirror"), policy.get("mirrorPercentage", older))]
    several = policy.get("mirrors")
    blocks = several if isinstance(several, list) else []
    found += [
        (one.get("destination"), one.get("percentage"))
        for one in blocks
        if isinstance(one, Mapping)
    ]
    for written, share in found:
        if isinstance(written, Mapping) and not _is_zero(share):
            yield from _destination(mesh, rule, written, spot)


def _is_zero(share: Any) -> bool:
    """Whether a share is written and is none: a percentage without a value is one of zero."""
    value = share.get("value", 0) if isinstance(share, Mapping) else share
    return isinstance(value, int | float) and value <= 0


def _destination(
    mesh: Mesh, rule: Rule, written: Mapping[str, Any], spot: Spot
) -> Iterator[Destination]:
    """Resolve the destination of a mirror; without a port it is one of a route's destination."""
    host = written.get("host")
    if not isinstance(host, str):
        return
    absolute = resolve_host(host, rule.origin.ref.namespace)
    service = mesh.services.get(absolute)
    if service is None or not service.ports:
        return
    port = written.get("port")
    number = port.get("number") if isinstance(port, Mapping) else None
    if not isinstance(number, int):
        alone = spot.gateway is not None and len(service.ports) == 1
        number = service.ports[0].number if alone else spot.port
    subset = written.get("subset")
    yield Destination(absolute, number, subset if isinstance(subset, str) else "")
