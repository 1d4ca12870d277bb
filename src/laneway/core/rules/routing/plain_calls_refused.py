"""LW1427: a policy that takes only mTLS, before a lane service that pods without sidecar call.

https://istio.io/latest/docs/reference/config/security/peer_authentication/
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.codes.routing import PLAIN_CALLS_REFUSED
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.access import strict_before
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.upstreams import calls_of
from laneway.core.resources.istio.security import PeerAuthentication
from laneway.core.resources.meta import Ref
from laneway.core.rules.check import Check
from laneway.core.rules.questions.members import pod_name
from laneway.core.rules.questions.words import listing, short_host


class _Refused(Struct):
    policy: PeerAuthentication
    callers: dict[str, None] = {}
    hosts: dict[Host, None] = {}


def check(mesh: Mesh) -> Iterator[Finding]:
    """Find policies that refuse calls which a workload names in its environment."""
    found: dict[Ref, _Refused] = {}
    for caller in mesh.workloads if mesh.peer_policies else ():
        if lack_of_sidecar(mesh, caller) is None:
            continue
        for call in calls_of(mesh, caller):
            if call.host in mesh.owner_of:
                for policy in strict_before(mesh, call.host, call.port):
                    one = found.setdefault(policy.meta.ref, _Refused(policy))
                    one.callers[pod_name(caller)] = None
                    one.hosts[call.host] = None
    yield from map(_said, found.values())


def _said(one: _Refused) -> Finding:
    meta = one.policy.meta
    words = {
        "policy": meta.ref,
        "callers": listing(one.callers),
        "verb": "calls" if len(one.callers) == 1 else "call",
        "hosts": listing(short_host(host) for host in one.hosts),
    }
    return finding(PLAIN_CALLS_REFUSED, meta.place("metadata", "name"), str(meta.ref), **words)


CHECK = Check.of_mesh(PLAIN_CALLS_REFUSED, check)
