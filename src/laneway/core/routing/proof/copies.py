"""Where copies of a rule's requests go.

https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMirrorPolicy
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import resolve_host
from laneway.core.routing.plan import Destination, Rule


def copies_of(mesh: Mesh, rule: Rule) -> Iterator[Destination]:
    """Yield the destinations of a rule's mirrors; one that gets no share gets no copy."""
    if not rule.policy:
        return
    mirror = rule.policy.get("mirror")
    if isinstance(mirror, Mapping) and not _is_zero(rule.policy.get("mirrorPercentage")):
        yield from _destination(mesh, rule, mirror)
    several = rule.policy.get("mirrors")
    for block in several if isinstance(several, list) else ():
        if isinstance(block, Mapping) and not _is_zero(block.get("percentage")):
            yield from _destination(mesh, rule, block.get("destination"))


def _is_zero(percentage: Any) -> bool:
    return isinstance(percentage, Mapping) and percentage.get("value") in (0, 0.0)


def _destination(mesh: Mesh, rule: Rule, written: Any) -> Iterator[Destination]:
    host = written.get("host") if isinstance(written, Mapping) else None
    if not isinstance(written, Mapping) or not isinstance(host, str):
        return
    absolute = resolve_host(host, rule.origin.ref.namespace)
    service = mesh.services.get(absolute)
    if service is None or not service.ports:
        return
    port = written.get("port")
    number = port.get("number") if isinstance(port, Mapping) else None
    chosen = number if isinstance(number, int) else service.ports[0].number
    subset = written.get("subset")
    yield Destination(absolute, chosen, subset if isinstance(subset, str) else "")
