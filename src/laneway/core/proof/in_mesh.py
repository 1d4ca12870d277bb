"""Every call to a service of a lane group, held against what the lanes promise.

Comes in: the routes that are judged. Goes out: what breaks a promise, or could not be decided. The
routes of one service are looked at for each class of callers; services whose routes differ by name
alone are looked at once, so that a thousand services of fifty lanes cost as much as one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from functools import cached_property
from itertools import product

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.bound import is_bound
from laneway.core.mesh.membership import lanes_of
from laneway.core.mesh.mesh import Group, Mesh, MeshService, Protocol
from laneway.core.mesh.names import Host
from laneway.core.mesh.propagation import Propagation
from laneway.core.mesh.spellings import spellings
from laneway.core.mesh.visibility import SidecarScope, exports_of, scope_of
from laneway.core.proof.carrying import filled, fillings, loses, named, strange
from laneway.core.proof.copies import copies_of
from laneway.core.proof.landing import Landings
from laneway.core.proof.promises import Promise, mesh_promises
from laneway.core.proof.scene import Break, Suspect, Unknown, breaks, unread_edits
from laneway.core.proof.shapes import Shapes
from laneway.core.proof.verdict import Spot, Want, Who
from laneway.core.routing.ask.request import Request, sent_on
from laneway.core.routing.ask.walk import Sight, find_hop, is_known
from laneway.core.routing.plan.members import members_of
from laneway.core.routing.plan.route_plan import (
    Destination,
    Forward,
    Hop,
    Origin,
    Refuse,
    RoutePlan,
    Rule,
    Share,
    links,
)
from laneway.core.routing.plan.survivors import seen, surviving
from laneway.core.routing.plan.unseen import is_past_routes
from laneway.core.search.conditions import HEADER, Condition, Conditions
from laneway.core.search.smallest import Premises, Search
from laneway.core.search.values import HOSTS, Pattern, Universe, Values

Broken = tuple[Spot, Break | Unknown]
_AS_ANOTHER = "it leaves as a request of lane {}, which is not its lane"


class InMesh(Struct, dict=True):
    """Judges the calls in a mesh."""

    mesh: Mesh
    plan: RoutePlan
    values: Values
    who: tuple[Who, ...]
    landings: Landings
    unbound: dict[tuple[Origin, str], set[str]] = {}
    """What hides services of a group from pods of which nothing says that they call them."""
    _done: dict[object, tuple[list[Broken], list[Host]]] = {}

    def breaks(self) -> Iterator[tuple[Spot, Break | Unknown, int]]:
        """Yield what is broken or unknown, each with the number of other services it holds for."""
        shapes = Shapes(self.mesh, self.plan)
        for group in self.mesh.groups:
            if group.held or not group.lanes:
                continue
            for host in group.hosts:
                for spot, hop in _hops(self.mesh, self.plan, self.mesh.services[host]):
                    shape = (shapes.of(group, hop), self._sight(hop))
                    self._look(shape, group, spot, hop)
        for found, hosts in self._done.values():
            for spot, broken in found:
                yield spot, broken, len(hosts) - 1

    def _sight(self, hop: Hop) -> object:
        """Return what tells services apart that callers see in different ways."""
        service = self.mesh.services[hop.host]
        if any(scope.hider(service, hop.port) is not None for scope in self._scopes):
            return hop.host
        narrow = [scope for scope in self._scopes if scope.sidecar is not None]
        if not narrow:
            return exports_of(service.service)
        sights = [Sight(self.mesh, self.plan, scope) for scope in narrow]
        users = (one for one in links(hop) if one.author is not None)
        led_to = {(to.host, to.port): to for one in users for to in _destinations(one)}.values()
        return (
            exports_of(service.service),
            tuple(seen(hop, scope) for scope in narrow),
            tuple(is_known(sight, to) for sight in sights for to in led_to),
        )

    @cached_property
    def _scopes(self) -> list[SidecarScope]:
        """What callers see, each once."""
        scopes = [scope_of(self.mesh, who.caller) for who in self.who]
        return list({(one.namespace, id(one.sidecar)): one for one in scopes}.values())

    def _look(self, shape: object, group: Group, spot: Spot, hop: Hop) -> None:
        """Look at a hop for all callers, unless one of the same shape has been looked at."""
        found, hosts = self._done.setdefault(shape, ([], []))
        hosts.append(spot.host)
        if len(hosts) > 1:
            return
        for who in self.who:
            found.extend(self._of_caller(group, replace(spot, who=who), hop, who))

    def _of_caller(self, group: Group, spot: Spot, hop: Hop, who: Who) -> Iterator[Broken]:
        promises = mesh_promises(group, spot.host, spot.protocol, who.caller)
        search = Search(self.values, self._ground(group, spot, who))
        judge = _HopJudge(group, self.landings, spot, scope_of(self.mesh, who.caller))
        rules = surviving(self.mesh, hop, who.caller)
        if is_past_routes(rules[-1]):
            bound = self._bound(group, spot.host, who)
            others = set(who.names) - set(bound.names if bound else ())
            self.unbound.setdefault((rules[-1].origin, group.name), set()).update(others)
            if bound is None:
                return
            spot = replace(spot, who=bound)
        for found in breaks(search, promises, rules, judge.suspects):
            yield spot, found

    def _bound(self, group: Group, host: Host, who: Who) -> Who | None:
        """Return those of callers who do not see a service that are taken to call it."""
        if not who.names:
            near = {self.mesh.services[one].namespace for one in group.hosts if one != host}
            is_near = who.caller.namespace in near
            return who if is_near and lanes_of(group, who.caller.labels) else None
        pods = {f"{pod.namespace}/{pod.meta.name}": pod for pod in self.mesh.workloads}
        names = tuple(one for one in who.names if is_bound(self.mesh, group, host, pods[one]))
        return replace(who, names=names) if names else None

    def _ground(self, group: Group, spot: Spot, who: Who) -> Premises:
        """Return what holds for all calls to a service: how it is spelled, and one line of context.

        A call that names two lanes at once is promised nothing: an entry writes one.
        """
        hosts = _hosts_of(self.mesh.services[spot.host], spot, who, self.plan.outside)
        propagation = group.propagation
        if propagation is None:
            return Premises(hosts)
        single = frozenset(HEADER + name for name in propagation.lane_headers)
        given: Conditions = frozenset()
        if members := members_of(propagation):
            twice = Pattern("regex", members.twice)
            given = frozenset([Condition(HEADER + members.header, twice, met=False)])
        return Premises(hosts, given, single)


def _hops(mesh: Mesh, plan: RoutePlan, service: MeshService) -> Iterator[tuple[Spot, Hop]]:
    for port in service.ports:
        protocols: tuple[Protocol, ...] = ("http", "tcp") if port.sniffed else (port.protocol,)
        for protocol in protocols:
            hop = find_hop(mesh, plan, service.host, port.number, protocol)
            if hop is not None:
                yield Spot(service.host, port.number, protocol), hop


def _destinations(hop: Hop) -> Iterator[Destination]:
    for rule in hop.rules:
        for share in rule.action.shares if isinstance(rule.action, Forward) else ():
            yield share.destination


def _hosts_of(service: MeshService, spot: Spot, who: Who, taken: Container[str]) -> Universe:
    """Return the hosts by which a caller's proxy knows a service.

    What is `taken` by a route for that very spelling is not decided here. On a port whose protocol
    is sniffed the address that is dialed decides, whatever the host.
    https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
    """
    host = str(service.host)
    if any(port.sniffed for port in service.ports if port.number == spot.port):
        return replace(HOSTS, usual=(host,))
    near = (service.name,) if service.namespace == who.caller.namespace else ()
    names = [name for name in (host, *near, *spellings(service)) if name not in taken]
    return Universe("", few=(*names, *(f"{name}:{spot.port}" for name in names)))


class _HopJudge(Struct, frozen=True):
    """Says what a rule breaks for requests of a promise, from one caller to one port."""

    group: Group
    landings: Landings
    spot: Spot
    scope: SidecarScope

    def suspects(self, promise: Promise | None, rule: Rule | None) -> Iterator[Suspect]:
        wants = promise.wants if promise else ()
        if rule is None:
            yield Suspect("delivered", "no route takes it, so it gets a 404")
        elif is_past_routes(rule):
            yield from self._past(rule, wants)
        elif isinstance(rule.action, Forward):
            for share in rule.action.shares:
                yield from self._of_share(rule, share, wants)
            yield from self._of_copies(rule, wants)
        elif isinstance(rule.action, Refuse) and any(map(self.landings.has_pods, wants)):
            yield Suspect("delivered", f"its route answers {rule.action.status} by itself")

    def _past(self, rule: Rule, wants: tuple[Want, ...]) -> Iterator[Suspect]:
        """Yield what becomes of a call that is past every route."""
        unseen = f"{rule.origin.ref} hides {self.spot.host} from its proxy"
        if isinstance(rule.action, Refuse):
            yield Suspect("delivered", f"{unseen}, which refuses the call")
            return
        shares = rule.action.shares if isinstance(rule.action, Forward) else ()
        for share in shares:
            landing = self.landings.at(share.destination, self.scope, self.group.name)
            breach = self.landings.breach(landing, wants)
            if breach is not None:
                broken, why = breach
                yield Suspect(broken, f"{unseen}, so it goes to the address dialed: {why}")

    def _of_share(self, rule: Rule, share: Share, wants: tuple[Want, ...]) -> Iterator[Suspect]:
        landing = self.landings.at(share.destination, self.scope, self.group.name)
        breach = self.landings.breach(landing, wants)
        if breach is not None:
            yield Suspect(*breach)
        elif self.group.propagation is not None and self.spot.protocol == "http":
            yield from self._behind(self.group.propagation, rule, share, wants)

    def _behind(
        self, propagation: Propagation, rule: Rule, share: Share, wants: tuple[Want, ...]
    ) -> Iterator[Suspect]:
        """Yield what a rule makes of the lane that a request carries."""
        unread = tuple(unread_edits(propagation, rule, share))
        other = _renamed(self.group, propagation, rule, share, wants)
        if unread:
            yield from unread
        elif other:
            yield Suspect("isolated", _AS_ANOTHER.format(other))
        else:
            yield from self._filled(propagation, rule, share, wants)
            yield from _lost(propagation, rule, share, wants)

    def _filled(
        self, propagation: Propagation, rule: Rule, share: Share, wants: tuple[Want, ...]
    ) -> Iterator[Suspect]:
        """Yield requests whose other headers fill in another lane."""
        others = [one.name for one in self.group.lanes if one.name not in {w.lane for w in wants}]
        pairs = fillings(propagation, rule, share)
        for (target, source), lane in product(pairs, others):

            def is_other(request: Request, lane: str = lane) -> bool:
                return lane in named(propagation, sent_on(rule, share, request))

            for asked in filled(propagation, target, source, lane):
                yield Suspect("isolated", _AS_ANOTHER.format(lane), wants, asked, is_other)

    def _of_copies(self, rule: Rule, wants: tuple[Want, ...]) -> Iterator[Suspect]:
        for destination in copies_of(self.landings.mesh, rule, self.spot):
            landing = self.landings.at(destination, self.scope, self.group.name)
            leak = self.landings.leak(landing, self.group.name, wants)
            if leak:
                yield Suspect("isolated", f"a copy of it is mirrored: {leak}")


def _renamed(
    group: Group, propagation: Propagation, rule: Rule, share: Share, wants: Iterable[Want]
) -> str:
    """Return another lane that a rule writes into requests, whatever they carried."""
    lanes = {lane.name for lane in group.lanes} - {one.lane for one in wants}
    return min(named(propagation, sent_on(rule, share, Request())) & lanes, default="")


def _lost(
    propagation: Propagation, rule: Rule, share: Share, wants: tuple[Want, ...]
) -> Iterator[Suspect]:
    """Yield requests that carry their lane to a rule, and no lane any more behind it."""
    lanes = tuple(dict.fromkeys(one.lane for one in wants))

    def is_lost(request: Request) -> bool:
        return loses(propagation, request, sent_on(rule, share, request), lanes)

    why = "it leaves without its lane, so the hops behind do not know it"
    members = members_of(propagation)
    carrying = [
        Request(headers=((name, members.member(lane) if members and is_list else lane),))
        for name in propagation.lane_headers
        for is_list in (name == propagation.list_header,)
        for lane in lanes
    ]
    if any(map(is_lost, carrying)):
        yield Suspect("isolated", why, wants, confirms=is_lost)
    for _, source in fillings(propagation, rule, share):
        yield Suspect("isolated", why, wants, strange(source, lanes), is_lost)
