"""What the findings of one probe are drawn from.

Comes in: the ground, the plan, what was counted and the trail it left. Goes out: the same as one
value, with the questions that several kinds of findings ask of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.judging.ledger import Seen
from laneway.core.judging.trail import MeshUnderTest, Trail
from laneway.core.mesh.membership import pods_of_lane
from laneway.core.mesh.mesh import GroupLane
from laneway.core.mesh.names import Host
from laneway.core.routing.plan.route_plan import RoutePlan


class Scene(Struct, frozen=True):
    """One probe after it was sent. `lanes` are those its request belongs to."""

    ground: MeshUnderTest
    plan: RoutePlan
    lanes: tuple[str, ...]
    seen: Seen
    trail: Trail

    def own_lanes(self) -> Iterator[GroupLane]:
        """Yield the lanes the request belongs to."""
        for group in self.ground.mesh.groups:
            yield from (lane for lane in group.lanes if lane.name in self.lanes)

    def members(self, cluster: str) -> tuple[str, ...]:
        """Return the replicas of a cluster; one that does not exist has none."""
        return self.ground.ledger.members.get(cluster, ())

    def workloads_of(self, host: Host, lane: GroupLane) -> list[str]:
        """Return the workloads that are a lane's pods of a service, whether they run or not."""
        service = self.ground.mesh.services.get(host)
        pods = pods_of_lane(lane, service.workloads if service else ())
        return [one.meta.ref.name for one in pods]

    def callers_of(self, table: str) -> list[str]:
        """Return the replicas that the request met and that call by a table."""
        callers = self.ground.ledger.callers_of(table)
        return [name for name in self.trail.kept if name in callers]
