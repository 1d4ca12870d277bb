"""What rules for single callers have to say the same as: layout istio's, as each caller sees them.

Comes in: a mesh, its plan and what was asked for. Goes out: for each host and namespace the policy
and the subsets that callers see in layout istio, and what the users' wildcards alone say. It is
apart so that those who write rules and those who hold them to this ask one place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Any, Literal

from msgspec import Struct

from laneway.core.mesh.destination_rules import rule_host, rules_seen
from laneway.core.mesh.hosts import HostIndex, covers
from laneway.core.mesh.mesh import Caller, Group, Mesh
from laneway.core.mesh.names import CLUSTER_DOMAIN, Host
from laneway.core.resources.istio.networking import DestinationRule, SubsetRule
from laneway.core.resources.matching import Labels
from laneway.core.routing.plan.object_names import ObjectNames
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.scoped_callers import Door, client_namespaces, doors
from laneway.core.routing.plan.subsets import as_rules

ScopedForm = Literal["auto", "wildcard", "exact"]
SCOPED_FORMS: tuple[ScopedForm, ...] = ("auto", "wildcard", "exact")


class Scoping(Struct, frozen=True):
    """What is asked of layout scoped: the form of its rules, and client namespaces by name."""

    form: ScopedForm = "auto"
    clients: tuple[str, ...] = ()


class Said(Struct, frozen=True):
    """Rules as a caller sees them merged: the first policy, and the first subset of each name."""

    policy: Mapping[str, Any] = {}
    subsets: Mapping[str, SubsetRule] = {}

    @classmethod
    def of(cls, rules: Iterable[DestinationRule]) -> Said:
        """Merge rules in their order."""
        subsets: dict[str, SubsetRule] = {}
        policy: Mapping[str, Any] = {}
        for rule in rules:
            policy = policy or rule.traffic_policy or {}
            for subset in rule.subsets:
                subsets.setdefault(subset.name, subset)
        return cls(policy, subsets)

    def without(self, names: Iterable[str]) -> Said:
        """Return the same without some subsets."""
        left_out = frozenset(names)
        return Said(
            self.policy,
            {name: one for name, one in self.subsets.items() if name not in left_out},
        )

    def says_as(self, other: Said) -> bool:
        """Whether both say the same; where a subset is written does not matter."""
        return self.policy == other.policy and self.meaning() == other.meaning()

    def meaning(self) -> dict[str, tuple[Labels, Mapping[str, Any]]]:
        """Return the pods and the policy of each subset."""
        return {name: (one.labels, one.traffic_policy or {}) for name, one in self.subsets.items()}


NOTHING = Said()


def wide(home: str) -> Host:
    """Return the pattern of all services of a namespace.

    >>> wide("shop")
    '*.shop.svc.cluster.local'
    """
    return Host(f"*.{home}.svc.{CLUSTER_DOMAIN}")


class Ground(Struct, frozen=True, dict=True):
    """The mesh as layout istio writes it; everything is worked out once."""

    mesh: Mesh
    plan: RoutePlan
    scoping: Scoping

    @cached_property
    def names(self) -> ObjectNames:
        """The names of the objects of layout istio."""
        return ObjectNames(self.plan)

    @cached_property
    def written(self) -> HostIndex[DestinationRule]:
        """The users' rules, oldest first."""
        return HostIndex(self.mesh.destination_rules, lambda rule: (rule_host(rule),))

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """The groups that plan something."""
        planned = {subsets.group for subsets in self.plan.lane_subsets.values()}
        return {group.name: group for group in self.mesh.groups if group.name in planned}

    @cached_property
    def homes(self) -> tuple[str, ...]:
        """The namespaces with lane services."""
        return tuple(dict.fromkeys(self.home(host) for host in self.plan.lane_subsets))

    @cached_property
    def strict_at(self) -> Mapping[str, tuple[Group, ...]]:
        """The strict groups with services in a namespace, oldest first."""
        found: dict[str, dict[str, None]] = {home: {} for home in self.homes}
        for host, planned in self.plan.lane_subsets.items():
            found[self.home(host)][planned.group] = None
        strict = [group for group in self.groups.values() if group.baseline is None]
        return {
            home: tuple(group for group in strict if group.name in names)
            for home, names in found.items()
        }

    @cached_property
    def held(self) -> frozenset[str]:
        """The namespaces with services of groups that are held: what is live there is unknown."""
        held = (group for group in self.mesh.groups if group.held)
        return frozenset(self.home(host) for group in held for host in group.hosts)

    @cached_property
    def clients(self) -> tuple[str, ...]:
        """The namespaces whose pods call."""
        return client_namespaces(self.mesh, self.plan, self.homes, self.scoping.clients)

    @cached_property
    def doors(self) -> Mapping[str, Door]:
        """The gateways that lead to lane services, by their namespace."""
        return doors(self.mesh, self.plan)

    @cached_property
    def spaces(self) -> tuple[str, ...]:
        """The namespaces in which rules stand: those of clients, and those of gateways alone."""
        return (*self.clients, *(space for space in self.doors if space not in self.clients))

    @cached_property
    def near(self) -> Mapping[Host, str]:
        """The hosts that a wildcard for a namespace with lane services covers, by that namespace.

        These are services, and what users' rules name and the input does not hold: hosts of
        ServiceEntries, and services that are only in the cluster.
        """
        found = {one.host: one.namespace for one in self.mesh.services.values()}
        found = {host: home for host, home in found.items() if home in self.homes}
        for host, home in product(map(rule_host, self.mesh.destination_rules), self.homes):
            if host != wide(home) and covers(wide(home), host):
                found.setdefault(host, home)
        return found

    def home(self, host: Host) -> str:
        """Return the namespace of a service, or of the ServiceEntry that a host has instead."""
        if host in self.mesh.services:
            return self.mesh.services[host].namespace
        entries = (one for one in self.mesh.service_entries if host in one.hosts)
        return next((one.meta.namespace for one in entries), self.near[host])

    def group(self, host: Host) -> Group:
        """Return the group of a lane service."""
        return self.groups[self.plan.lane_subsets[host].group]

    def lane_names(self, host: Host) -> frozenset[str]:
        """Return the subsets that lanes have of a service."""
        planned = self.plan.lane_subsets.get(host)
        return frozenset(subset.name for subset in planned.subsets) if planned else frozenset()

    def wanted(self, host: Host, caller: Caller) -> Said:
        """Return what a caller sees of a service in layout istio."""
        written, planned = self.written.of(host), self.plan.lane_subsets.get(host)
        if planned is None:
            return Said.of(rules_seen(written, host, self.home(host), caller))
        own = as_rules(planned)
        if not written:
            return Said.of(own[:1])
        return Said.of(rules_seen((*written, *own), host, self.home(host), caller))

    def beside(self, host: Host, space: str) -> Said:
        """Return what callers of a namespace see of a service, but for the lanes' subsets."""
        return self.wanted(host, Caller(space, ())).without(self.lane_names(host))

    @cached_property
    def ordinary(self) -> Mapping[tuple[str, str], Said]:
        """What the users' wildcards say of all services of a namespace to callers of another."""
        rules = self.mesh.destination_rules
        wild = [one for one in rules if one.workload_selector is None and one.host.startswith("*")]
        pairs = product(self.homes, self.spaces)
        return {(home, space): self._ordinary(wild, home, space) for home, space in pairs}

    def _ordinary(self, wild: Sequence[DestinationRule], home: str, space: str) -> Said:
        pattern = wide(home)
        rules = [one for one in wild if covers(rule_host(one), pattern)]
        return Said.of(rules_seen(rules, pattern, home, Caller(space, ()))) if rules else NOTHING

    def narrower(self, host: Host, space: str) -> bool:
        """Whether a user's rule in a namespace hides a wildcard of ours there from a service."""
        longest = len(wide(self.near[host]))
        return any(
            one.meta.namespace == space
            and (rule_host(one) == host or len(rule_host(one)) > longest)
            for one in self.written.of(host)
        )
