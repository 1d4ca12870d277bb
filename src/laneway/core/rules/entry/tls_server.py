"""LW1317: a gateway server that speaks TLS, which the mesh on this machine cannot serve."""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.gateway import TLS_SERVER
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.plan.gateways import TLS_PROTOCOLS
from laneway.core.rules.check import Check


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find TLS servers of all Gateways."""
    for name, gateway in mesh.gateways.items():
        for server in gateway.servers:
            if server.protocol.upper() in TLS_PROTOCOLS:
                place = gateway.meta.place("spec", "servers", server.index, "port")
                words = {"server": server.port_name or server.port, "gateway": name}
                yield finding(TLS_SERVER, place, str(gateway.meta.ref), **words)


CHECK = Check.of_mesh(TLS_SERVER, check)
