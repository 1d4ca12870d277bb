"""Where requests went, pod by pod, and where they left what they were promised.

Comes in: what a probe may meet, and what was counted while it was sent. Goes out: the pods it met,
in order of the calls that lead there, and the calls that crossed into pods it may not meet. A pod
that got requests without any such call is left aside: those were somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from msgspec import Struct

from laneway.core.emit.placement import Replica
from laneway.core.judging.ledger import Call, Ledger, Seen
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.reach import NOTHING, Carried, answering, is_plain, kept_lanes, stays
from laneway.core.routing.plan.route_plan import CARRIED_MEANS

Promise = Mapping[Ref, frozenset[Carried]]
"""The workloads that may be met, and what requests that come to each of them may carry."""


class Crossing(Struct, frozen=True):
    """A call that led out of what was promised.

    `caller` is the replica that sent it (one of its table's, if several may have), empty for the
    gateway; `into` are the replicas it came to that may not be met, `only` says that it leads to no
    others.
    """

    call: Call
    caller: str
    into: tuple[str, ...]
    only: bool


class Trail(Struct, frozen=True):
    """What requests met: `kept` are replicas within the promise, `left` those beyond it."""

    kept: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    crossings: tuple[Crossing, ...] = ()


class MeshUnderTest(Struct, frozen=True):
    """What a trail is read from: the mesh, and what runs in it."""

    mesh: Mesh
    ledger: Ledger
    workloads: Mapping[Ref, Workload] = {}

    @classmethod
    def of(cls, mesh: Mesh, ledger: Ledger) -> MeshUnderTest:
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
        Where no replica of a lane was dialed, those were that stand in for it.
        """
        met = []
        for cluster in call.route.clusters:
            members = self.ledger.members.get(cluster, ())
            if cluster not in seen.dialed:
                members += self.ledger.stand_ins.get(cluster, ())
            for name in members:
                if self.replica(name).sidecar:
                    came = seen.received.get(name, 0)
                else:
                    came = seen.dialed.get(cluster, 0)
                if came:
                    met.append(name)
        return tuple(dict.fromkeys(met))

    def stood_in(self, seen: Seen) -> Mapping[str, tuple[str, ...]]:
        """Return by cluster the replicas that answered for a lane all of whose own are down.

        A share of a split may have got no request by chance, so there only a lane counts that has
        no replica.
        """
        found = {}
        for call in seen.calls:
            for cluster in call.route.clusters:
                is_down = cluster not in seen.dialed and (
                    len(call.route.clusters) == 1 or not self.ledger.members.get(cluster)
                )
                others = self.ledger.stand_ins.get(cluster, ()) if is_down else ()
                if met := tuple(name for name in others if name in seen.received):
                    found[cluster] = met
        return found


def follow(ground: MeshUnderTest, entered: Iterable[Call], allowed: Promise, seen: Seen) -> Trail:
    """Follow requests from the routes by which they came in."""
    walk = _TrailWalk(ground, allowed, seen)
    for call in entered:
        walk.step("", call)
    walk.run()
    return Trail(tuple(walk.kept), tuple(walk.left), tuple(walk.crossings))


class _TrailWalk:
    """The search while it goes on: first all that is within the promise, then what lies beyond.

    `strayed` are the lanes, by replica, in which requests came to it that had lost their own: what
    it calls in such a lane is a consequence. Calls in any other lane are somebody else's. A call by
    a route of several lanes is taken for one in its request's own, if that is among them.
    """

    def __init__(self, ground: MeshUnderTest, allowed: Promise, seen: Seen) -> None:
        self.kept: dict[str, None] = {}
        self.left: dict[str, None] = {}
        self.crossings: list[Crossing] = []
        self._ground = ground
        self._allowed = allowed
        self._seen = seen
        self._waiting: list[str] = []
        self._strayed: dict[str, set[str]] = {}
        self._by_caller: dict[str, list[Call]] = {}
        for call in seen.calls:
            for caller in call.callers:
                self._by_caller.setdefault(caller, []).append(call)

    def run(self) -> None:
        while self._waiting:
            caller = self._waiting.pop()
            for call in self._by_caller.get(caller, ()):
                self.step(caller, call)
        self.crossings = list(dict.fromkeys(self.crossings))
        beyond = [name for crossing in self.crossings for name in crossing.into]
        while beyond:
            name = beyond.pop()
            if name not in self.kept and name not in self.left:
                self.left[name] = None
                for call in self._by_caller.get(name, ()):
                    beyond += self._ground.arrived(call, self._seen)

    def step(self, caller: str, call: Call) -> None:
        """Take one call: go on where it kept the promise, note where it did not."""
        strays = self._strays(caller, call)
        is_told = call.route.by in CARRIED_MEANS
        if strays and is_told and call.route.lanes.isdisjoint(self._strayed.get(caller, ())):
            return
        arrived = self._ground.arrived(call, self._seen)
        may = partial(self._may, caller, call, down=not strays)
        into = tuple(name for name in arrived if not may(name))
        if into:
            self.crossings.append(
                Crossing(call, caller, into, only=not any(map(may, self._ground.members(call))))
            )
        for name in arrived:
            if name not in into:
                self._reach(name, call.route.lanes if strays else frozenset())

    def _reach(self, name: str, strayed: frozenset[str]) -> None:
        """Note that a replica was met; it is looked at again where it brings something new."""
        known = self._strayed.setdefault(name, set())
        if name not in self.kept or not strayed <= known:
            self.kept[name] = None
            known.update(strayed)
            self._waiting.append(name)

    def _strays(self, caller: str, call: Call) -> bool:
        """Whether a call is in a permissive lane that its request was not to be in."""
        group = owner(self._ground.mesh, Host(call.route.host)) if caller else None
        if group is None or group.baseline is None or not call.route.by:
            return False
        own = self._ground.replica(caller).caller
        lanes = (kept_lanes(group, one, own) for one in self._carried(caller, call))
        return all(call.route.lanes.isdisjoint(names) for names in lanes)

    def _may(self, caller: str, call: Call, name: str, *, down: bool) -> bool:
        """Whether a caller may meet a replica: within reach, and in a lane that answers for it.

        With `down` the lane may also be one that stands in for pods that are down.
        """
        workload = self._ground.workload(name)
        if workload.meta.ref not in self._allowed:
            return False
        if not caller:
            return True
        mesh, own = self._ground.mesh, self._ground.replica(caller).caller
        host = Host(call.route.host)
        return any(
            stays(answering(mesh, carried, own, host, down=down), workload)
            for carried in self._carried(caller, call)
        )

    def _carried(self, caller: str, call: Call) -> frozenset[Carried]:
        """Return what a call may carry: nothing where its port carries plain bytes."""
        service = self._ground.mesh.services.get(Host(call.route.host))
        ports = service.ports if service else ()
        if any(is_plain(port) for port in ports if port.number == call.route.port):
            return frozenset({NOTHING})
        workload = self._ground.replica(caller).workload
        return self._allowed.get(workload) or frozenset({NOTHING})


def services_of(mesh: Mesh, workload: Workload) -> Iterator[Host]:
    """Yield the services whose pods a workload's are."""
    for host, service in mesh.services.items():
        if any(one.meta.ref == workload.meta.ref for one in service.workloads):
            yield host
