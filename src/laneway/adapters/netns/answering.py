"""What programs in a private network are answered when they ask for a name.

Comes in: a question, and the addresses of the mesh's own names. Goes out: an answer. A name of the
mesh has the address it is given; one below a domain that belongs to the mesh, and that it does not
know, does not exist. Every other name has what this machine says of it, its `/etc/hosts` and its
resolver. There is no IPv6 in a private network, so no name has such an address.
https://github.com/kubernetes/dns/blob/master/docs/specification.md
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from msgspec import Struct

SECONDS = 5
"""How long an answer may be remembered: a mesh is edited while its programs run."""

SMALLEST_PACKET = 512
"""Bytes that whoever says nothing of it is able to take. RFC 1035, section 4.2.1."""

_TIMEOUT = 5.0
_MOST_NAMES = 8
"""Names that stand for others, one after the other, before that counts as a circle."""


class Answers(Struct):
    """What is known of names.

    `known` are the mesh's own, without the last dot and in lower case, with their addresses or the
    name they stand for, to be replaced as a whole. `domains` belong to the mesh. `host` stands for
    this machine, where its own resolver says that a name is this machine. `upstream` is asked for
    what is no address of a name; empty for nobody.
    """

    known: Mapping[str, str] = {}
    domains: tuple[str, ...] = ("cluster.local", "laneway.internal")
    host: str = ""
    upstream: str = ""

    async def answer(self, packet: bytes, room: int = 0) -> bytes | None:
        """Return the answer to a packet, None for one that is no question.

        It is cut short to `room` bytes, or to as many as the question says that its sender takes.
        """
        try:
            question = dns.message.from_wire(packet)
            response = dns.message.make_response(question, recursion_available=True)
        except (dns.exception.DNSException, ValueError):
            return None
        if len(question.question) != 1:
            response.set_rcode(dns.rcode.FORMERR)
            return response.to_wire()
        asked = question.question[0]
        name = asked.name.to_text(omit_final_dot=True).lower()
        if not self._is_address(name, asked.rdtype):
            return await self._forwarded(packet) or _failed(response)
        address = asked.rdtype == dns.rdatatype.A
        code, found = await self._addresses(name)
        response.set_rcode(code)
        if address and found:
            response.answer.append(dns.rrset.from_text(asked.name, SECONDS, "IN", "A", *found))
        room = room or max(SMALLEST_PACKET, question.payload)
        return response.to_wire(max_size=room, prefer_truncation=True)

    def _is_address(self, name: str, kind: dns.rdatatype.RdataType) -> bool:
        """Whether it is for this machine to say: an address, or anything of the mesh's own."""
        return kind in (dns.rdatatype.A, dns.rdatatype.AAAA) or self._is_own(name)

    def _is_own(self, name: str) -> bool:
        """Whether a name is the mesh's.

        >>> Answers()._is_own("cart.shop.svc.cluster.local"), Answers()._is_own("mycluster.local")
        (True, False)
        """
        return name in self.known or any(
            name == domain or name.endswith(f".{domain}") for domain in self.domains
        )

    async def _addresses(self, asked: str) -> tuple[dns.rcode.Rcode, list[str]]:
        name = asked
        for _ in range(_MOST_NAMES):
            found = self.known.get(name)
            if found is None:
                return await self._elsewhere(name, is_own=name == asked)
            if _is_address(found):
                return dns.rcode.NOERROR, [found]
            name = found.rstrip(".").lower()
        return dns.rcode.SERVFAIL, []

    async def _elsewhere(self, name: str, *, is_own: bool) -> tuple[dns.rcode.Rcode, list[str]]:
        """Look up a name that is not known; `is_own` says that a program asked for it itself."""
        if self._is_own(name):
            return dns.rcode.NXDOMAIN, []
        code, found = await looked_up(name)
        if not self.host or (is_own and name.endswith("localhost")):
            return code, found
        return code, [self.host if one.startswith("127.") else one for one in found]

    async def _forwarded(self, packet: bytes) -> bytes | None:
        """Ask this machine's own name server."""
        if not self.upstream:
            return None
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.setblocking(False)  # noqa: FBT003 - the standard library names no such argument
            try:
                async with asyncio.timeout(_TIMEOUT):
                    await loop.sock_connect(asking, (self.upstream, 53))
                    await loop.sock_sendall(asking, packet)
                    return await loop.sock_recv(asking, 1 << 16)
            except OSError:  # a timeout is one
                return None


async def looked_up(name: str) -> tuple[dns.rcode.Rcode, list[str]]:
    """Ask this machine for the addresses of a name."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        missing = error.errno in (socket.EAI_NONAME, socket.EAI_NODATA)
        return dns.rcode.NXDOMAIN if missing else dns.rcode.SERVFAIL, []
    except UnicodeError:  # a label that is empty or too long
        return dns.rcode.NXDOMAIN, []
    return dns.rcode.NOERROR, list(dict.fromkeys(str(one[4][0]) for one in found))


def _is_address(text: str) -> bool:
    try:
        socket.inet_aton(text)
    except OSError:
        return False
    return True


def _failed(response: dns.message.Message) -> bytes:
    response.set_rcode(dns.rcode.SERVFAIL)
    return response.to_wire()
