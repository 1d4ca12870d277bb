"""LW1412: a user's route leads to a service that the input does not hold.

Hosts outside the cluster are none of the lanes' business and may be known to the mesh otherwise.
Of a namespace without a Service in the input nobody knows what is in it. Its name may be a slip,
though: nearly that of a namespace which has the service, or none at all where another has it.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.findings.codes.routing import UNKNOWN_DESTINATION
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import CLUSTER_DOMAIN
from laneway.core.mesh.unknown_pods import is_known_elsewhere
from laneway.core.resources.yaml.nearness import likest
from laneway.core.rules.check import Check
from laneway.core.rules.questions.destinations import WrittenDestination, written_destinations
from laneway.core.rules.questions.services import service_fix


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find destinations in the cluster that no Service is, if the input says what is there."""
    spaces = _spaces(mesh) if mesh.virtual_services else {}
    for written in written_destinations(mesh) if mesh.services else ():
        host = written.host
        if not host.endswith(f".svc.{CLUSTER_DOMAIN}") or host in mesh.services:
            continue
        if not _is_judged(spaces, written) or is_known_elsewhere(host, mesh.service_entries):
            continue
        place = written.place.at("destination", "host")
        words = {"route": written.route, "host": host, "fix": service_fix(mesh, host)}
        yield finding(UNKNOWN_DESTINATION, place, str(written.author.meta.ref), **words)


def _spaces(mesh: Mesh) -> dict[str, set[str]]:
    """Return the namespaces that have a service, by its name; under no name all of them."""
    found: dict[str, set[str]] = {"": set()}
    for service in mesh.services.values():
        found[""].add(service.namespace)
        found.setdefault(service.name, set()).add(service.namespace)
    return found


def _is_judged(spaces: dict[str, set[str]], written: WrittenDestination) -> bool:
    """Whether the input says what there is in the namespace of a host.

    A short name means the namespace of the route, and is hardly meant so where another has it.
    """
    name, space = written.host.split(".")[:2]
    having = spaces.get(name, set())
    short = "." not in written.destination.host
    return space in spaces[""] or bool(likest(space, having)) or (short and bool(having))


CHECK = Check.of_mesh(UNKNOWN_DESTINATION, check, missing=True)
