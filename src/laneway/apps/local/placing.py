"""Where each replica lives on this machine: its address, and its ports.

Comes in: what wants a place, what is taken, and the mesh's name. Goes out: places that depend on
nothing else, so that the same mesh gets the same addresses at each start. Pure: which sockets are
taken is data.

A replica has the loopback address `127.X.Y.Z`, X from the mesh's name, Y and Z from its own. Its
proxy listens there on the container's own port numbers where they can be had. The number a program
listens on is its alone on the whole machine, since a program that disregards HOST listens on every
address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

WILDCARD = "0.0.0.0"  # noqa: S104 - compared with, never listened on
GATEWAY_ADDRESS = "127.0.0.1"
OUTBOUND_PORT = 15001
PROGRAM_PORTS = range(20000, 32000)
"""Below the kernel's own choice for outgoing connections, above the numbers people write."""

SPARE_PORTS = range(10000, 20000)

Socket = tuple[str, int]


class NoRoomError(Exception):
    """Every port or address of a kind is taken."""


@dataclass(frozen=True, slots=True)
class Taken:
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


@dataclass(frozen=True, slots=True)
class Place:
    """A replica's address, its ports as (container, inbound, program), and its way out."""

    address: str
    ports: tuple[tuple[int, int, int], ...]
    outbound: int


def places(mesh: str, wanted: Iterable[tuple[str, tuple[int, ...]]], taken: Taken) -> list[Place]:
    """Place replicas, given as (name, container ports), in their order.

    Raises NoRoomError when a mesh of this size does not fit beside what is taken.

    >>> places("shop", [("cart-0", (8000,))], Taken())
    [Place(address='127.88.26.167', ports=((8000, 8000, 28497),), outbound=15001)]
    """
    room = _Room(mesh, taken)
    return [room.place(name, ports) for name, ports in wanted]


def gateway_ports(count: int, first: int, taken: Taken) -> list[int]:
    """Choose local ports for gateways: `first` and those after it, without the ones in use."""
    used = taken.everywhere() | {
        port for address, port in taken.sockets if address == GATEWAY_ADDRESS
    }
    free = (port for port in range(first, 65536) if port not in used)
    chosen = [port for port, _ in zip(free, range(count), strict=False)]
    if len(chosen) < count:
        raise NoRoomError(f"no free port from {first} on")
    return chosen


class _Room:
    """What is still free while a list is being placed."""

    def __init__(self, mesh: str, taken: Taken) -> None:
        self.mesh = mesh
        self.taken = taken
        self.addresses = set(taken.addresses())
        self.numbers = set(taken.numbers()) | taken.ports | {OUTBOUND_PORT}

    def place(self, name: str, ports: tuple[int, ...]) -> Place:
        address = self.address(name)
        used = set(self.taken.everywhere())
        found = []
        for port in ports:
            inbound = self.inbound(port, used)
            used.add(inbound)
            found.append((port, inbound, self.program(f"{name}:{port}")))
        outbound = next(port for port in (OUTBOUND_PORT, *SPARE_PORTS) if port not in used)
        return Place(address, tuple(found), outbound)

    def address(self, name: str) -> str:
        third = 2 + crc32(self.mesh.encode()) % 250
        for number in _from(crc32(name.encode()), 256 * 254):
            address = f"127.{third}.{number // 254}.{1 + number % 254}"
            if address not in self.addresses:
                self.addresses.add(address)
                return address
        raise NoRoomError(f"no free address in 127.{third}.0.0/16")

    def inbound(self, port: int, used: set[int]) -> int:
        """The container's own number; for one that cannot be had, a spare one."""
        if port >= self.taken.lowest and port not in used:
            return port
        return next(spare for spare in SPARE_PORTS if spare not in used)

    def program(self, name: str) -> int:
        start = crc32(f"{self.mesh}/{name}".encode())
        for number in _from(start, len(PROGRAM_PORTS)):
            if (port := PROGRAM_PORTS[number]) not in self.numbers:
                self.numbers.add(port)
                return port
        raise NoRoomError(f"no free port between {PROGRAM_PORTS[0]} and {PROGRAM_PORTS[-1]}")


def _from(start: int, size: int) -> Iterator[int]:
    """Yield every number below `size` once, beginning at `start` modulo `size`."""
    first = start % size
    yield from range(first, size)
    yield from range(first)
