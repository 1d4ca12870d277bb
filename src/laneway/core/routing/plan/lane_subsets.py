"""The versions of a service that lanes name, as frozen values.

`LaneSubsets` is what a group's lanes need of a service, to be emitted at some places; a
`SubsetView` what callers of a namespace see in the end, the user's DestinationRules included.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from laneway.core.mesh.names import Host
from laneway.core.resources.istio.networking import SubsetRule
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref


class Subset(Struct, frozen=True):
    """A named set of a service's pods: those that carry all the labels. No labels: all pods."""

    name: str
    labels: Labels


class RulePlace(Struct, frozen=True):
    """Where a lane DestinationRule has to stand so that its callers see it.

    `exported` copies exportTo of a user's DestinationRule beside it (None: not written), since
    Istio merges only rules of equal exportTo; `traffic_policy` and `copied` are copied from a rule
    of the user's that this one hides: what applied to the host before still does.
    """

    namespace: str
    exported: tuple[str, ...] | None = None
    traffic_policy: Mapping[str, Any] | None = None
    copied: tuple[SubsetRule, ...] = ()
    shared_with: Ref | None = None
    """A rule of the user's for the very host, which it merges with or carries a copy of."""
    hides: Ref | None = None
    """The rule of the user's whose policy is copied."""


class LaneSubsets(Struct, frozen=True):
    """The subsets a group's lanes need of one service, and the places of the rules that say so."""

    host: Host
    group: str
    subsets: tuple[Subset, ...]
    places: tuple[RulePlace, ...]


class SubsetView(Struct, frozen=True):
    """What callers of a namespace see of a host; `namespace` is empty for the rest.

    With a `selector` it is what those see that carry its labels; None: all whom no other selects.
    `traffic_policy` is the host's, as written; `policy_from` the user's DestinationRule it comes
    from, None where a group's patch made it or nothing did. `stand_ins` are by subset those whose
    pods answer while none of its own does, in order.
    """

    namespace: str
    subsets: tuple[Subset, ...]
    traffic_policy: Mapping[str, Any] = {}
    policy_from: Ref | None = None
    stand_ins: Mapping[str, tuple[str, ...]] = {}
    selector: Labels | None = None


class HostPolicy(Struct, frozen=True):
    """The trafficPolicy of each port of a host, as written, and the object that says so."""

    author: Ref
    by_port: Mapping[int, Mapping[str, Any]]
