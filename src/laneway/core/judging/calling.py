"""Programs that know a service by its URL and never called it through their proxy.

Comes in: what was counted. Goes out: a warning for each program that was asked and has a URL of a
lane service, which no call counted by its proxy can have been for. Such a program calls past its
proxy, or not at all: in either case what is behind it was not put to the test by it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.codes.verifying import NEVER_CALLED
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.judging.callers import callers
from laneway.core.judging.ledger import Seen
from laneway.core.judging.trail import MeshUnderTest
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.upstreams import CalledService, service_urls
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref
from laneway.core.rules.questions.words import listing, short_host


class Calling(Struct):
    """Who was asked, and whom each may have called, while a mesh is verified."""

    ground: MeshUnderTest
    asked: set[Ref] = set()
    called: set[tuple[Ref, Host]] = set()

    def note(self, seen: Seen) -> None:
        """Take over what was counted between two readings."""
        self.asked |= {self.ground.replica(name).workload for name in seen.received}
        for (_, host), refs in callers(self.ground, seen).items():
            self.called |= {(ref, host) for ref in refs}

    def findings(self) -> Iterator[Finding]:
        """Yield the programs that never called what they have a URL of.

        Nobody calls past a proxy in a network that leads to it.
        """
        if any(one.network for one in self.ground.ledger.replicas.values()):
            return
        mesh = self.ground.mesh
        for ref in sorted(self.asked):
            workload = self.ground.workloads[ref]
            found: dict[Host, str] = {}
            for one in service_urls(mesh, workload):
                if _is_judged(mesh, workload, one.call) and (ref, one.call.host) not in self.called:
                    found.setdefault(one.call.host, f"{one.variable}: {one.url}")
            if found and lack_of_sidecar(mesh, workload) is None:
                words = {
                    "program": ref.name,
                    "services": listing(map(short_host, found)),
                    "variables": listing(found.values()),
                }
                yield unplaced(NEVER_CALLED, str(ref), **words)


def _is_judged(mesh: Mesh, workload: Workload, call: CalledService) -> bool:
    """Whether a call is one to another service in lanes, over a port that speaks HTTP."""
    service = mesh.services[call.host]
    ports = [port for port in service.ports if call.port in (None, port.number)]
    is_own = any(one.meta.ref == workload.meta.ref for one in service.workloads)
    return call.host in mesh.owner_of and not is_own and bool(ports) and ports[0].protocol == "http"
