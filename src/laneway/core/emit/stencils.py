"""The objects of a plan as YAML, one service after the other.

Comes in: a Mesh and its RoutePlan. Goes out: what `yaml_documents` takes, a text or a body per
object, in the order of `istio.Emitted`. Services of which lanes alone speak are often made alike
and differ in their names; what they have in common is spelled once, with blanks for these, and
nothing is kept of a service when its text has gone out. A law holds the texts against the bodies.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from laneway.core.emit.istio import ObjectSpelling
from laneway.core.emit.yaml_scalar import inline
from laneway.core.emit.yaml_text import Blank, yaml_text
from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.names import Host
from laneway.core.resources.kubernetes.workloads import Service
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.plan.route_plan import RoutePlan
from laneway.core.routing.plan.service_input import ServiceInput
from laneway.core.routing.plan.service_names import DESTINATION_RULE, VIRTUAL_SERVICE
from laneway.core.routing.plan.subsets import lane_subsets

Body = Mapping[str, Any]

_HOST, _SPACE, _NAME = Host(Blank("host")), Blank("namespace"), Blank("name")
_BLANK = re.compile("\0([a-z]+)\0")


def printed(mesh: Mesh, plan: RoutePlan) -> Iterator[Body | str]:
    """Yield the objects of layout `istio`: texts where services are alike, else bodies."""
    spelling = ObjectSpelling(mesh, plan, "istio")
    stencils = _Stencils(spelling)
    for host in plan.lane_subsets:
        yield from stencils.rules(host)
    for host in plan.lane_subsets:
        yield from stencils.routes(host)
    yield from (spelling.entry(entry).body for entry in plan.entries)


class _Stencils:
    """Texts with blanks for the names of a service, by all else that they are made from."""

    def __init__(self, spelling: ObjectSpelling) -> None:
        self._spelling = spelling
        self._plan = spelling.plan
        self._made: dict[Hashable, str] = {}

    def rules(self, host: Host) -> Iterator[Body | str]:
        """Yield the DestinationRules of a service."""
        own = self._plan.made_from[host]
        if not isinstance(own, ServiceInput) or own.written:
            stem = self._spelling.names.stem(host)
            made = self._spelling.rules(self._plan.lane_subsets[host], stem)
            yield from (one.body for one in made)
            return
        key = (own.hops.group, own.subsets, id(own.patch))
        if key not in self._made:
            self._made[key] = self._rule(own)
        yield self._filled(key, host, DESTINATION_RULE)

    def routes(self, host: Host) -> Iterator[Body | str]:
        """Yield the VirtualService of a service, if it has one."""
        own = self._plan.made_from[host]
        if not isinstance(own, ServiceInput) or own.speaking or not own.ports:
            stem = self._spelling.names.stem(host)
            made = self._spelling.routes(host, stem, self._plan.hops[host])
            yield from (one.body for one in made)
            return
        key = (own.hops.group, own.ports, frozenset(own.answers.items()), id(own.patch))
        if key not in self._made:
            self._made[key] = self._route(own)
        yield self._filled(key, host, VIRTUAL_SERVICE)

    def _filled(self, key: Hashable, host: Host, name: str) -> str:
        space = self._spelling.mesh.services[host].namespace
        names = (host, space, name.format(self._spelling.names.stem(host)))
        words = zip((_HOST, _SPACE, _NAME), map(inline, names), strict=True)
        return self._made[key] % dict(words)

    def _rule(self, own: ServiceInput) -> str:
        service = _anonymous(own)
        subsets = lane_subsets(service, own.hops.group, own.subsets, (), own.patch)
        spec = self._spelling.rule_spec(subsets, subsets.places[0])
        return self._stencil("DestinationRule", own, spec)

    def _route(self, own: ServiceInput) -> str:
        spec = self._spelling.hop_spec((_HOST,), own.lane_hops(_anonymous(own)))
        return self._stencil("VirtualService", own, spec)

    def _stencil(self, kind: str, own: ServiceInput, spec: dict[str, Any]) -> str:
        labels = self._spelling.labels(own.hops.group)
        manifest = self._spelling.object(Ref(kind, _SPACE, _NAME), labels, spec)
        return _BLANK.sub(r"%(\1)s", yaml_text(manifest.body).replace("%", "%%"))


def _anonymous(own: ServiceInput) -> MeshService:
    """Return a service whose names are blanks."""
    return MeshService(_HOST, Service(Meta(Ref("Service", _SPACE, _NAME))), own.ports, ())
