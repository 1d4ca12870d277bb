"""Where the replicas and gateways of a mesh live, kept from one edit to the next.

Comes in: an edit, the instances there are, and the sockets of the machine. Goes out: an instance in
a place for each replica, and a local port for each gateway port. What has a place keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from laneway.apps.local.edits import Edit
from laneway.apps.local.fleet import Instance, arrange
from laneway.apps.local.placing import Taken, gateway_ports
from laneway.core.emit.placement import Placement
from laneway.core.resources.matching import Labels

GatewayKey = tuple[Labels, int]


@dataclass(slots=True)
class Settling:
    """The places of one mesh. `taken` looks at the machine's sockets.

    `port` is the first gateway's; `reserved` are ids that a mesh before this one still uses.
    """

    mesh: str
    port: int
    taken: Callable[[], Taken]
    reserved: frozenset[str] = frozenset()
    current: frozenset[str] = frozenset()
    """The ids of the instances that the edit settled last asks for."""

    gateways: dict[GatewayKey, int] = field(default_factory=dict)

    def settle(self, edit: Edit, existing: Sequence[Instance]) -> tuple[Instance, ...]:
        """Give everything an edit asks for a place. Raises NoRoomError."""
        taken = self.taken()
        found = arrange(self.mesh, edit.wanted, existing, taken, self.reserved)
        wanted = [(port.selector, port.port) for port in edit.compilation.plan.gateway_ports]
        self._open(wanted, taken)
        self.current = frozenset(one.id for one in found)
        return found

    def _open(self, wanted: Collection[GatewayKey], taken: Taken) -> None:
        """Choose a local port for each gateway port that has none yet, in the order of the plan."""
        new = [key for key in wanted if key not in self.gateways]
        first = max(self.gateways.values()) + 1 if self.gateways else self.port
        self.gateways |= dict(zip(new, gateway_ports(len(new), first, taken), strict=True))

    def placement(self, instances: Collection[Instance]) -> Placement:
        """Return the places as proxies know them."""
        return Placement(tuple(one.replica() for one in instances), dict(self.gateways))
