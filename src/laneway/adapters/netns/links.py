"""The links, addresses and routes of a private network, as messages to the kernel.

Comes in: addresses and handles. Goes out: messages: some for the network between the pods, where a
bridge joins them, some for a pod's own. What is said in one message costs one turn in the kernel.
Hardware addresses follow from the others and are told to all, so that nobody has to ask for them.
https://man7.org/linux/man-pages/man7/rtnetlink.7.html
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import cache

from pyroute2.netlink import NLM_F_CREATE, NLM_F_EXCL
from pyroute2.netlink.rtnl import (
    RTM_DELLINK,
    RTM_GETLINK,
    RTM_NEWADDR,
    RTM_NEWLINK,
    RTM_NEWNEIGH,
    RTM_NEWROUTE,
    RTM_NEWRULE,
    rt_proto,
    rt_scope,
    rt_type,
)
from pyroute2.netlink.rtnl.fibmsg import FR_ACT_PROHIBIT, fibmsg
from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
from pyroute2.netlink.rtnl.ifinfmsg import IFF_UP, ifinfmsg
from pyroute2.netlink.rtnl.ndmsg import NUD_PERMANENT, ndmsg
from pyroute2.netlink.rtnl.rtmsg import rtmsg

from laneway.adapters.netns.messages import Attribute, dump, message, nested
from laneway.adapters.netns.pods import MeshNetwork

LOOPBACK, BRIDGE, POD, FIRST = 1, 2, 2, 3
"""Links by their numbers: the bridge, a pod's own in its namespace, the first on the bridge."""

PREFIX = 17
"""How much of an address is one network: the pods' half. What is sent elsewhere by other means than
a connection, which goes to the proxy, is refused at once."""

_BRIDGE_NAME = "pods"
_MAIN_TABLE = 254
_FORWARDING = 3
_IPV4 = {"family": socket.AF_INET}


def bridge(mesh: MeshNetwork) -> Iterator[bytes]:
    """Yield the messages that make the network between the pods.

    A proxy may begin to connect to any address there, since rules lead it back to itself; what
    pods send past their proxies is refused.
    """
    yield _link(LOOPBACK)
    named = ("IFLA_IFNAME", _BRIDGE_NAME), ("IFLA_ADDRESS", _hardware(mesh.bridge))
    yield _new_link(BRIDGE, *named, ("IFLA_LINKINFO", nested(("IFLA_INFO_KIND", "bridge"))))
    for own in filter(None, (mesh.bridge, mesh.passing)):
        yield _address(BRIDGE, own)
    yield _default_route("link", ("RTA_OIF", BRIDGE))
    refused = _IPV4 | {"action": FR_ACT_PROHIBIT}
    arriving = ("FRA_IIFNAME", _BRIDGE_NAME), ("FRA_PRIORITY", 1)
    yield message(fibmsg, RTM_NEWRULE, refused, *arriving)


def cable(index: int, namespace: int, address: str) -> Iterator[bytes]:
    """Yield the messages that lead from the bridge into a pod's network, given by its handle."""
    # down: the kernel refuses to bring one end up before it knows the other
    peer = nested(
        ("IFLA_IFNAME", "eth0"),
        ("IFLA_ADDRESS", _hardware(address)),
        ("IFLA_NET_NS_FD", namespace),
        index=POD,
    )
    pair = nested(("IFLA_INFO_KIND", "veth"), ("IFLA_INFO_DATA", nested(("VETH_INFO_PEER", peer))))
    named = ("IFLA_IFNAME", f"pod{index}"), ("IFLA_MASTER", BRIDGE)
    yield _new_link(index, *named, ("IFLA_LINKINFO", pair))
    yield _neighbor(BRIDGE, address)


def cut(index: int) -> Iterator[bytes]:
    """Yield the message that takes away what leads into a pod."""
    yield message(ifinfmsg, RTM_DELLINK, {"index": index}, flags=0)


def pod(address: str, gateway: str) -> Iterator[bytes]:
    """Yield the messages that give a pod's own network its address and its way out."""
    yield _link(LOOPBACK)
    yield _link(POD)
    yield _address(POD, address)
    yield _default_route("universe", ("RTA_GATEWAY", gateway), ("RTA_OIF", POD))
    yield _neighbor(POD, gateway)


def forwarding(kernel: socket.socket) -> Iterator[int]:
    """Yield the links that the bridge passes frames to: it does some time after they are up.

    Raises NetworkError.
    """
    for one in dump(kernel, "look at the bridge", ifinfmsg, RTM_GETLINK, family=socket.AF_BRIDGE):
        port = one.get_attr("IFLA_PROTINFO")
        if port is not None and port.get_attr("IFLA_BRPORT_STATE") == _FORWARDING:
            yield one["index"]


@cache
def _link(index: int) -> bytes:
    """Bring a link up."""
    return message(ifinfmsg, RTM_NEWLINK, _up(index), flags=0)


def _new_link(index: int, *attributes: Attribute) -> bytes:
    return message(ifinfmsg, RTM_NEWLINK, _up(index), *attributes, flags=NLM_F_CREATE | NLM_F_EXCL)


def _up(index: int) -> dict[str, int]:
    return {"index": index, "flags": IFF_UP, "change": IFF_UP}


def _address(index: int, address: str) -> bytes:
    head = _IPV4 | {"index": index, "prefixlen": PREFIX}
    return message(ifaddrmsg, RTM_NEWADDR, head, ("IFA_LOCAL", address), ("IFA_ADDRESS", address))


@cache
def _default_route(scope: str, *attributes: Attribute) -> bytes:
    """Make the route for what no other route is for."""
    how = {"scope": rt_scope[scope], "type": rt_type["unicast"], "proto": rt_proto["static"]}
    return message(rtmsg, RTM_NEWROUTE, _IPV4 | how | {"table": _MAIN_TABLE}, *attributes)


@cache
def _neighbor(index: int, address: str) -> bytes:
    head = _IPV4 | {"ifindex": index, "state": NUD_PERMANENT}
    where = ("NDA_DST", address), ("NDA_LLADDR", _hardware(address))
    return message(ndmsg, RTM_NEWNEIGH, head, *where)


def _hardware(address: str) -> str:
    """Return a hardware address of the kind that anybody may choose.

    >>> _hardware("10.88.0.1")
    '02:00:0a:58:00:01'
    """
    return (b"\x02\x00" + socket.inet_aton(address)).hex(":")
