"""Where a rule for single callers could not be what layout istio is, so that none is written.

Comes in: the ground and a lane service. Goes out: why it keeps the objects of layout istio, or why
it may have rules of its own host only. Each is a fact of the input that somebody can change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Literal

from msgspec import Struct

from laneway.core.mesh.destination_rules import rule_host
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Group
from laneway.core.mesh.names import Host, resolve_host
from laneway.core.resources.istio.networking import DestinationRule, VirtualService
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.route_plan import Hop, lanes_own, links
from laneway.core.routing.plan.scoped_callers import are_apart, mirrored, selectors_of
from laneway.core.routing.plan.scoped_ground import Ground
from laneway.core.routing.plan.written import binds_mesh

Form = Literal["wildcard", "exact", "istio"]

PATCHED = "a patch of its group gives it a trafficPolicy of its own"
PERMISSIVE = "its group is permissive, so routes read the lane of a request"


class HostForm(Struct, frozen=True):
    """How a lane service is written: by a wildcard, by rules of its own, or as in layout istio.

    `because` is the object to blame, if it is one; `meant` says that nothing is amiss.
    """

    form: Form
    why: str
    because: Ref | None = None
    meant: bool = False


class Refusals(Struct, frozen=True, dict=True):
    """What stands against rules for single callers."""

    ground: Ground

    def of(self, host: Host) -> HostForm | None:
        """Return why a service keeps the objects of layout istio, None where nothing says so."""
        group = self.ground.group(host)
        if group.baseline is not None:
            return HostForm("istio", PERMISSIVE, meant=True)
        return next(self._reasons(host, group), None)

    def of_wildcard(self, host: Host) -> HostForm | None:
        """Return why a wildcard cannot speak for a service, though rules of its own may."""
        ground, home = self.ground, self.ground.home(host)
        if home in ground.held:
            why = f"namespace {home} has services of a group that is held"
            return HostForm("exact", why)
        group = ground.group(host)
        if group.name in self._crossing[home]:
            why = f"pods may be in lanes of group {group.name} and of another group at once"
            return HostForm("exact", why)
        if not ground.written.of(host):
            patched = ground.plan.lane_subsets[host].places[0].traffic_policy
            return HostForm("exact", PATCHED) if patched else None
        for space in ground.spaces:
            ordinary = ground.ordinary[home, space]
            if ground.narrower(host, space) or not ground.beside(host, space).says_as(ordinary):
                return self._own_words(host, space)
        return None

    def _own_words(self, host: Host, space: str) -> HostForm:
        """Say whose words a service has that others of its namespace have not."""
        ref = own_rule(self.ground, host)
        return HostForm("exact", f"{ref} speaks of it to callers in namespace {space}", ref)

    @cached_property
    def _crossing(self) -> Mapping[str, frozenset[str]]:
        """By namespace the groups whose lanes may share a pod with those of an older group."""
        return {home: frozenset(self._crossing_in(home)) for home in self.ground.homes}

    def _crossing_in(self, home: str) -> Iterator[str]:
        kept: list[Group] = []
        for group in self.ground.strict_at[home]:
            if are_apart(selectors_of([*kept, group])):
                kept.append(group)
            else:
                yield group.name

    def _reasons(self, host: Host, group: Group) -> Iterator[HostForm]:
        """Yield every reason, those that say most first."""
        if not all(lanes_own(hop) for hop in self.ground.plan.hops[host]):
            author = next((hop.author for hop in self.ground.plan.hops[host] if hop.author), None)
            yield HostForm("istio", f"{author} routes it in place of its lanes", author)
        for pattern, gateway in self._passing_on:
            if covers(pattern, host):
                why = f"{gateway} reads its subset from the SNI, where all lanes are one"
                yield HostForm("istio", why, gateway)
        if group.name in self._overlapping:
            yield HostForm("istio", f"a pod may be in two lanes of group {group.name} at once")
        for named, author in self._named.get(host, ()):
            if named in self.ground.lane_names(host):
                why = f"{author} leads calls in the mesh to its subset {named}"
                yield HostForm("istio", why, author)
        for rule in self.ground.written.of(host):
            yield from self._by_rule(host, group, rule)

    def _by_rule(self, host: Host, group: Group, rule: DestinationRule) -> Iterator[HostForm]:
        ref = rule.meta.ref
        declared = [one.name for one in rule.subsets if one.name in self.ground.lane_names(host)]
        if declared:
            yield HostForm("istio", f"{ref} declares the lane's subset {declared[0]}", ref)
        if (selector := rule.workload_selector) is None:
            return
        if rule.meta.namespace not in self.ground.spaces:
            return
        lanes = selectors_of([group])
        if rule_host(rule) != host or not are_apart([*lanes, selector]):
            why = f"{ref} is for callers that may be in a lane as well"
            yield HostForm("istio", why, ref)

    @cached_property
    def _passing_on(self) -> list[tuple[str, Ref]]:
        """The hosts that gateways between networks pass on by name, and those gateways.

        Such a gateway has one cluster for a subset's name, whoever called.
        https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode
        """
        return [
            (host.rpartition("/")[2], gateway.meta.ref)
            for gateway in self.ground.mesh.gateways.values()
            for server in gateway.servers
            if server.passes_on
            for host in server.hosts
        ]

    @cached_property
    def _overlapping(self) -> frozenset[str]:
        """The groups that have lanes a pod may be in at once."""
        strict = (one for one in self.ground.groups.values() if one.baseline is None)
        return frozenset(
            one.name
            for one in strict
            if len(selectors_of([one])) < len(one.lanes) or not are_apart(selectors_of([one]))
        )

    @cached_property
    def _named(self) -> Mapping[Host, list[tuple[str, Ref]]]:
        """The subsets that users' routes lead calls in the mesh to, by host."""
        found: dict[Host, list[tuple[str, Ref]]] = {}
        for author in filter(binds_mesh, self.ground.mesh.virtual_services):
            for host, subset in _subsets_named(author):
                found.setdefault(host, []).append((subset, author.meta.ref))
        plan = self.ground.plan
        for hops in (*plan.hops.values(), *plan.outside.values()):
            for host, subset, ref in _mirrors(hops):
                found.setdefault(host, []).append((subset, ref))
        return found


def own_rule(ground: Ground, host: Host) -> Ref | None:
    """Return the user's rule that says most of a service: that of its host, else any."""
    found = ground.written.of(host)
    exact = (one for one in found if rule_host(one) == host)
    return next((one.meta.ref for one in (*exact, *found)), None)


def _subsets_named(author: VirtualService) -> Iterator[tuple[Host, str]]:
    written = [route.destinations for route in author.http]
    written += [route.destinations for route in author.tcp]
    for to in chain.from_iterable(written):
        if to.subset:
            yield resolve_host(to.host, author.meta.namespace), to.subset


def _mirrors(hops: tuple[Hop, ...]) -> Iterator[tuple[Host, str, Ref]]:
    """Yield the subsets that users' routes in the mesh send copies of requests to."""
    for hop in hops:
        for link in links(hop):
            for rule in link.rules if link.author else ():
                for host, subset in mirrored(rule):
                    yield host, subset, rule.origin.ref
