"""Everything that leads requests from a gateway to a service: lanes' entries and users' routes.

Comes in: a Mesh. Goes out: each lead with its host, its port as written and its places. What is
said of ports holds for both kinds alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from laneway.core.findings.place import Place
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.routing.entries import entry_host
from laneway.core.rules.questions.destinations import written_destinations
from laneway.core.rules.questions.entries import entry_uses


@dataclass(frozen=True, slots=True)
class Lead:
    """One way from a gateway to a service. `port_place` is where the port is, or would be."""

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
            place = written.place.at("destination")
            yield Lead(
                f"route {written.route}",
                str(written.author.meta.ref),
                written.host,
                written.destination.port,
                place,
                place.at("port", "number"),
            )
