"""The plan as Istio's objects: DestinationRules and VirtualServices.

Comes in: a Mesh, its RoutePlan and a layout. Goes out: manifests whose bodies are plain
dictionaries. Layout `istio` puts a service's objects into the service's namespace, where Istio
looks first; layout `asm` (see `asm.py`) prints the vendor's objects where its controller puts
them; layout `scoped` (see `scoped.py`) has rules for single callers. What an edit did not touch is
the very same Manifest as before, but in layout `scoped`, where a rule is about many services.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.emit import asm
from laneway.core.emit.manifest import Manifest
from laneway.core.emit.routes import Spelled, http_route, tcp_route
from laneway.core.emit.scoped import one_route, rule_spec
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.superseded import GROUP_LABEL, MANAGED_BY
from laneway.core.resources.istio.networking import SubsetRule
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.lane_subsets import LaneSubsets, RulePlace, Subset
from laneway.core.routing.plan.object_names import ObjectNames
from laneway.core.routing.plan.route_plan import Entry, Hop, RoutePlan, Rule, lanes_own
from laneway.core.routing.plan.scoped import ScopedPlan
from laneway.core.routing.plan.scoped import scoped as decide_scoped
from laneway.core.routing.plan.service_names import DESTINATION_RULE, VIRTUAL_SERVICE
from laneway.core.routing.plan.subsets import twins

Layout = Literal["istio", "asm", "scoped"]
LAYOUTS: tuple[Layout, ...] = ("istio", "asm", "scoped")
API_VERSION = "networking.istio.io/v1"


class ServiceObjects(Struct, frozen=True):
    """The objects of one service, and the name they share."""

    stem: str
    rules: tuple[Manifest, ...]
    routes: tuple[Manifest, ...]


class Emitted(Struct, frozen=True):
    """What one emission gave, and from what, so that the next can keep what is unchanged."""

    plan: RoutePlan
    layout: Layout
    first: tuple[Manifest, ...]
    services: Mapping[Host, ServiceObjects]
    rules: tuple[Manifest, ...]
    routes: tuple[Manifest, ...]
    entries: tuple[Manifest, ...]

    @property
    def parts(self) -> tuple[tuple[Manifest, ...], ...]:
        """The objects to apply: DestinationRules, mesh VirtualServices, entries."""
        # DestinationRules come before the routes that name their subsets, for whoever applies a
        # file from its top: a route into a subset that nobody declares is a 503
        # https://istio.io/latest/docs/ops/best-practices/traffic-management/#avoid-503-errors-while-reconfiguring-service-routes
        return (self.first, self.rules, self.routes, self.entries)

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """All of these in one."""
        return tuple(chain.from_iterable(self.parts))


def emit(
    mesh: Mesh,
    plan: RoutePlan,
    layout: Layout = "istio",
    before: Emitted | None = None,
    scoped: ScopedPlan | None = None,
) -> Emitted:
    """Spell a plan as the objects to apply; layout `scoped` needs what is decided for it.

    Of calls that are planned as `before` all objects are kept.
    """
    if scoped is None and layout == "scoped":
        scoped = decide_scoped(mesh, plan)
    known = before if before and before.layout == layout != "scoped" else None
    spelling = ObjectSpelling(mesh, plan, layout, known, scoped)
    first = spelling.first()
    entries = tuple(spelling.entry(entry) for entry in plan.entries)
    if (kept := spelling.kept) is not None:
        return replace(kept, plan=plan, first=first, entries=entries)
    services = {host: spelling.service(host, one) for host, one in plan.lane_subsets.items()}
    rules = chain.from_iterable(one.rules for one in services.values())
    routes = chain.from_iterable(one.routes for one in services.values())
    return Emitted(plan, layout, first, services, tuple(rules), tuple(routes), entries)


def manifests(
    mesh: Mesh, plan: RoutePlan, layout: Layout = "istio", scoped: ScopedPlan | None = None
) -> tuple[Manifest, ...]:
    """Spell a plan as the objects to apply, without a memory."""
    return emit(mesh, plan, layout, scoped=scoped).manifests


class ObjectSpelling:
    """One emission: the names given, the matches already spelled, and what was there before."""

    def __init__(
        self,
        mesh: Mesh,
        plan: RoutePlan,
        layout: Layout,
        before: Emitted | None = None,
        scoped: ScopedPlan | None = None,
    ) -> None:
        self.scoped = scoped if layout == "scoped" else None
        self.mesh = mesh
        self.plan = plan
        self.is_asm = layout == "asm"
        self.kept = before if before and before.plan.inside is plan.inside else None
        self.names = ObjectNames(plan)
        self.exports = asm.exports(mesh) if self.is_asm else {}
        self.before = before
        self.spelled: Spelled = {}
        self.subsets: Spelled = {}
        self.twinned: dict[int, tuple[Subset, ...]] = {}

    def first(self) -> tuple[Manifest, ...]:
        """Spell what is not one service's: the vendor's own kinds, or rules for single callers."""
        if self.is_asm:
            return asm.vendor_kinds(self.mesh, self.plan, self.names)
        rules = self.scoped.rules if self.scoped else ()
        managed = {MANAGED_BY: "laneway"}
        return tuple(
            self.object(rule.meta.ref, managed | dict(rule.meta.labels), rule_spec(rule))
            for rule in rules
        )

    def service(self, host: Host, subsets: LaneSubsets) -> ServiceObjects:
        """Spell a service's objects; those made from the very same are the ones of before."""
        stem = self.names.stem(host)
        hops = self.plan.hops[host]
        if self.scoped and self.scoped.is_scoped(host):
            return ServiceObjects(stem, (), self.routes(host, stem, hops))
        kept = self.before.services.get(host) if self.before else None
        if self.before is None or kept is None or kept.stem != stem:
            return ServiceObjects(stem, self.rules(subsets, stem), self.routes(host, stem, hops))
        same_subsets = self.before.plan.lane_subsets[host] is subsets
        same_hops = self.before.plan.hops[host] is hops
        if same_subsets and same_hops:
            return kept
        return ServiceObjects(
            stem,
            kept.rules if same_subsets else self.rules(subsets, stem),
            kept.routes if same_hops else self.routes(host, stem, hops),
        )

    def rules(self, subsets: LaneSubsets, stem: str) -> tuple[Manifest, ...]:
        """Spell the DestinationRules of a service, one for each place."""
        places = asm.home(subsets, self.exports) if self.is_asm else subsets.places
        labels = self.labels(subsets.group)
        name = DESTINATION_RULE.format(stem)
        return tuple(
            self.object(
                Ref("DestinationRule", place.namespace, name),
                labels,
                self.rule_spec(subsets, place),
            )
            for place in places
        )

    def rule_spec(self, subsets: LaneSubsets, place: RulePlace) -> dict[str, Any]:
        """Spell what a DestinationRule at a place says."""
        spec: dict[str, Any] = {"host": subsets.host}
        # Istio merges rules of one host only if their exportTo is written alike, so the field
        # stands only where the rule beside it has one
        if place.exported is not None:
            spec["exportTo"] = list(place.exported)
        if place.traffic_policy is not None:
            spec["trafficPolicy"] = place.traffic_policy
        named = self.twins(subsets.subsets) if self.is_asm else subsets.subsets
        if id(named) not in self.subsets:
            self.subsets[id(named)] = named, [_subset(subset) for subset in named]
        found = self.subsets[id(named)][1]
        names = {subset.name for subset in named}
        copied = [_copied(subset) for subset in place.copied if subset.name not in names]
        spec["subsets"] = found + copied if copied else found
        return spec

    def twins(self, subsets: tuple[Subset, ...]) -> tuple[Subset, ...]:
        """Return the subsets of the vendor's layout."""
        if id(subsets) not in self.twinned:
            self.twinned[id(subsets)] = twins(subsets)
        return self.twinned[id(subsets)]

    def routes(self, host: Host, stem: str, hops: tuple[Hop, ...]) -> tuple[Manifest, ...]:
        """Spell the VirtualService of a service, if lanes have one there."""
        group = self.plan.lane_subsets[host].group
        delegated = self.plan.delegated.get(host)
        own = tuple(hop for first in hops if (hop := lanes_own(first)) is not None)
        own = delegated.hops if delegated else own
        if self.scoped and self.scoped.is_scoped(host):
            own = tuple(one_route(hop, self.scoped.subsets[group]) for hop in own)
        if delegated:
            return (self.object(delegated.ref, self.labels(group), self.hop_spec((), own)),)
        if not own:
            return ()
        space = asm.ROOT_NAMESPACE if self.is_asm else self.mesh.services[host].namespace
        ref = Ref("VirtualService", space, VIRTUAL_SERVICE.format(stem))
        return (self.object(ref, self.labels(group), self.hop_spec((host,), own)),)

    def hop_spec(self, hosts: tuple[Host, ...], hops: tuple[Hop, ...]) -> dict[str, Any]:
        """Spell hops as one spec; without hosts it is a delegate, which others hand over to."""
        spec: dict[str, Any] = {"hosts": list(hosts)} if hosts else {}
        http = [
            http_route(r, self.spelled) for hop in hops if hop.protocol == "http" for r in hop.rules
        ]
        tcp = [
            tcp_route(r, self.spelled) for hop in hops if hop.protocol == "tcp" for r in hop.rules
        ]
        if http:
            spec["http"] = http
        if tcp:
            spec["tcp"] = tcp
        return spec

    def entry(self, entry: Entry) -> Manifest:
        """Spell the VirtualService of a gateway and host."""
        gateway = entry.gateway.partition("/")[2]
        ref = Ref("VirtualService", entry.namespace, self.names.entry(entry))
        if self.before is not None:
            made = zip(self.before.plan.entries, self.before.entries, strict=True)
            for old, manifest in made:
                if old is entry and manifest.ref == ref:
                    return manifest
        rules = _up_to_all(entry.rules)
        http = [http_route(rule, self.spelled) for rule in rules]
        if self.is_asm:
            http = [asm.as_printed(*both) for both in zip(rules, http, strict=True)]
        spec = {"gateways": [entry.gateway], "hosts": [entry.host], "http": http}
        return self.object(ref, self.entry_labels(entry, gateway), spec)

    def entry_labels(self, entry: Entry, gateway: str) -> dict[str, str]:
        """Return the labels of an entry's object."""
        if self.is_asm:
            return asm.LABELS | {"istioGateway": gateway}
        labels = {MANAGED_BY: "laneway", "istioGateway": gateway}
        # an entry that several groups share is none of theirs alone
        return labels | ({GROUP_LABEL: entry.groups[0]} if len(entry.groups) == 1 else {})

    def labels(self, group: str) -> dict[str, str]:
        """Return the labels of a group's objects."""
        own = asm.LABELS if self.is_asm else {MANAGED_BY: "laneway"}
        return own | {GROUP_LABEL: group}

    def object(self, ref: Ref, labels: dict[str, str], spec: dict[str, Any]) -> Manifest:
        """Return the object of an identity."""
        metadata: dict[str, Any] = {"name": ref.name, "namespace": ref.namespace, "labels": labels}
        if self.is_asm:
            metadata["annotations"] = asm.MARK
        version = asm.API_VERSION if self.is_asm else API_VERSION
        body = {"apiVersion": version, "kind": ref.kind, "metadata": metadata, "spec": spec}
        return Manifest(ref, body)


def _copied(subset: SubsetRule) -> dict[str, Any]:
    body: dict[str, Any] = {"name": subset.name, "labels": dict(subset.labels)}
    return body | ({"trafficPolicy": subset.traffic_policy} if subset.traffic_policy else {})


def _subset(subset: Subset) -> dict[str, Any]:
    return {"name": subset.name, "labels": dict(subset.labels)}


def _up_to_all(rules: Sequence[Rule]) -> Sequence[Rule]:
    """Leave out what stands behind a rule for every request: istiod hands none of it out."""
    last = next((at for at, rule in enumerate(rules, 1) if not rule.matches), len(rules))
    return rules[:last]
