"""A redirect to https in words, at the line that asks for it.

Comes in: what a server redirects. Goes out: the finding, whichever of the two codes it has.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code, Finding, finding
from laneway.core.mesh.mesh import Mesh
from laneway.core.routing.ask.redirects import Redirected
from laneway.core.rules.questions.words import counted, listing


def said_of(mesh: Mesh, code: Code, one: Redirected) -> Finding:
    """Return the finding of a code about a redirecting server."""
    ref = one.origin.ref
    gateway = next(gateway for gateway in mesh.gateways.values() if gateway.meta.ref == ref)
    words = {
        "port": one.port.port,
        "gateway": f"{ref.namespace}/{ref.name}",
        "hosts": counted("host", one.domains),
        "groups": counted("group", list(one.groups)),
        "https": listing(one.secure),
    }
    return finding(code, gateway.meta.place(*one.origin.path), str(ref), **words)
