"""Where workloads run on this machine: addresses and ports, decided outside and handed in as data.

A replica has an address of its own. Others reach it at `address:inbound`, where its proxy listens;
the proxy hands on to `address:program`, where the program listens. The program's own calls go
through its proxy at `address:outbound`: it is told to send them there, or with interception they
are led there from its network namespace, whatever it does.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import Host
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref


class PortPlace(Struct, frozen=True):
    """One container port: what others dial (`inbound`) and where the program listens."""

    container: int
    inbound: int
    program: int
    name: str = ""


class Replica(Struct, frozen=True):
    """One running pod of a workload. `name` is unique in the mesh, `mocka-v1-0`.

    Without a sidecar the replica is dialed at `program` directly and its calls meet Istio's plain
    routes only. `network` is the file of its network namespace, as its proxy opens it; empty for
    one that lives in this machine's own.
    """

    name: str
    workload: Ref
    caller: Caller
    address: str
    ports: tuple[PortPlace, ...]
    outbound: int
    sidecar: bool = True
    network: str = ""

    def place_of(self, port: int | str) -> PortPlace | None:
        """Return a container port by its number or name."""
        return next((one for one in self.ports if port in (one.container, one.name)), None)

    def dialed(self, place: PortPlace) -> tuple[str, int]:
        """Return where others reach a container port."""
        return self.address, place.inbound if self.sidecar else place.program


class Interception(Struct, frozen=True):
    """The private network of a mesh whose programs know of no proxy.

    Proxies live in it, and dial pods from its `bridge`, or from `passing` where a program itself
    named an address. `host` stands for this machine. `virtual` is the range (CIDR) of services,
    `services` are their addresses in it. What is dialed in it and is no pod is led to `port`.
    """

    bridge: str
    passing: str
    host: str
    virtual: str
    services: Mapping[Host, str] = {}
    port: int = 15001


class Placement(Struct, frozen=True):
    """All replicas, and the local port of each gateway port (selector, port).

    Gateways listen on `gateway_address`. A gateway port without a place is not opened. With
    `interception` all replicas have a network namespace each.
    """

    replicas: tuple[Replica, ...] = ()
    gateways: Mapping[tuple[Labels, int], int] = {}
    gateway_address: str = "127.0.0.1"
    interception: Interception | None = None
