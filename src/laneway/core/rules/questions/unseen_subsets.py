"""Destinations of users' routes whose subset their proxies do not see.

Comes in: a Mesh and its plan. Goes out: each such destination, with the subsets that are there.
Gateway proxies and sidecars look a DestinationRule up from different namespaces, so each is asked
for its own. Where nobody declares any subset of a host and the input holds no DestinationRule, the
subset is unknown rather than missing; services of a held group are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.rules.questions.destinations import WrittenDestination, written_destinations


class UnseenSubset(Struct, frozen=True):
    """A destination with a subset that is not declared, and the names that are."""

    written: WrittenDestination
    declared: tuple[str, ...]

    @property
    def is_idle(self) -> bool:
        """Whether the destination gets no request: weight 0 beside others."""
        return not self.written.alone and not self.written.destination.weight


def unseen_subsets(mesh: Mesh, plan: RoutePlan) -> Iterator[UnseenSubset]:
    """Yield the destinations of services in the input whose subset some proxy does not see."""
    held = {host for group in mesh.groups if group.held for host in group.hosts}
    for written in written_destinations(mesh):
        subset, host = written.destination.subset, written.host
        if not subset or subset.startswith("$") or host not in mesh.services or host in held:
            continue
        if host not in plan.views and not mesh.destination_rules:
            continue
        for space in _spaces(written):
            views = plan.views_in(host, space)
            seen = tuple(dict.fromkeys(one.name for view in views for one in view.subsets))
            if subset not in seen:
                yield UnseenSubset(written, seen)
                break


def _spaces(written: WrittenDestination) -> Iterator[str]:
    """Yield the namespaces of the proxies that hold the route, the author's own for sidecars."""
    if written.at_gateway:
        yield GATEWAY_NAMESPACE
    if written.in_mesh:
        yield written.author.meta.namespace
