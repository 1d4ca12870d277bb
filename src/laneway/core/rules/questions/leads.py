"""Everything that leads requests to a service: lanes' entries and users' routes.

Comes in: a Mesh. Goes out: each lead with its host, its port as written and its places; those of
gateways, and those of users inside the mesh. What is said of ports holds for all alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.routing.plan.entries import entry_host
from laneway.core.routing.plan.entry_uses import entry_uses
from laneway.core.rules.questions.destinations import WrittenDestination, written_destinations


class Lead(Struct, frozen=True):
    """One way to a service. `port_place` is where the port is, or would be."""

    said: str
    subject: str
    host: Host
    port: int | None
    place: Place
    port_place: Place


def leads(mesh: Mesh) -> Iterator[Lead]:
    """Yield the entries of all groups, then users' routes that gateways hold."""
    for group in mesh.groups:
        for use in entry_uses(group):
            yield Lead(
                use.said,
                str(use.lane.lane.meta.ref),
                entry_host(mesh, use.destination.host),
                use.destination.port,
                use.place,
                use.place.at("portNum"),
            )
    for written in written_destinations(mesh):
        if written.at_gateway:
            yield _of_user(written)


def mesh_leads(mesh: Mesh) -> Iterator[Lead]:
    """Yield users' routes to lane services that sidecars alone hold."""
    for written in written_destinations(mesh):
        if written.in_mesh and not written.at_gateway and written.host in mesh.owner_of:
            yield _of_user(written)


def _of_user(written: WrittenDestination) -> Lead:
    place = written.place.at("destination")
    return Lead(
        f"route {written.route}",
        str(written.author.meta.ref),
        written.host,
        written.destination.port,
        place,
        place.at("port", "number"),
    )
