"""The rules by which a pod's connections are led to its proxy, as messages to the kernel.

Comes in: a pod's network. Goes out: one transaction of nftables that puts its rules in place of
those before, or leaves these untouched. Connections that exist keep the way they have.
https://wiki.nftables.org/wiki-nftables/index.php/Netfilter_hooks
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from struct import pack

from laneway.adapters.netns.messages import (
    ACK,
    APPEND,
    CREATE,
    attribute,
    message,
    nested,
    text,
)
from laneway.adapters.netns.pods import MeshNetwork, PodNetwork

TABLE, OUT, IN = "laneway", "out", "in"
# linux/netfilter/nf_tables.h
_NEWTABLE, _NEWCHAIN, _NEWRULE, _DELRULE = 0, 3, 6, 8
_BEGIN, _END, _NFTABLES = 0x10, 0x11, 10
_PREROUTING, _OUTPUT = 0, 3
_DESTINATION = -100  # the priority of rules that change where a connection goes
_NETWORK_HEADER, _TRANSPORT_HEADER = 1, 2
_SAME, _OTHER, _LOWER = 0, 1, 2
_VERDICT, _REGISTER = 0, 1
_MARK, _L4_PROTOCOL = 3, 16
_DNAT, _ACCEPT = 1, 1

Rule = tuple[str, bytes]
"""A chain, and what is asked and done in it, one expression after the other."""


def redirects(pod: PodNetwork, mesh: MeshNetwork) -> bytes:
    """Return the transaction that gives a pod its rules."""
    return _transaction(_of_pod(pod, mesh.bridge))


def mesh_redirects(mesh: MeshNetwork) -> bytes:
    """Return the transaction that gives the network between the pods its rules."""
    return _transaction(_of_mesh(mesh))


def _transaction(rules: Iterator[Rule]) -> bytes:
    messages = [
        _message(_NEWTABLE, CREATE, text(1, TABLE)),
        _chain(OUT, _OUTPUT),
        _chain(IN, _PREROUTING),
        _message(_DELRULE, 0, text(1, TABLE)),
        *(_rule(chain, asked) for chain, asked in rules),
    ]
    return b"".join([_mark(_BEGIN), *messages, _mark(_END)])


def _of_pod(pod: PodNetwork, bridge: str) -> Iterator[Rule]:
    """Yield a pod's rules; of a chain the first that is met decides."""
    if pod.mark:
        yield OUT, _meta(_MARK) + _compare(pack("=I", pod.mark)) + _accept()
    if pod.outbound:
        for port in pod.host_ports:
            yield OUT, _tcp() + _to("127.0.0.1") + _port(port) + _redirect(pod.outbound)
        yield OUT, _to("127.0.0.0", length=1) + _accept()
        yield OUT, _to(pod.address) + _accept()
        yield OUT, _to(bridge) + _accept()
        yield OUT, _tcp() + _redirect(pod.outbound)
    for port, proxy in pod.inbound:
        yield IN, _from(bridge, _OTHER) + _tcp() + _port(port) + _redirect(proxy)
    for port in pod.loopback:
        yield IN, _from(bridge, _SAME) + _tcp() + _port(port) + _to_loopback()


def _of_mesh(mesh: MeshNetwork) -> Iterator[Rule]:
    """Yield the rules of the network between the pods."""
    if not mesh.outbound:
        return
    yield OUT, _to("127.0.0.0", length=1) + _accept()
    for own in filter(None, (mesh.bridge, mesh.passing)):
        yield OUT, _to(own) + _accept()
    if mesh.host:
        yield OUT, _tcp() + _to(mesh.host) + _redirect(mesh.outbound)
    yield OUT, _to(mesh.bridge, length=2) + _in_lower_half() + _accept()
    yield OUT, _tcp() + _redirect(mesh.outbound)


def _in_lower_half() -> bytes:
    """Ask whether an address is a pod's: its third number is below 128."""
    return _load(_NETWORK_HEADER, 18, 1) + _compare(b"\x80", _LOWER)


def _tcp() -> bytes:
    return _meta(_L4_PROTOCOL) + _compare(bytes((socket.IPPROTO_TCP,)))


def _meta(key: int) -> bytes:
    return _expression("meta", _number(1, _REGISTER), _number(2, key))


def _from(address: str, how: int) -> bytes:
    return _load(_NETWORK_HEADER, 12, 4) + _compare(socket.inet_aton(address), how)


def _to(address: str, length: int = 4) -> bytes:
    """Ask for the first bytes of where a connection goes."""
    return _load(_NETWORK_HEADER, 16, length) + _compare(socket.inet_aton(address)[:length])


def _port(port: int) -> bytes:
    return _load(_TRANSPORT_HEADER, 2, 2) + _compare(pack("!H", port))


def _redirect(port: int) -> bytes:
    """Lead to a port of the pod's own: at 127.0.0.1 what begins here, else at its address."""
    return _put(pack("!H", port)) + _expression("redir", _number(1, _REGISTER))


def _to_loopback() -> bytes:
    """Lead to the same port of 127.0.0.1."""
    family = _number(2, socket.AF_INET)
    to = _expression("nat", _number(1, _DNAT), family, _number(3, _REGISTER))
    return _put(socket.inet_aton("127.0.0.1")) + to


def _accept() -> bytes:
    return _expression("immediate", _number(1, _VERDICT), nested(2, nested(2, _number(1, _ACCEPT))))


def _load(header: int, offset: int, length: int) -> bytes:
    where = (_number(2, header), _number(3, offset), _number(4, length))
    return _expression("payload", _number(1, _REGISTER), *where)


def _compare(value: bytes, how: int = _SAME) -> bytes:
    data = nested(3, attribute(1, value))
    return _expression("cmp", _number(1, _REGISTER), _number(2, how), data)


def _put(value: bytes) -> bytes:
    return _expression("immediate", _number(1, _REGISTER), nested(2, attribute(1, value)))


def _expression(name: str, *values: bytes) -> bytes:
    return nested(1, text(1, name), nested(2, *values))


def _chain(name: str, hook: int) -> bytes:
    place = nested(4, _number(1, hook), attribute(2, pack("!i", _DESTINATION)))
    return _message(_NEWCHAIN, CREATE, text(1, TABLE) + text(3, name) + place + text(7, "nat"))


def _rule(chain: str, expressions: bytes) -> bytes:
    what = text(1, TABLE) + text(2, chain) + nested(4, expressions)
    return _message(_NEWRULE, CREATE | APPEND, what)


def _number(kind: int, value: int) -> bytes:
    """Return an attribute that holds a number as networks write it."""
    return attribute(kind, pack("!I", value))


def _message(kind: int, flags: int, values: bytes) -> bytes:
    head = pack("!BBH", socket.AF_INET, 0, 0)
    return message(_NFTABLES << 8 | kind, flags | ACK, head + values)


def _mark(kind: int) -> bytes:
    """Begin or end a transaction."""
    return message(kind, 0, pack("!BBH", socket.AF_UNSPEC, 0, _NFTABLES))
