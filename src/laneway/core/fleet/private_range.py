"""The private network of a mesh with interception: its range, and who has which address in it.

Comes in: names, and the routes of this machine. Goes out: a /16 that no route leads to, places for
replicas, virtual addresses for services. As beside it in `placing` names give the places, so that
the same mesh gets the same addresses at each start. The network is a namespace of its own, so what
other meshes and programs have taken does not matter; only what the machine itself reaches does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network
from itertools import chain
from zlib import crc32

from msgspec import Struct

from laneway.core.fleet.placing import HIGHEST_PORT, NoRoomError, ReplicaPlace, each_from
from laneway.core.mesh.names import Host

OUTBOUND_PORT = 15001
"""Where a namespace's connections are led to, as in a pod of Istio's."""

INBOUND_PORTS = range(15100, 20000)
"""Where proxies listen for those who dial a pod: not where its program does."""

_BLOCKS = ("10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/10", "192.168.0.0/16")
"""https://www.rfc-editor.org/rfc/rfc1918 and 6598, the one with most room first."""

_HALF = 127
"""Pods have the lower half of a range, services the upper one."""


class PrivateRange(Struct, frozen=True):
    """A /16, by its first two numbers: `10.88`."""

    prefix: str

    @property
    def network(self) -> str:
        """All of it."""
        return f"{self.prefix}.0.0/16"

    @property
    def bridge(self) -> str:
        """The address of the bridge that joins all pods; proxies dial from there."""
        return f"{self.prefix}.0.1"

    @property
    def host(self) -> str:
        """The address that stands for this machine."""
        return f"{self.prefix}.0.2"

    @property
    def passing(self) -> str:
        """The address from which proxies dial what a program named by its address."""
        return f"{self.prefix}.0.3"

    @property
    def virtual(self) -> str:
        """Where the virtual addresses of services are."""
        return f"{self.prefix}.128.0/17"

    @property
    def pods(self) -> str:
        """Where pods are: all below services."""
        return f"{self.prefix}.0.0/17"

    def places(
        self, wanted: Iterable[tuple[str, tuple[int, ...]]], taken: Iterable[str]
    ) -> list[ReplicaPlace]:
        """Place replicas, given as (name, container ports), in their order. Raises NoRoomError.

        >>> PrivateRange("10.88").places([("cart-0", (8000,))], ())
        [ReplicaPlace(address='10.88.53.167', ports=((8000, 15100, 8000),), outbound=15001)]
        """
        used = set(taken)
        return [_placed(self._address(name, 1, used), ports) for name, ports in wanted]

    def virtual_addresses(
        self, services: Iterable[Host], known: Mapping[Host, str]
    ) -> dict[Host, str]:
        """Return an address for each service; those that are `known` keep theirs.

        Raises NoRoomError.
        """
        found = dict(known)
        used = set(found.values())
        for host in services:
            if host not in found:
                found[host] = self._address(host, _HALF + 1, used)
        return found

    def _address(self, name: str, first: int, used: set[str]) -> str:
        """Return a free address of `_HALF` blocks of 256, the first and last of each left out."""
        for number in each_from(crc32(name.encode()), _HALF * 254):
            address = f"{self.prefix}.{first + number // 254}.{1 + number % 254}"
            if address not in used:
                used.add(address)
                return address
        raise NoRoomError(f"no free address in {self.network}")


def free_range(mesh: str, routes: Iterable[str]) -> PrivateRange:
    """Return the range of a mesh: the first that overlaps no route of this machine's.

    `routes` are the destinations of its routing tables (`10.0.0.0/8`); a default route is none.
    Raises NoRoomError.

    >>> free_range("shop", ["0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12"]).network
    '100.98.0.0/16'
    """
    reached = [network for route in routes if (network := IPv4Network(route)).prefixlen > 0]
    for prefix in _prefixes(mesh):
        found = PrivateRange(prefix)
        own = IPv4Network(found.network)
        if not any(own.overlaps(network) for network in reached):
            return found
    raise NoRoomError("this machine has routes to every private range of addresses")


def _prefixes(mesh: str) -> Iterator[str]:
    """Yield what a range may be, block by block, in each first the one that the name gives."""
    for block in _BLOCKS:
        ranges = list(IPv4Network(block).subnets(new_prefix=16))
        for number in each_from(crc32(mesh.encode()), len(ranges)):
            yield str(ranges[number].network_address).removesuffix(".0.0")


def _placed(address: str, ports: tuple[int, ...]) -> ReplicaPlace:
    """Return the ports of a replica, whose proxy keeps off those of its programs.

    A program has the container's own number, unless that is no port at all.
    """
    spare = (port for port in chain((OUTBOUND_PORT,), INBOUND_PORTS) if port not in ports)
    outbound = next(spare)
    found = []
    for port in ports:
        program = port if 1 <= port <= HIGHEST_PORT else next(spare)
        found.append((port, next(spare), program))
    return ReplicaPlace(address, tuple(found), outbound)
