"""Every typed object there is, as one union."""

from __future__ import annotations

from laneway.core.resources.extensions import ProxyExtension
from laneway.core.resources.gateway_api import ApiRoute
from laneway.core.resources.istio import (
    DestinationRule,
    Gateway,
    ServiceEntry,
    Sidecar,
    TrafficLabel,
    VirtualService,
)
from laneway.core.resources.lanes import Lane, LaneGroup
from laneway.core.resources.security import Security
from laneway.core.resources.tagging import HashTagging, HeaderPropagation
from laneway.core.resources.workloads import (
    EndpointSlice,
    ForeignPods,
    Namespace,
    Service,
    Workload,
)

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
)
"""Any object that takes part in a compilation."""
