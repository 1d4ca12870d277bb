"""Who listens where on this machine.

Comes in: nothing, or one address. Goes out: the addresses and ports that are taken, so that free
ones can be chosen without trying, and whether a program accepts connections yet.
https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

_LISTEN = "0A"
ANYWHERE = "0.0.0.0"  # noqa: S104 - compared with, never listened on
Socket = tuple[str, int]
"""A local address and port; `0.0.0.0` for every address."""


class ListeningSocket(Struct, frozen=True):
    """A listening socket: where, the number of its user, and the kernel's number for it."""

    address: str
    port: int
    user: int
    inode: str


def listening(process: str = "self") -> Iterator[ListeningSocket]:
    """Yield all listening TCP sockets of the machine; an IPv6 wildcard counts as `0.0.0.0`.

    With the number of a process of the network that this one lives in.
    """
    for path in (f"/proc/{process}/net/tcp", f"/proc/{process}/net/tcp6"):
        try:
            lines = Path(path).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split(maxsplit=10)
            # https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
            if fields[3] == _LISTEN:
                address, _, port = fields[1].partition(":")
                yield ListeningSocket(_dotted(address), int(port, 16), int(fields[7]), fields[9])


def listening_sockets() -> frozenset[Socket]:
    """Return where anything listens on this machine."""
    return frozenset((one.address, one.port) for one in listening())


def _dotted(address: str) -> str:
    """Read the kernel's hexadecimal spelling; its last word holds the IPv4 part in host order.

    >>> _dotted("0100007F"), _dotted("00000000000000000000000000000000")
    ('127.0.0.1', '0.0.0.0')
    """
    return ".".join(str(byte) for byte in reversed(bytes.fromhex(address[-8:])))


def accepts(address: str, port: int) -> bool:
    """Return whether a connection to the address is accepted within a fifth of a second."""
    try:
        with socket.create_connection((address, port), timeout=0.2):
            return True
    except OSError:
        return False


def first_unprivileged_port() -> int:
    """Return the lowest port this user may listen on (0 for a user who may have any)."""
    if os.geteuid() == 0:
        return 0
    try:
        return int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text("ascii"))
    except (OSError, ValueError):
        return 1024
