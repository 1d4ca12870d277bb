"""Where workloads run on this machine: addresses and ports, decided outside and handed in as data.

A replica has a loopback address of its own. Others reach it at `address:inbound`, where its proxy
listens; the proxy hands on to `address:program`, where the program listens. The program's own
calls go through its proxy at `address:outbound`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.mesh.mesh import Caller
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
    routes only.
    """

    name: str
    workload: Ref
    caller: Caller
    address: str
    ports: tuple[PortPlace, ...]
    outbound: int
    sidecar: bool = True

    def place_of(self, port: int | str) -> PortPlace | None:
        """Return a container port by its number or name."""
        return next((one for one in self.ports if port in (one.container, one.name)), None)

    def dialed(self, place: PortPlace) -> tuple[str, int]:
        """Return where others reach a container port."""
        return self.address, place.inbound if self.sidecar else place.program


class Placement(Struct, frozen=True):
    """All replicas, and the local port of each gateway port (selector, port).

    Gateways listen on `gateway_address`. A gateway port without a place is not opened.
    """

    replicas: tuple[Replica, ...] = ()
    gateways: Mapping[tuple[Labels, int], int] = {}
    gateway_address: str = "127.0.0.1"
