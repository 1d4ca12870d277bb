"""Every typed object there is, as one union."""

from __future__ import annotations

from laneway.core.resources.istio.extensions import ProxyExtension
from laneway.core.resources.istio.networking import (
    DestinationRule,
    Gateway,
    ServiceEntry,
    Sidecar,
    TrafficLabel,
    VirtualService,
)
from laneway.core.resources.istio.security import Security
from laneway.core.resources.kubernetes.gateway_api import ApiRoute
from laneway.core.resources.kubernetes.workloads import (
    EndpointSlice,
    ForeignPods,
    Namespace,
    Service,
    Workload,
)
from laneway.core.resources.lanes.swim_lanes import Lane, LaneGroup
from laneway.core.resources.lanes.tagging import HashTagging, HeaderPropagation
from laneway.core.resources.releases.plan import LaneRelease

Resource = (
    LaneGroup
    | Lane
    | Service
    | Workload
    | ForeignPods
    | Namespace
    | EndpointSlice
    | Gateway
    | VirtualService
    | ApiRoute
    | DestinationRule
    | ServiceEntry
    | Sidecar
    | TrafficLabel
    | ProxyExtension
    | Security
    | HashTagging
    | HeaderPropagation
    | LaneRelease
)
"""Any object that takes part in a compilation."""
