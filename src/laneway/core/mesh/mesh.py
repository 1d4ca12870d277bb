"""The Mesh: what a Snapshot means once every name is resolved.

Comes in from `link`. Every room after it reads only this. What is missing (a service nobody
defined, a lane without pods) is a value here, so that a rule can speak of it and a plan can fail
only its own share of the traffic.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.names import GatewayName, Host, LaneName
from laneway.core.mesh.patches import NO_PATCHES, Patches
from laneway.core.mesh.propagation import Carrier, Propagation
from laneway.core.mesh.refused import ObjectRefusal
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.mesh.unknown_pods import Unknown
from laneway.core.resources.istio.networking import (
    DestinationRule,
    Gateway,
    ServiceEntry,
    Sidecar,
    TrafficLabel,
    VirtualService,
)
from laneway.core.resources.istio.security import (
    AuthorizationPolicy,
    PeerAuthentication,
    RequestAuthentication,
)
from laneway.core.resources.kubernetes.gateway_api import ApiRoute
from laneway.core.resources.kubernetes.workloads import Namespace, Service, Workload
from laneway.core.resources.lanes.swim_lanes import IngressRule, IngressWeight, Lane, LaneGroup
from laneway.core.resources.lanes.tagging import HashTagging, HeaderPropagation
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref

Protocol = Literal["http", "tcp"]


class MeshPort(Struct, frozen=True):
    """A service port as the mesh routes it. `sniffed` marks a port without a protocol name.

    Sniffed ports are routed as HTTP: Istio detects the protocol at run time.
    https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
    """

    number: int
    name: str
    protocol: Protocol
    sniffed: bool = False
    target: int | str = 0


class MeshService(Struct, frozen=True):
    """A Service with its resolved host.

    `workloads` are those of its namespace whose pod labels its selector meets; UDP ports are left
    out. `without_pods` says that no pod has what its selector asks for, though the pods there are
    known: without workloads it is unknown otherwise who answers.
    """

    host: Host
    service: Service
    ports: tuple[MeshPort, ...]
    workloads: tuple[Workload, ...]
    headless: bool = False
    without_pods: bool = False

    @property
    def namespace(self) -> str:
        """The service's namespace."""
        return self.service.meta.namespace

    @property
    def name(self) -> str:
        """The service's short name."""
        return self.service.meta.name

    def port(self, number: int) -> MeshPort | None:
        """Return the port of that number."""
        return next((port for port in self.ports if port.number == number), None)

    def place_of(self, port: MeshPort) -> Place:
        """Return where a port is written."""
        key = port.number, port.name
        index = next(one.index for one in self.service.ports if (one.number, one.name) == key)
        return self.service.meta.place("spec", "ports", index)


class GroupLane(Struct, frozen=True):
    """A lane with a legal name that belongs to a group.

    `declared` are the hosts of the lane's list that the group has, or all hosts of the group
    without a list. `absent` are declared hosts of which the input holds workloads but none of this
    lane; a host without any workload in the input counts as present, since unknown is not missing.
    """

    name: LaneName
    lane: Lane
    selector: Labels
    declared: tuple[Host, ...]
    absent: frozenset[Host] = frozenset()
    undeclared: frozenset[Host] = frozenset()
    """The hosts of the group that the lane's list leaves out."""
    missing: frozenset[Host] = frozenset()
    """The absent hosts of which the input holds no workload of this lane at all, not even one that
    is down."""

    @property
    def rules(self) -> tuple[IngressRule, ...]:
        """The lane's entry rules, in the order written."""
        return self.lane.rules

    @property
    def weight(self) -> IngressWeight | None:
        """The lane's share under the weighted strategy."""
        return self.lane.weight

    def has(self, host: Host) -> bool:
        """Whether the lane has the service: declared and present."""
        return host not in self.undeclared and host not in self.absent


class Group(Struct, frozen=True, dict=True):
    """A lane group with everything resolved. `lanes` and `hosts` are in age order.

    `hosts` are the services this group routes (known, and not owned by an older group). `held`
    gives the reasons why any output would be unsafe; a held group plans nothing and what is live
    stays as it is.

    A permissive group has a `baseline` lane and a `propagation`; `service_targets` names the lane
    that stands in at single services. A strict group has none of the three.
    """

    name: str
    group: LaneGroup
    lanes: tuple[GroupLane, ...]
    hosts: tuple[Host, ...]
    gateway: GatewayName | None
    held: tuple[str, ...] = ()
    excluded: tuple[Lane, ...] = ()
    """Lanes that cannot be a lane: an illegal name, or a selector that matches every pod."""
    propagation: Propagation | None = None
    baseline: LaneName | None = None
    service_targets: Mapping[Host, LaneName] = {}
    falls_back: bool = False
    """Whether a lane without a ready pod of a service counts as a lane without that service. One
    without any workload of it always does."""
    patches: Patches = NO_PATCHES
    """What the group adds to the routes and policies of its services."""

    @cached_property
    def lanes_by_pair(self) -> Mapping[tuple[str, str], list[tuple[int, GroupLane]]]:
        """Each lane with its place in age order, by one pair of its labels.

        To find those of a pod: a thousand pods ask fifty lanes each.
        """
        found: dict[tuple[str, str], list[tuple[int, GroupLane]]] = {}
        for age, lane in enumerate(self.lanes):
            found.setdefault(lane.selector[0], []).append((age, lane))
        return found

    @cached_property
    def lane_names(self) -> tuple[LaneName, ...]:
        """The names of the lanes, in age order."""
        return tuple(lane.name for lane in self.lanes)

    def resolve(self, name: LaneName, host: Host) -> LaneName:
        """Return the lane whose pods answer requests of a lane at a service.

        Of a permissive group that is the lane itself if it has the service, else the service's own
        target if that has it, else the baseline. Strict lanes answer for themselves.
        """
        if self.baseline is None:
            return name
        lane = self.lane(name)
        if lane is None:
            return self.baseline
        return name if self._has(lane, host) else self.answering_last(host)[0]

    def answering(self, host: Host) -> Mapping[LaneName, LaneName]:
        """Return for each lane the one that answers its requests at a service (see `resolve`)."""
        names = [lane.name for lane in self.lanes]
        if self.baseline is None:
            return dict(zip(names, names, strict=True))
        having = {lane.name for lane in self.lanes if self._has(lane, host)}
        last = self.answering_last(host)[0]
        return {name: name if name in having else last for name in names}

    def answering_last(self, host: Host) -> tuple[LaneName, ...]:
        """Return who answers at a service for lanes that lack it, in order.

        The service's own target if it has the service, then the baseline, which also answers where
        neither has it. Lanes of strict groups answer for themselves.
        """
        if self.baseline is None:
            return ()
        named = dict.fromkeys((self.service_targets.get(host, self.baseline), self.baseline))
        having = (lane for name in named if (lane := self.lane(name)) and self._has(lane, host))
        return tuple(lane.name for lane in having) or (self.baseline,)

    def _has(self, lane: GroupLane, host: Host) -> bool:
        lacked = lane.absent if self.falls_back else lane.missing
        return host not in lane.undeclared and host not in lacked

    def lane(self, name: str) -> GroupLane | None:
        """Return the lane of that name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, GroupLane]:
        return {lane.name: lane for lane in reversed(self.lanes)}


class Mesh(Struct, frozen=True):
    """Everything a plan needs, with every name resolved.

    `virtual_services`, `destination_rules`, `gateways` are the user's own, oldest first; what
    Laneway or an ASM controller generated is in `superseded` instead. `order` gives each object's
    place in age order.
    """

    snapshot: Snapshot
    groups: tuple[Group, ...] = ()
    services: Mapping[Host, MeshService] = {}
    workloads: tuple[Workload, ...] = ()
    unknown_pods: Unknown = {}
    service_entries: tuple[ServiceEntry, ...] = ()
    gateways: Mapping[GatewayName, Gateway] = {}
    virtual_services: tuple[VirtualService, ...] = ()
    destination_rules: tuple[DestinationRule, ...] = ()
    api_routes: tuple[ApiRoute, ...] = ()
    """Routes of the Gateway API, which are not followed."""
    sidecars: tuple[Sidecar, ...] = ()
    access_policies: tuple[AuthorizationPolicy, ...] = ()
    peer_policies: tuple[PeerAuthentication, ...] = ()
    token_policies: tuple[RequestAuthentication, ...] = ()
    taggings: tuple[HashTagging, ...] = ()
    carriers: tuple[TrafficLabel | HeaderPropagation, ...] = ()
    """What a user wrote for the vendor's proxies; nothing follows from it."""
    namespaces: Mapping[str, Namespace] = {}
    superseded: tuple[Ref, ...] = ()
    refused: tuple[ObjectRefusal, ...] = ()
    """Why VirtualServices and Gateways are not admitted by Istio. Such a VirtualService is none of
    `virtual_services`, and such a Gateway has no servers."""
    stray_lanes: tuple[Lane, ...] = ()
    owner_of: Mapping[Host, str] = {}
    """The name of the group that routes a host."""

    def group(self, name: str) -> Group | None:
        """Return the group of that name."""
        return next((group for group in self.groups if group.name == name), None)

    def traveling_by(self, *carriers: Carrier) -> tuple[tuple[Group, Propagation], ...]:
        """Return the groups whose lanes carriers take from hop to hop; held ones plan nothing."""
        return tuple(
            (group, way)
            for group in self.groups
            if (way := group.propagation) is not None and way.carrier in carriers and not group.held
        )


class Caller(Struct, frozen=True):
    """Who sends a request inside the mesh: a pod's namespace and labels."""

    namespace: str
    labels: Labels

    @classmethod
    def of(cls, workload: Workload) -> Caller:
        """Return the caller that the pods of a workload are."""
        return cls(workload.namespace, tuple(sorted(workload.labels.items())))
