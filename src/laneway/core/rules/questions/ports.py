"""The ports of lane services, with their places.

Comes in: a Mesh. Goes out: every port that the mesh routes of every service in a group.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Group, Mesh, MeshPort, MeshService


class LanePort(Struct, frozen=True):
    """A port of a service in a lane group."""

    group: Group
    service: MeshService
    port: MeshPort

    @property
    def place(self) -> Place:
        """Where the port is written."""
        return self.service.place_of(self.port)


def lane_ports(mesh: Mesh) -> Iterator[LanePort]:
    """Yield the ports of all services in groups."""
    for group in mesh.groups:
        for host in group.hosts:
            service = mesh.services[host]
            for port in service.ports:
                yield LanePort(group, service, port)
