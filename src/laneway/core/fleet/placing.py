"""Where each replica lives on this machine: its address, and its ports.

Comes in: what wants a place, what is taken, and the mesh's network. Goes out: places that depend on
nothing else, so that the same mesh gets the same addresses at each start. Pure: which sockets are
taken is data.

A replica has the loopback address `127.X.Y.Z`: X is the mesh's network, Y and Z follow from its own
name. Its proxy listens there on the container's own port numbers where they can be had. The number
a program listens on is its alone on the whole machine, since a program that disregards HOST listens
on every address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from zlib import crc32

from msgspec import Struct

WILDCARD = "0.0.0.0"  # noqa: S104 - compared with, never listened on
GATEWAY_ADDRESS = "127.0.0.1"
OUTBOUND_PORT = 15001
HIGHEST_PORT = 65535
PROGRAM_PORTS = range(20000, 32000)
"""Below the kernel's own choice for outgoing connections, above the numbers people write."""

SPARE_PORTS = range(10000, 20000)

Socket = tuple[str, int]


class NoRoomError(Exception):
    """Every port or address of a kind is taken."""


class Taken(Struct, frozen=True):
    """What may not be chosen.

    `sockets` listen already, `ports` must not be a program's (those containers ask for), ports
    below `lowest` are for privileged users.
    """

    sockets: frozenset[Socket] = frozenset()
    ports: frozenset[int] = frozenset()
    lowest: int = 1024

    def addresses(self) -> frozenset[str]:
        """The addresses on which anything listens."""
        return frozenset(address for address, _ in self.sockets)

    def numbers(self) -> frozenset[int]:
        """The port numbers on which anything listens, at whatever address."""
        return frozenset(port for _, port in self.sockets)

    def everywhere(self) -> frozenset[int]:
        """The port numbers that are taken at every address."""
        return frozenset(port for address, port in self.sockets if address == WILDCARD)


class ReplicaPlace(Struct, frozen=True):
    """A replica's address, its ports as (container, inbound, program), and its way out."""

    address: str
    ports: tuple[tuple[int, int, int], ...]
    outbound: int


def networks(mesh: str) -> Iterator[int]:
    """Yield the networks a mesh may have, each once, first the one its name gives.

    127.0 and 127.1 are left to others: resolvers and host names live there.
    """
    for number in each_from(crc32(mesh.encode()), 250):
        yield 2 + number


def places(
    network: int, wanted: Iterable[tuple[str, tuple[int, ...]]], taken: Taken
) -> list[ReplicaPlace]:
    """Place replicas, given as (name, container ports), in their order.

    Raises NoRoomError when a mesh of this size does not fit beside what is taken.

    >>> places(88, [("cart-0", (8000,))], Taken())
    [ReplicaPlace(address='127.88.26.167', ports=((8000, 8000, 23479),), outbound=15001)]
    """
    room = _Room(network, taken)
    return [room.place(name, ports) for name, ports in wanted]


def gateway_ports(first: int, taken: Taken) -> Iterator[int]:
    """Yield the local ports gateways may have: `first` and those after it that are free.

    Ports below the lowest one that this user may listen on are not.
    """
    used = taken.everywhere() | {
        port for address, port in taken.sockets if address == GATEWAY_ADDRESS
    }
    lowest = max(first, taken.lowest)
    yield from (port for port in range(lowest, HIGHEST_PORT + 1) if port not in used)


class _Room:
    """What is still free while a list is being placed."""

    def __init__(self, network: int, taken: Taken) -> None:
        self.network = network
        self.taken = taken
        self.addresses = set(taken.addresses())
        self.everywhere = taken.everywhere()
        self.numbers = set(taken.numbers()) | taken.ports | {OUTBOUND_PORT}

    def place(self, name: str, ports: tuple[int, ...]) -> ReplicaPlace:
        address = self.address(name)
        used = set(self.everywhere)
        found = []
        for port in ports:
            inbound = self.inbound(port, used)
            used.add(inbound)
            found.append((port, inbound, self.program(f"{name}:{port}")))
        outbound = next(port for port in chain((OUTBOUND_PORT,), SPARE_PORTS) if port not in used)
        return ReplicaPlace(address, tuple(found), outbound)

    def address(self, name: str) -> str:
        for number in each_from(crc32(name.encode()), 256 * 254):
            address = f"127.{self.network}.{number // 254}.{1 + number % 254}"
            if address not in self.addresses:
                self.addresses.add(address)
                return address
        raise NoRoomError(f"no free address in 127.{self.network}.0.0/16")

    def inbound(self, port: int, used: set[int]) -> int:
        """The container's own number; for one that cannot be had, a spare one."""
        if max(self.taken.lowest, 1) <= port <= HIGHEST_PORT and port not in used:
            return port
        return next(spare for spare in SPARE_PORTS if spare not in used)

    def program(self, name: str) -> int:
        start = crc32(f"{self.network}/{name}".encode())
        for number in each_from(start, len(PROGRAM_PORTS)):
            if (port := PROGRAM_PORTS[number]) not in self.numbers:
                self.numbers.add(port)
                return port
        raise NoRoomError(f"no free port between {PROGRAM_PORTS[0]} and {PROGRAM_PORTS[-1]}")


def each_from(start: int, size: int) -> Iterator[int]:
    """Yield every number below `size` once, beginning at `start` modulo `size`."""
    first = start % size
    yield from range(first, size)
    yield from range(first)
