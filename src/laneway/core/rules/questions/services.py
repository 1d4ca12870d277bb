"""What to say of a service that is not there.

Comes in: a Mesh and a host nobody has. Goes out: a fix that names the service that was meant, if
one is near: the same name in another namespace, or a name with a letter changed.
"""

from __future__ import annotations

from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.names import Host
from laneway.core.resources.yaml.nearness import likest
from laneway.core.rules.questions.words import listing, short_host


def same_named(mesh: Mesh, name: str) -> list[MeshService]:
    """Return the services of a name in all namespaces."""
    return [known for known in mesh.services.values() if known.name == name]


def service_fix(mesh: Mesh, host: Host) -> str:
    """Advise what to write instead of a host that no Service is."""
    name = host.partition(".")[0]
    same = [known.host for known in same_named(mesh, name)]
    if same:
        return f"A Service of that name is in another namespace: write {listing(same, limit=2)}."
    named = {known.name: known.host for known in mesh.services.values()}
    meant = named.get(likest(name, named))
    if meant:
        return f"Did you mean {short_host(meant)}?"
    return "Add the Service to the input, or correct the name and the namespace."
