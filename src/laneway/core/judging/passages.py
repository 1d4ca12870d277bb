"""What programs did with the lanes of the requests they served: passed them on, or lost them.

Comes in: what was counted. Goes out: a Passage for each caller and service it called. It looks at
the routes taken alone: a request came in by a route that knew its lane, and the call that followed
was known by what it carried, or only by its pod's labels. Headers are never read, since proxies
write them anew. Where it cannot be told who called, all who may have are named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.emit.envoy.cluster_names import destination_of
from laneway.core.judging.callers import callers
from laneway.core.judging.ledger import Call, Seen
from laneway.core.judging.trail import MeshUnderTest
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Group
from laneway.core.mesh.names import Host, LaneName
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.reach import is_plain
from laneway.core.routing.plan.route_plan import CARRIED_MEANS
from laneway.core.rules.questions.needing import stands


class Passage(Struct, frozen=True):
    """What callers did with the lane when they called a service of a permissive group.

    `callers` is one workload, or several of which any may have been the one. `asked` counts for
    each the requests it served that were known to be of a lane, `kept` and `lost` the calls to
    `host` that carried a lane and those that carried none, which went on in the lanes `gone_on`.
    """

    callers: tuple[Ref, ...]
    group: str
    host: Host
    asked: tuple[int, ...]
    kept: int
    lost: int
    gone_on: tuple[str, ...] = ()

    @property
    def came_in(self) -> int:
        """How many requests of a lane the callers served."""
        return sum(self.asked)

    def by(self, fewer: Collection[Ref]) -> Passage:
        """Return the same passage of fewer callers."""
        pairs = [pair for pair in zip(self.callers, self.asked, strict=True) if pair[0] in fewer]
        asked = tuple(count for _, count in pairs)
        return replace(self, callers=tuple(ref for ref, _ in pairs), asked=asked)


def passages(ground: MeshUnderTest, seen: Seen) -> tuple[Passage, ...]:
    """Return the passages between two readings, of callers that served requests of a lane."""
    came_in = arrivals(ground, seen)
    calling = callers(ground, seen)
    found: dict[tuple[tuple[Ref, ...], Host], list[Call]] = {}
    groups: dict[Host, Group] = {}
    for call, group in _calls(ground, seen):
        host = Host(call.route.host)
        asked = tuple(ref for ref in calling[call.route.table, host] if came_in.get(ref))
        if asked:
            groups[host] = group
            found.setdefault((asked, host), []).append(call)
    return tuple(
        _passage(asked, groups[host], host, came_in, calls)
        for (asked, host), calls in found.items()
    )


def arrivals(ground: MeshUnderTest, seen: Seen) -> Mapping[Ref, int]:
    """Count the requests that came to each workload by a route that knew their lane."""
    came: dict[Ref, int] = {}
    received: dict[Ref, int] = {}
    for name, count in seen.received.items():
        ref = ground.replica(name).workload
        received[ref] = received.get(ref, 0) + count
    for call in seen.calls:
        if call.route.by in ("", "anyone") or _permissive(ground, call) is None:
            continue
        for ref in {ground.replica(name).workload for name in ground.arrived(call, seen)}:
            more = min(call.sent, received.get(ref, 0))
            came[ref] = min(came.get(ref, 0) + more, received.get(ref, 0))
    return came


def needy(ground: MeshUnderTest) -> frozenset[Ref]:
    """Return the workloads that answer for lanes of others, so that they have to pass lanes on."""
    mesh = ground.mesh
    return frozenset(one.workload.meta.ref for group in mesh.groups for one in stands(mesh, group))


def needy_now(ground: MeshUnderTest, seen: Seen) -> frozenset[Ref]:
    """Return the workloads that answered for lanes of others since those lanes' pods are down."""
    names = (name for replicas in ground.stood_in(seen).values() for name in replicas)
    return frozenset(ground.replica(name).workload for name in names)


def _calls(ground: MeshUnderTest, seen: Seen) -> Iterator[tuple[Call, Group]]:
    """Yield the calls of programs whose routes say by what the lane was known."""
    for call in seen.calls:
        group = _permissive(ground, call)
        if (
            group is not None
            and call.callers
            and call.route.by in (*CARRIED_MEANS, "caller", "anyone")
        ):
            yield call, group


def _permissive(ground: MeshUnderTest, call: Call) -> Group | None:
    """Return the permissive group that a call enters; a port of plain bytes says nothing."""
    if not call.callers:
        hosts = [destination_of(cluster).host for cluster in call.route.clusters]
    else:
        hosts = [Host(call.route.host)]
        service = ground.mesh.services.get(hosts[0])
        ports = service.ports if service else ()
        if any(is_plain(port) for port in ports if port.number == call.route.port):
            return None
    groups = (owner(ground.mesh, host) for host in hosts)
    return next((one for one in groups if one is not None and one.propagation is not None), None)


def _passage(
    asked: tuple[Ref, ...], group: Group, host: Host, came_in: Mapping[Ref, int], calls: list[Call]
) -> Passage:
    kept = sum(call.sent for call in calls if call.route.by in CARRIED_MEANS)
    lost = [call for call in calls if call.route.by not in CARRIED_MEANS]
    return Passage(
        asked,
        group.name,
        host,
        tuple(came_in[ref] for ref in asked),
        kept,
        sum(call.sent for call in lost),
        tuple(dict.fromkeys(LaneName(call.route.lane) for call in lost)),
    )
