"""The two lane kinds, `istio.alibabacloud.com/v1`: ASMSwimLaneGroup and ASMSwimLane.

Every published field has its place here, also those without effect, so that nothing a user wrote
is lost. Defaults are the vendor's Go zero values; meaning is given in the mesh room.
https://www.alibabacloud.com/help/en/asm/sidecar/asmswimlanegroup-and-asmswimlane-crd-description
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from laneway.core.resources.matching import Labels, Match
from laneway.core.resources.meta import Meta
from laneway.core.resources.yaml.placed import Places

Strategy = Literal["rule_based", "weighted"]


class ServiceReference(Struct, frozen=True):
    """A Kubernetes Service named by a group or a lane; `index` is its position in the list."""

    name: str
    namespace: str
    index: int = 0
    cluster: Mapping[str, str] = {}
    traffic_policy_patch: Mapping[str, Any] | None = None
    http_route_patch: Mapping[str, Any] | None = None


class PermissiveConfiguration(Struct, frozen=True):
    """`spec.permissiveModeConfiguration`, as written."""

    fallback_target: str = ""
    service_level_fallback_target: Mapping[str, str] = {}
    trace_header: str = ""
    route_header: str = ""


class WeightedEntry(Struct, frozen=True):
    """`spec.ingress.ingressRouting.weightedRoutingRule`: hosts and matches before the split.

    `valid` is false when hosts or matches were written and none of them could be read: the split
    must not take every request for that.
    """

    hosts: tuple[str, ...] = ()
    matches: tuple[Match, ...] = ()
    valid: bool = True
    host_places: Places = ()


class LaneGroup(Struct, frozen=True):
    """An ASMSwimLaneGroup.

    `strategy` is already one of the two constants; an unreadable one is a finding of the reader
    and arrives here as `rule_based` with `strategy_known` false; an unreadable mode arrives as
    strict with `mode_known` false. `misspelled` are the paths of fields that are meant for others.
    """

    meta: Meta
    services: tuple[ServiceReference, ...] = ()
    gateway_name: str = ""
    gateway_namespace: str = "istio-system"
    gateway_type: str = "ASM"
    strategy: Strategy = "rule_based"
    strategy_known: bool = True
    weighted: WeightedEntry | None = None
    is_permissive: bool = False
    mode_known: bool = True
    permissive: PermissiveConfiguration | None = None
    default_traffic_policy_patch: Mapping[str, Any] | None = None
    default_http_route_patch: Mapping[str, Any] | None = None
    auto_update: bool = False
    misspelled: tuple[str, ...] = ()


class EntryDestination(Struct, frozen=True):
    """The entry service of a rule or a weight. There is no subset: the subset is the lane."""

    host: str
    port: int | None = None


class IngressRule(Struct, frozen=True):
    """One entry rule of a lane. `index` is its position in `spec.ingressRules`.

    `valid` is false when a part could not be read (a finding says which); such a rule is left out
    alone and never stops its neighbors.
    """

    name: str
    index: int
    online: bool = False
    hosts: tuple[str, ...] = ()
    match: Match = Match()
    destination: EntryDestination | None = None
    valid: bool = True


class IngressWeight(Struct, frozen=True):
    """The lane's share under the weighted strategy."""

    weight: int
    destination: EntryDestination | None = None


class Lane(Struct, frozen=True):
    """An ASMSwimLane. `group` is the label `swimlane-group`, empty when absent."""

    meta: Meta
    group: str
    selector: Labels = ()
    services: tuple[ServiceReference, ...] = ()
    rules: tuple[IngressRule, ...] = ()
    weight: IngressWeight | None = None
