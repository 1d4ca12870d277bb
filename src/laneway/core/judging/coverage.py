"""What was put to the test, and what nobody ever came to.

Comes in: the lanes that requests are sent into, and the replicas they met. Goes out: each lane and
service of which pods are there to answer and were not met. What was never met is not known, however
well everything else went. Apart from the verdicts on requests: those speak of what happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from laneway.core.emit.envoy.cluster_names import destination_of
from laneway.core.findings.codes.verifying import UNTESTED
from laneway.core.findings.finding import Finding, unplaced
from laneway.core.judging.ledger import Seen
from laneway.core.judging.trail import MeshUnderTest
from laneway.core.mesh.membership import ready_pods_of_lane
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.reach import lane_of
from laneway.core.rules.questions.words import listing, short_host

Met = tuple[str, Host]
"""A lane, and a service at which its requests met the pods that answer for it."""


def within_reach(mesh: Mesh, lanes: Collection[str]) -> tuple[Met, ...]:
    """Return what requests of some lanes can meet: services with pods that answer for them."""
    return tuple(
        (lane.name, host)
        for group in mesh.groups
        for lane in group.lanes
        for host in group.hosts
        if lane.name in lanes and not group.held and any(_answering(mesh, group, lane, host))
    )


def met(ground: MeshUnderTest, lanes: Collection[str], replicas: Iterable[str]) -> frozenset[Met]:
    """Return what requests of some lanes have met, by the replicas they came to."""
    refs = {ground.replica(name).workload for name in replicas}
    return frozenset(
        (lane.name, host)
        for group in ground.mesh.groups
        for lane in group.lanes
        for host in group.hosts
        if lane.name in lanes
        and any(pod.meta.ref in refs for pod in _answering(ground.mesh, group, lane, host))
    )


def stood_in(ground: MeshUnderTest, seen: Seen) -> frozenset[Met]:
    """Return at which services others answered for a lane, since its own pods are down."""
    places = map(destination_of, ground.stood_in(seen))
    found = ((lane_of(ground.mesh, place), place.host) for place in places)
    return frozenset((lane.name, host) for lane, host in found if lane is not None)


def _answering(mesh: Mesh, group: Group, lane: GroupLane, host: Host) -> Iterator[Workload]:
    """Yield the workloads that answer for a lane at a service and are there to do so."""
    answers = group.lane(group.resolve(lane.name, host))
    service = mesh.services[host]
    if answers is not None and service.ports:
        yield from ready_pods_of_lane(answers, service.workloads)


class Covered(Struct, frozen=True):
    """How far a test went: what could be met, and what of it was not."""

    testable: tuple[Met, ...] = ()
    untested: tuple[Met, ...] = ()

    @classmethod
    def of(cls, testable: Iterable[Met], found: Collection[Met]) -> Covered:
        """Compare what can be met with what was."""
        wanted = tuple(testable)
        return cls(wanted, tuple(one for one in wanted if one not in found))

    def by_lane(self) -> dict[str, list[Host]]:
        """Return the services that each lane never met."""
        found: dict[str, list[Host]] = {}
        for lane, host in self.untested:
            found.setdefault(lane, []).append(host)
        return found

    def findings(self, but: Collection[str] = (), told: Collection[Met] = ()) -> Iterator[Finding]:
        """Yield what was never met, lane by lane, but what other findings are about.

        Requests that left a lane cannot come to what is behind, and who stands in is told apart.
        """
        for lane, missed in self.by_lane().items():
            hosts = [host for host in missed if (lane, host) not in told]
            if hosts and lane not in but:
                services = listing(map(short_host, hosts))
                yield unplaced(UNTESTED, f"ASMSwimLane {lane}", lane=lane, services=services)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield each lane and, in words, the services that it never met."""
        for lane, hosts in self.by_lane().items():
            yield lane, f"never met: {listing((host.partition('.')[0] for host in hosts), 3)}"

    def sentence(self) -> str:
        """Say how much was not met.

        >>> Covered((("s1", Host("a.x")), ("s1", Host("b.x"))), (("s1", Host("b.x")),)).sentence()
        'lanes were not met at 1 of 2 services (s1 at b)'
        """
        where = listing((f"{lane} at {host.partition('.')[0]}" for lane, host in self.untested), 3)
        count = f"{len(self.untested)} of {len(self.testable)} services"
        return f"lanes were not met at {count} ({where})"

    def as_value(self) -> list[dict[str, str]]:
        """Return what was not met as plain values."""
        return [{"lane": lane, "service": short_host(host)} for lane, host in self.untested]


NOTHING_ASKED = Covered()
"""Where no lane as a whole was to be tested, as by a request of one's own."""
