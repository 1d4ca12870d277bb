"""Addresses of a cluster's nodes, at which each of them answers node ports.

Comes in: a client of somebody who may list nodes. Goes out: addresses, those that are reached from
elsewhere first.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct, field

from laneway.adapters.kube import Client, Kind

_NODE = Kind("", "v1", "Node", "nodes", is_namespaced=False)
_ORDER = ("ExternalIP", "ExternalDNS", "InternalIP")


class _NodeAddress(Struct):
    type: str = ""
    address: str = ""


class _NodeStatus(Struct):
    addresses: list[_NodeAddress] | None = None


class _NodeRead(Struct):
    status: _NodeStatus = field(default_factory=_NodeStatus)


_node = msgspec.json.Decoder(_NodeRead)


async def addresses_of_nodes(client: Client) -> tuple[str, ...]:
    """Return them. Raises Forbidden, KubeError."""
    found = [
        (_ORDER.index(one.type), one.address)
        async for raw in client.listed(_NODE)
        for one in _node.decode(raw).status.addresses or ()
        if one.type in _ORDER
    ]
    return tuple(address for _, address in sorted(found))
