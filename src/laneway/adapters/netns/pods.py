"""What a pod's network is to be.

Comes in: addresses and ports, decided by the core. Goes out: a value to compare: a pod whose value
differs is brought up to date, one whose value is equal is left alone.
"""

from __future__ import annotations

from msgspec import Struct

Port = int


class PodNetwork(Struct, frozen=True):
    """A pod's address, and where connections lead.

    What its programs open goes to its proxy at 127.0.0.1:`outbound`, none of it if that is 0. What
    arrives at a container port goes to the proxy's port that `inbound` names for it, unless the
    proxy itself sent it. Ports in `loopback` have programs that listen on 127.0.0.1 alone: they are
    reached there all the same. `host_ports` of 127.0.0.1 lead to the proxy, too. A proxy inside the
    pod sets a `mark` on what it opens, so that it is not led to itself.
    """

    address: str
    outbound: Port = 0
    inbound: tuple[tuple[Port, Port], ...] = ()
    loopback: tuple[Port, ...] = ()
    host_ports: tuple[Port, ...] = ()
    mark: int = 0


class MeshNetwork(Struct, frozen=True):
    """The network between the pods, where a mesh's proxy lives.

    It dials pods from `bridge`, and from `passing` what it only passes on. What it opens to `host`
    and to addresses that are no pod's comes back to it at 127.0.0.1:`outbound`, nothing if that is
    0.
    """

    bridge: str
    passing: str = ""
    host: str = ""
    outbound: Port = 0
