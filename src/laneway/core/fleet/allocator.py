"""Where the replicas and gateways of a mesh live, kept from one edit to the next.

Comes in: an edit, the instances there are, and the sockets of the machine. Goes out: an instance in
a place for each replica, and a local port for each gateway port; with interception also a virtual
address for each service. What has a place keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec import Struct

from laneway.core.emit.placement import Interception, Placement, Replica
from laneway.core.fleet.next_step import Instance, arrange
from laneway.core.fleet.placing import (
    GATEWAY_ADDRESS,
    NoRoomError,
    ReplicaPlace,
    Taken,
    gateway_ports,
    networks,
    places,
)
from laneway.core.fleet.private_range import PrivateRange
from laneway.core.fleet.wanted import Wanted
from laneway.core.mesh.names import Host
from laneway.core.resources.matching import Labels
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan

GatewayKey = tuple[Labels, int]


class Opened(Struct, frozen=True):
    """A gateway port of the plan, the local port it has, and the URL under which it is reached."""

    port: GatewayPort
    local: int
    url: str


class Private(Struct, frozen=True):
    """The private network of a mesh with interception.

    `namespace` tells the file of the network namespace of an instance, by its id, as a proxy opens
    it.
    """

    range: PrivateRange
    namespace: Callable[[str], str]


class Allocator(Struct):
    """The places of one mesh.

    `taken` looks at the machine's sockets; `claim` keeps a name from every other mesh that is being
    settled at this very moment, and so has no sockets yet. `port` is the first gateway's; `fixed`
    says that it may be no other one, and `holder` in words who has it. `reserved` are ids that a
    mesh before this one still uses. With `private` its replicas live in namespaces of their own.
    """

    mesh: str
    port: int
    taken: Callable[[], Taken]
    claim: Callable[[str], bool]
    reserved: frozenset[str] = frozenset()
    fixed: bool = False
    holder: Callable[[int], str] = lambda _: "another program"
    private: Private | None = None
    current: frozenset[str] = frozenset()
    """The ids of the instances that the edit settled last asks for."""

    network: int | None = None
    gateways: dict[GatewayKey, int] = {}
    services: dict[Host, str] = {}
    """The virtual address of each service there ever was: programs may remember one."""

    def settle(
        self,
        plan: RoutePlan,
        wanted: Sequence[Wanted],
        existing: Sequence[Instance],
        services: Iterable[Host] = (),
    ) -> tuple[Instance, ...]:
        """Give everything that is wanted a place. Raises NoRoomError."""
        ports = plan.gateway_ports
        new = [key for port in ports if (key := (port.selector, port.port)) not in self.gateways]
        having = {one.wanted for one in existing}
        is_settled = not new and all(one in having for one in wanted)
        taken = Taken() if is_settled else self.taken()
        found = arrange(self._places, wanted, existing, taken, self.reserved)
        if self.private is not None:
            self.services = self.private.range.virtual_addresses(services, self.services)
        self._open(new, taken)
        self.current = frozenset(one.id for one in found)
        return found

    def _places(
        self, asked: Iterable[tuple[str, tuple[int, ...]]], taken: Taken
    ) -> list[ReplicaPlace]:
        if self.private is not None:
            return self.private.range.places(asked, taken.addresses())
        if self.network is None:
            self.network = self._claimed_network()
        return places(self.network, asked, taken)

    def _claimed_network(self) -> int:
        for network in networks(self.mesh):
            if self.claim(f"network/{network}"):
                return network
        raise NoRoomError("every network for meshes is in use")

    def _open(self, new: Collection[GatewayKey], taken: Taken) -> None:
        """Choose a local port for each new gateway port, in the order of the plan."""
        for key in new:
            first = max(self.gateways.values()) + 1 if self.gateways else self.port
            free = (port for port in gateway_ports(first, taken) if self.claim(f"port/{port}"))
            chosen = next(free, None)
            if chosen is None:
                raise NoRoomError(f"no free port from {first} on")
            if self.fixed and not self.gateways and chosen != first:
                raise NoRoomError(f"port {first} is taken by {self.holder(first)}")
            self.gateways[key] = chosen

    def moved(self) -> str:
        """Say why the first gateway is not at its port; nothing if it is."""
        chosen = next(iter(self.gateways.values()), self.port)
        if chosen == self.port:
            return ""
        return f"port {self.port} is taken by {self.holder(self.port)}, so it is {chosen} here"

    def placement(self, instances: Collection[Instance]) -> Placement:
        """Return the places as proxies know them."""
        replicas = tuple(self.replica(one) for one in instances)
        return Placement(replicas, dict(self.gateways), GATEWAY_ADDRESS, self.interception())

    def replica(self, instance: Instance) -> Replica:
        """Return an instance as proxies know it."""
        return instance.replica(self.private.namespace(instance.id) if self.private else "")

    def interception(self) -> Interception | None:
        """Return what proxies know of the private network, if there is one."""
        if self.private is None:
            return None
        own = self.private.range
        return Interception(own.bridge, own.passing, own.host, own.virtual, dict(self.services))

    def opened(self, plan: RoutePlan) -> list[Opened]:
        """Return the gateway ports of a plan that have a local port, in their order."""
        return [
            Opened(port, local, f"http://{GATEWAY_ADDRESS}:{local}")
            for port in plan.gateway_ports
            if (local := self.gateways.get((port.selector, port.port))) is not None
        ]
