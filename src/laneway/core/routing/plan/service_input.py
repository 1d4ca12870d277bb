"""What a lane service's share of the plan is made from, and its hops once somebody asks for them.

Comes in: a service and its input. Goes out: its hops. A mesh of thousands of services has
hundreds of thousands of rules, and most doors ask for few: what only lanes decide is made when it
is first asked for, and kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from laneway.core.mesh.mesh import MeshPort, MeshService
from laneway.core.mesh.names import Host, LaneName
from laneway.core.mesh.patches import Patch
from laneway.core.resources.istio.networking import DestinationRule, VirtualService
from laneway.core.routing.plan.hops import Answers, LaneHops
from laneway.core.routing.plan.lane_subsets import Subset
from laneway.core.routing.plan.route_plan import Hop


class ServiceInput(Struct, frozen=True):
    """All that a lane service's share of the plan is made from, besides its name."""

    ports: tuple[MeshPort, ...]
    hops: LaneHops
    answers: Answers
    stand_ins: tuple[LaneName, ...]
    subsets: tuple[Subset, ...]
    written: tuple[DestinationRule, ...]
    patch: Patch
    speaking: tuple[VirtualService, ...]

    def lane_hops(self, service: MeshService, *, is_delegate: bool = False) -> tuple[Hop, ...]:
        """Return the hops of lanes at a service that this is the input of."""
        return self.hops.at(service, self.answers, self.patch, is_delegate=is_delegate)


class LaneHopsLater(Struct):
    """The hops of a service of which lanes alone speak, made when they are first asked for."""

    service: MeshService
    made_from: ServiceInput
    made: tuple[Hop, ...] = ()

    def hops(self) -> tuple[Hop, ...]:
        """Return them, each time the same."""
        if not self.made:
            self.made = self.made_from.lane_hops(self.service)
        return self.made


Share = tuple[Hop, ...] | LaneHopsLater


class HopsByHost(Mapping[Host, tuple[Hop, ...]]):
    """The hops of services, some of which are made later."""

    def __init__(self, shares: Mapping[Host, Share]) -> None:
        """Keep what a plan has for each host."""
        self.shares = shares

    def __getitem__(self, host: Host) -> tuple[Hop, ...]:
        """Return the hops of a service."""
        share = self.shares[host]
        return share.hops() if isinstance(share, LaneHopsLater) else share

    def __iter__(self) -> Iterator[Host]:
        """Go through the hosts, those of lanes first."""
        return iter(self.shares)

    def __len__(self) -> int:
        """Count the hosts."""
        return len(self.shares)


def share_of(hops: Mapping[Host, tuple[Hop, ...]], host: Host) -> Share:
    """Return what a plan has for a host, made or not."""
    return hops.shares[host] if isinstance(hops, HopsByHost) else hops[host]
