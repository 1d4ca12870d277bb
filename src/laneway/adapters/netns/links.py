"""The links, addresses and routes of a private network, as messages to the kernel.

Comes in: addresses and handles. Goes out: messages: some for the network between the pods, where a
bridge joins them, some for a pod's own. What is said in one message costs one turn in the kernel.
Hardware addresses follow from the others and are told to all, so that nobody has to ask for them.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from struct import pack, unpack_from

from laneway.adapters.netns.messages import (
    ACK,
    CREATE,
    DUMP,
    EXCLUSIVE,
    attribute,
    attributes,
    message,
    nested,
    number,
    text,
)
from laneway.adapters.netns.pods import MeshNetwork

# https://man7.org/linux/man-pages/man7/rtnetlink.7.html
_NEWLINK, _DELLINK, _GETLINK, _NEWADDR = 16, 17, 18, 20
_NEWROUTE, _NEWNEIGH, _NEWRULE = 24, 28, 32
_ADDRESS, _NAME, _MASTER, _INFO, _NAMESPACE = 1, 3, 10, 18, 28
_KIND, _OPTIONS, _PEER = 1, 2, 1
_PORT, _STATE, _FORWARDING = 12, 1, b"\x03"
_UP = 1
_BRIDGE_NAME = "pods"
_MAIN_TABLE, _STATIC, _EVERYWHERE, _ON_LINK, _UNICAST, _PROHIBITED = 254, 4, 0, 253, 1, 8
_PERMANENT = 0x80
LOOPBACK, BRIDGE, POD, FIRST = 1, 2, 2, 3
"""Links by their numbers: the bridge, a pod's own in its namespace, the first on the bridge."""

PREFIX = 17
"""How much of an address is one network: the pods' half. What is sent elsewhere by other means than
a connection, which goes to the proxy, is refused at once."""


def bridge(mesh: MeshNetwork) -> bytes:
    """Return the messages that make the network between the pods.

    A proxy may begin to connect to any address there, since rules lead it back to itself; what
    pods send past their proxies is refused.
    """
    options = nested(_INFO, text(_KIND, "bridge"))
    named = text(_NAME, _BRIDGE_NAME) + attribute(_ADDRESS, _hardware(mesh.bridge))
    return b"".join(
        (
            _up(LOOPBACK),
            message(_NEWLINK, ACK | CREATE | EXCLUSIVE, _link(BRIDGE) + named + options),
            *(_address(BRIDGE, own) for own in filter(None, (mesh.bridge, mesh.passing))),
            message(_NEWROUTE, ACK | CREATE, _route(_ON_LINK, _UNICAST) + number(4, BRIDGE)),
            message(_NEWRULE, ACK | CREATE, _refused() + text(3, _BRIDGE_NAME) + number(6, 1)),
        )
    )


def cable(index: int, namespace: int, address: str) -> bytes:
    """Return the messages that lead from the bridge into a pod's network, given by its handle."""
    peer = (
        _link(POD, 0)  # the kernel refuses to bring one end up before it knows the other
        + text(_NAME, "eth0")
        + attribute(_ADDRESS, _hardware(address))
        + number(_NAMESPACE, namespace)
    )
    pair = nested(_INFO, text(_KIND, "veth"), nested(_OPTIONS, attribute(_PEER, peer)))
    named = text(_NAME, f"pod{index}") + number(_MASTER, BRIDGE)
    made = message(_NEWLINK, ACK | CREATE | EXCLUSIVE, _link(index) + named + pair)
    return made + _neighbor(BRIDGE, address)


def cut(index: int) -> bytes:
    """Return the message that takes away what leads into a pod."""
    return message(_DELLINK, ACK, _link(index))


def pod(address: str, gateway: str) -> bytes:
    """Return the messages that give a pod's own network its address and its way out."""
    way_out = attribute(5, socket.inet_aton(gateway)) + number(4, POD)
    default = _route(_EVERYWHERE, _UNICAST) + way_out
    return (
        _up(LOOPBACK)
        + _up(POD)
        + _address(POD, address)
        + message(_NEWROUTE, ACK | CREATE, default)
        + _neighbor(POD, gateway)
    )


def ports() -> bytes:
    """Return the question how the bridge's links are; `forwarding` reads the answer."""
    return message(_GETLINK, DUMP, pack("=BxHiII", socket.AF_BRIDGE, 0, 0, 0, 0))


def forwarding(bodies: Iterable[bytes]) -> Iterator[int]:
    """Yield the links that the bridge passes frames to: it does some time after they are up."""
    for body in bodies:
        port = dict(attributes(body[16:])).get(_PORT, b"")
        if dict(attributes(port)).get(_STATE) == _FORWARDING:
            yield unpack_from("=i", body, 4)[0]


def _link(index: int, state: int = _UP) -> bytes:
    """Begin a message about a link."""
    return pack("=BxHiII", socket.AF_UNSPEC, 0, index, state, state)


def _up(index: int) -> bytes:
    return message(_NEWLINK, ACK, _link(index))


def _address(index: int, address: str) -> bytes:
    own = socket.inet_aton(address)
    head = pack("=4BI", socket.AF_INET, PREFIX, 0, _EVERYWHERE, index)
    return message(_NEWADDR, ACK | CREATE, head + attribute(2, own) + attribute(1, own))


def _route(scope: int, kind: int) -> bytes:
    """Begin a message about the route for what no other route is for."""
    return pack("=8BI", socket.AF_INET, 0, 0, 0, _MAIN_TABLE, _STATIC, scope, kind, 0)


def _refused() -> bytes:
    """Begin a message about a rule that refuses what it is for."""
    return pack("=8BI", socket.AF_INET, 0, 0, 0, 0, 0, 0, _PROHIBITED, 0)


def _neighbor(index: int, address: str) -> bytes:
    head = pack("=BxxxiHBB", socket.AF_INET, index, _PERMANENT, 0, _UNICAST)
    where = attribute(1, socket.inet_aton(address)) + attribute(2, _hardware(address))
    return message(_NEWNEIGH, ACK | CREATE, head + where)


def _hardware(address: str) -> bytes:
    """Return a hardware address of the kind that anybody may choose."""
    return b"\x02\x00" + socket.inet_aton(address)
