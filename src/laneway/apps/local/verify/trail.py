"""Where requests went, pod by pod, and where they left what they were promised.

Comes in: what a probe may meet, and what was counted while it was sent. Goes out: the pods it met,
in order of the calls that lead there, and the calls that crossed into pods it may not meet. A pod
that got requests without any such call is left aside: those were somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from laneway.apps.local.verify.ledger import Call, Ledger, Seen
from laneway.core.emit.placement import Replica
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from laneway.core.resources.workloads import Workload
from laneway.core.routing.reach import lanes_of_caller, stays


@dataclass(frozen=True, slots=True)
class Crossing:
    """A call that led out of what was promised.

    `caller` is the replica that sent it (one of its table's, if several may have), empty for the
    gateway; `into` are the replicas it came to that may not be met, `only` says that it leads to no
    others.
    """

    call: Call
    caller: str
    into: tuple[str, ...]
    only: bool


@dataclass(frozen=True, slots=True)
class Trail:
    """What requests met: `kept` are replicas within the promise, `left` those beyond it."""

    kept: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    crossings: tuple[Crossing, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """What a trail is read from: the mesh, and what runs in it."""

    mesh: Mesh
    ledger: Ledger
    workloads: Mapping[Ref, Workload] = field(default_factory=dict)

    @classmethod
    def of(cls, mesh: Mesh, ledger: Ledger) -> Ground:
        """Index the workloads of a mesh."""
        return cls(mesh, ledger, {one.meta.ref: one for one in mesh.workloads})

    def replica(self, name: str) -> Replica:
        """Return a replica by its name."""
        return self.ledger.replicas[name]

    def workload(self, name: str) -> Workload:
        """Return the workload of a replica."""
        return self.workloads[self.replica(name).workload]

    def members(self, call: Call) -> tuple[str, ...]:
        """Return the replicas a call may lead to."""
        found = (self.ledger.members.get(cluster, ()) for cluster in call.route.clusters)
        return tuple(dict.fromkeys(name for names in found for name in names))

    def arrived(self, call: Call, seen: Seen) -> tuple[str, ...]:
        """Return the replicas a call came to, as far as that can be told.

        A replica without a sidecar counts nothing; it is taken to be met where its cluster was.
        """
        met = []
        for cluster in call.route.clusters:
            for name in self.ledger.members.get(cluster, ()):
                if self.replica(name).sidecar:
                    came = seen.received.get(name, 0)
                else:
                    came = seen.dialed.get(cluster, 0)
                if came:
                    met.append(name)
        return tuple(dict.fromkeys(met))


def follow(ground: Ground, entered: Iterable[Call], allowed: frozenset[Ref], seen: Seen) -> Trail:
    """Follow requests from the routes by which they came in."""
    walk = _Walk(ground, allowed, seen)
    for call in entered:
        walk.step("", call)
    walk.run()
    return Trail(tuple(walk.kept), tuple(walk.left), tuple(walk.crossings))


class _Walk:
    """The search while it goes on: first all that is within the promise, then what lies beyond."""

    def __init__(self, ground: Ground, allowed: frozenset[Ref], seen: Seen) -> None:
        self.kept: dict[str, None] = {}
        self.left: dict[str, None] = {}
        self.crossings: list[Crossing] = []
        self._ground = ground
        self._allowed = allowed
        self._seen = seen
        self._waiting: list[str] = []
        self._by_caller: dict[str, list[Call]] = {}
        for call in seen.calls:
            for caller in call.callers:
                self._by_caller.setdefault(caller, []).append(call)

    def run(self) -> None:
        while self._waiting:
            caller = self._waiting.pop()
            for call in self._by_caller.get(caller, ()):
                self.step(caller, call)
        beyond = [name for crossing in self.crossings for name in crossing.into]
        while beyond:
            name = beyond.pop()
            if name not in self.kept and name not in self.left:
                self.left[name] = None
                for call in self._by_caller.get(name, ()):
                    beyond += self._ground.arrived(call, self._seen)

    def step(self, caller: str, call: Call) -> None:
        """Take one call: go on where it kept the promise, note where it did not."""
        arrived = self._ground.arrived(call, self._seen)
        into = tuple(name for name in arrived if not self._may(caller, call, name))
        if into:
            may = (self._may(caller, call, name) for name in self._ground.members(call))
            self.crossings.append(Crossing(call, caller, into, only=not any(may)))
        for name in arrived:
            if name not in into and name not in self.kept:
                self.kept[name] = None
                self._waiting.append(name)

    def _may(self, caller: str, call: Call, name: str) -> bool:
        """Whether a caller may meet a replica: within reach, and in the caller's own lane."""
        workload = self._ground.workload(name)
        if workload.meta.ref not in self._allowed:
            return False
        if not caller:
            return True
        lanes = lanes_of_caller(
            self._ground.mesh, self._ground.replica(caller).caller, Host(call.route.host)
        )
        return stays(lanes, workload)


def services_of(mesh: Mesh, workload: Workload) -> Iterator[Host]:
    """Yield the services whose pods a workload's are."""
    for host, service in mesh.services.items():
        if any(one.meta.ref == workload.meta.ref for one in service.workloads):
            yield host
