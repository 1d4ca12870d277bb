"""LW1412: a user's route leads to a service that the input does not hold.

Hosts outside the cluster are none of the lanes' business and may be known to the mesh otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import UNKNOWN_DESTINATION
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import CLUSTER_DOMAIN
from laneway.core.mesh.unknown_pods import is_known_elsewhere
from laneway.core.routing.plan import RoutePlan
from laneway.core.rules.check import Check
from laneway.core.rules.questions.destinations import written_destinations
from laneway.core.rules.questions.services import service_advice


def check(mesh: Mesh, _plan: RoutePlan) -> Iterator[Finding]:
    """Find destinations in the cluster that no Service is, if the input holds Services at all."""
    for written in written_destinations(mesh) if mesh.services else ():
        host = written.host
        if not host.endswith(f".svc.{CLUSTER_DOMAIN}") or host in mesh.services:
            continue
        if not is_known_elsewhere(host, mesh.service_entries):
            place = written.place.at("destination", "host")
            words = {"route": written.route, "host": host, "advice": service_advice(mesh, host)}
            yield finding(UNKNOWN_DESTINATION, place, str(written.author.meta.ref), **words)


CHECK = Check(UNKNOWN_DESTINATION, check, missing=True)
