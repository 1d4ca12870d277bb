"""Mesh -> RoutePlan: everything decided, per service and per entry.

Comes in: a Mesh, and the plan made before, if any. Goes out: a RoutePlan. What an edit did not
touch is the very same object in both plans: a service's share is made again only when what it was
made from differs, so that an edit costs its own share. A held group plans nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.destination_rules import rule_host
from laneway.core.mesh.hosts import HostIndex
from laneway.core.mesh.inside import without_entries
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import Host
from laneway.core.resources.istio.networking import DestinationRule, VirtualService
from laneway.core.resources.meta import Ref
from laneway.core.routing.plan.delegated import handing_over
from laneway.core.routing.plan.delegates import Delegates
from laneway.core.routing.plan.entries import plan_entries
from laneway.core.routing.plan.gateways import gateway_ports
from laneway.core.routing.plan.hops import LaneHops, lane_answers
from laneway.core.routing.plan.lane_subsets import LaneSubsets, SubsetView
from laneway.core.routing.plan.leads import Leads
from laneway.core.routing.plan.outside import outside_hops
from laneway.core.routing.plan.policies import policies
from laneway.core.routing.plan.route_plan import Delegated, Entry, RoutePlan, Rule
from laneway.core.routing.plan.service_input import (
    HopsByHost,
    LaneHopsLater,
    ServiceInput,
    Share,
    share_of,
)
from laneway.core.routing.plan.service_names import service_names
from laneway.core.routing.plan.stand_ins import by_subset, stand_ins
from laneway.core.routing.plan.subsets import SeenAlike, lane_subsets, needed, views
from laneway.core.routing.plan.written import (
    References,
    binds_mesh,
    mesh_hosts,
    subsets_asked,
    takes_over,
    written_hops,
)


class _Shares(Struct):
    """The shares of all services while they are gathered."""

    hops: dict[Host, Share]
    lane_subsets: dict[Host, LaneSubsets]
    views: dict[Host, tuple[SubsetView, ...]]


def plan(mesh: Mesh, previous: RoutePlan | None = None) -> RoutePlan:
    """Decide every route of a mesh, keeping what `previous` already decided alike."""
    before = previous or RoutePlan()
    inside = without_entries(mesh)
    within = before if before.inside == inside else _within(inside, before)
    entries = tuple(_kept(entry, before) for entry in plan_entries(mesh))
    delegates = Delegates.of(mesh, _offered(within.delegated.values()))
    ports = gateway_ports(mesh, entries, delegates)
    return replace(within, entries=entries, gateway_ports=ports)


def _within(mesh: Mesh, before: RoutePlan) -> RoutePlan:
    """Decide what callers in the mesh meet."""
    speakers = HostIndex(filter(binds_mesh, mesh.virtual_services), mesh_hosts)
    written = HostIndex(mesh.destination_rules, lambda rule: (rule_host(rule),))
    inputs = dict(_lane_services(mesh, before, speakers, written))
    delegated = {
        host: replace(root, hops=inputs[host].lane_hops(mesh.services[host], is_delegate=True))
        for host, root in handing_over(mesh, speakers).delegated.items()
    }
    reading = References(mesh, Delegates.of(mesh, _offered(delegated.values())))
    shares = _Shares({}, {}, {})
    for host, made_from in inputs.items():
        _lane_share(reading, before, shares, host, made_from)
    for host in speakers.hosts(mesh.services):
        if host not in shares.hops and (speaking := speakers.of(host)):
            shares.hops[host] = written_hops(mesh.services[host], speaking, (), reading)
    alike = SeenAlike()
    for host in written.hosts(mesh.services):
        if host not in shares.views and (rules := written.of(host)):
            shares.views[host] = views(mesh.services[host], None, rules, alike)
    return RoutePlan(
        hops=HopsByHost(shares.hops),
        lane_subsets=shares.lane_subsets,
        views=shares.views,
        policies=policies(mesh, shares.views),
        delegated=delegated,
        outside=outside_hops(reading, mesh.virtual_services),
        leads=Leads(reading, shares.hops),
        names=service_names(mesh, shares.lane_subsets),
        made_from=inputs,
        inside=mesh,
    )


def _offered(delegated: Iterable[Delegated]) -> dict[Ref, tuple[Rule, ...]]:
    """Return the lane routes that roots hand over to, as the object that holds them lists them."""
    return {one.ref: tuple(rule for hop in one.hops for rule in hop.rules) for one in delegated}


def _lane_services(
    mesh: Mesh,
    before: RoutePlan,
    speakers: HostIndex[VirtualService],
    written: HostIndex[DestinationRule],
) -> Iterator[tuple[Host, ServiceInput]]:
    """Yield every lane service that is planned, with what its share is made from."""
    asked = subsets_asked(mesh) if mesh.groups else {}
    for group in mesh.groups:
        if group.held or not group.lanes:
            continue
        hops = _same_as_before(before, group, LaneHops.of_group(group))
        subsets = tuple(lane.subset for lane in hops.lanes)
        for host in group.hosts:
            yield (
                host,
                ServiceInput(
                    mesh.services[host].ports,
                    hops,
                    lane_answers(group, host),
                    stand_ins(group, host),
                    needed(group, host, subsets, asked.get(host, frozenset())),
                    written.of(host),
                    group.patches.of(host),
                    speakers.of(host),
                ),
            )


def _same_as_before(before: RoutePlan, group: Group, hops: LaneHops) -> LaneHops:
    """Return what was made of a group before if it is equal, to compare it only once."""
    for host in group.hosts:
        made = before.made_from.get(host)
        if isinstance(made, ServiceInput) and made.hops.group == group.name:
            return made.hops if made.hops == hops else hops
    return hops


def _lane_share(
    reading: References, before: RoutePlan, shares: _Shares, host: Host, made_from: ServiceInput
) -> None:
    """Add a lane service's hops, subsets and views: the ones before, if made from the same."""
    if before.made_from.get(host) == made_from and not made_from.speaking:
        shares.hops[host] = share_of(before.hops, host)
        shares.lane_subsets[host] = before.lane_subsets[host]
        shares.views[host] = before.views[host]
        return
    service = reading.mesh.services[host]
    subsets = lane_subsets(
        service, made_from.hops.group, made_from.subsets, made_from.written, made_from.patch
    )
    shares.lane_subsets[host] = subsets
    seen = views(service, subsets, made_from.written)
    shares.views[host] = tuple(_backed(view, made_from) for view in seen)
    shares.hops[host] = LaneHopsLater(service, made_from)
    if made_from.speaking:
        owned = any(takes_over(one, service) for one in made_from.speaking)
        own = () if owned else made_from.lane_hops(service)
        shares.hops[host] = written_hops(service, made_from.speaking, own, reading)


def _backed(view: SubsetView, made_from: ServiceInput) -> SubsetView:
    """Add who stands in for the subsets that hold a lane's pods."""
    if not made_from.stand_ins:
        return view
    lanes, answers = made_from.hops.lanes, made_from.answers
    behind = by_subset(view.subsets, lanes, answers, made_from.stand_ins)
    return replace(view, stand_ins=behind)


def _kept(entry: Entry, before: RoutePlan) -> Entry:
    """Return the equal entry of the plan before, if there is one."""
    return next((old for old in before.entries if old == entry), entry)
