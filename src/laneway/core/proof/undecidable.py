"""What keeps a proof from speaking of some proxies: constructs whose effect routes do not show.

Comes in: the mesh. Goes out: doubts, each with the object to blame, and whose requests they are
about. A filter may do anything to a request, of two Sidecars one counts; what could not be read may
say anything at all, and a held group has no routes to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.api_routes import entry_touches, mesh_touches
from laneway.core.mesh.destination_rules import rule_host
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import ROOT_NAMESPACE, resolve_gateway
from laneway.core.mesh.not_read import not_essential
from laneway.core.mesh.superseded import MANAGED_BY
from laneway.core.mesh.unknown_pods import behind_lanes
from laneway.core.proof.verdict import CounterExample, Doubt, Who
from laneway.core.resources.istio.extensions import ProxyExtension
from laneway.core.resources.istio.networking import DestinationRule, VirtualService
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Meta
from laneway.core.resources.yaml.spelling import spell
from laneway.core.routing.ask.concern import Concern
from laneway.core.routing.ask.guarded import guarded
from laneway.core.routing.ask.unfollowed import unfollowed
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.routing.plan.outside import misspelled
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan
from laneway.core.routing.plan.written import binds_mesh, mesh_hosts


class Cloud(Struct, frozen=True):
    """Proxies whose requests cannot be judged; an empty namespace stands for all."""

    doubt: Doubt
    namespace: str
    labels: Labels

    def covers_workload(self, namespace: str, labels: Labels) -> bool:
        """Whether the proxy of a pod is among them."""
        return self.namespace in ("", namespace) and meets(self.labels, dict(labels))

    def covers_gateway(self, port: GatewayPort) -> bool:
        """Whether gateway proxies may be among them: all their labels are seldom known."""
        known = dict(port.selector)
        near = self.namespace in ("", GATEWAY_NAMESPACE)
        return near and all(known.get(key, value) == value for key, value in self.labels)


class Clouds(Struct, frozen=True):
    """All of them, and the callers that are left."""

    mesh: Mesh
    over: tuple[Cloud, ...]

    @classmethod
    def of(cls, mesh: Mesh) -> Clouds:
        """Find everything in a mesh that hides what a proxy does."""
        return cls(mesh, (*_extensions(mesh), *_sidecars(mesh)))

    def clear(self, who: Sequence[Who]) -> tuple[tuple[Who, ...], tuple[Doubt, ...]]:
        """Return the callers that can be judged, and the doubts about the others."""
        if not self.over:
            return tuple(who), ()
        left: list[Who] = []
        doubts: dict[Doubt, None] = {}
        hidden = {
            f"{pod.namespace}/{pod.meta.name}": cloud
            for pod in self.mesh.workloads
            for cloud in self.over
            if cloud.covers_workload(pod.namespace, tuple(pod.labels.items()))
        }
        for one in who:
            names = tuple(name for name in one.names if name not in hidden)
            doubts |= {hidden[name].doubt: None for name in one.names if name in hidden}
            if names:
                left.append(Who(one.caller, names))
            elif not one.names:
                cloud = self._over_imagined(one.caller)
                if cloud is None:
                    left.append(one)
                else:
                    doubts[cloud.doubt] = None
        return tuple(left), tuple(doubts)

    def _over_imagined(self, caller: Caller) -> Cloud | None:
        return next(
            (one for one in self.over if one.covers_workload(caller.namespace, caller.labels)), None
        )

    def over_gateway(self, port: GatewayPort) -> Doubt | None:
        """Return the doubt about a gateway's port, if there is one."""
        clouds = (one.doubt for one in self.over if one.covers_gateway(port))
        return next(clouds, None) or next(_narrow_rules(self.mesh, port), None)


def unread(mesh: Mesh) -> Iterator[Doubt]:
    """Yield what is missing from the input, so that nothing can be said of the whole.

    A mistake in an object that touches no lane takes nothing away.
    """
    for one in not_essential(mesh.snapshot.not_read):
        yield Doubt(f"{one.name} not read: {one.why}", about=one.opens)
    concern = Concern(mesh, mesh.snapshot.findings)
    for finding in mesh.snapshot.findings:
        if finding.level == "error" and not concern.is_foreign(finding):
            yield Doubt(f"{finding.code.id}: {finding.message}", finding.place)
    for group in mesh.groups:
        for reason in group.held:
            place = group.group.meta.place("metadata", "name")
            yield Doubt(f"group {group.name} is held: {reason}", place)


def unread_pods(mesh: Mesh) -> Iterator[Doubt]:
    """Yield who may add pods to lane services that nobody knows, each once."""
    for who, hosts in behind_lanes(mesh.unknown_pods, mesh.owner_of):
        why = f"{who.meta.ref} may be pods of {hosts[0]}: {who.why}"
        yield Doubt(why, _head(who.meta))


def _extensions(mesh: Mesh) -> Iterator[Cloud]:
    for thing in mesh.snapshot.resources:
        if not isinstance(thing, ProxyExtension) or thing.idle:
            continue
        meta = thing.meta
        if meta.labels.get(MANAGED_BY) != "laneway":
            kind = meta.ref.kind
            why = f"{kind} {meta.namespace}/{meta.name} may change requests and routes in any way"
            yield Cloud(Doubt(why, _head(meta)), _reach(meta), thing.workload_selector)


def _sidecars(mesh: Mesh) -> Iterator[Cloud]:
    """Yield pairs of Sidecars that may speak for one pod: the older counts, if it is known."""
    for one, other in combinations(mesh.sidecars, 2):
        alike = (one.meta.namespace, not one.workload_selector)
        if alike != (other.meta.namespace, not other.workload_selector) or (
            one.meta.created and other.meta.created
        ):
            continue
        labels = dict(one.workload_selector) | dict(other.workload_selector)
        if meets(one.workload_selector, labels):
            meta = other.meta
            pair = f"Sidecars {meta.namespace}/{one.meta.name} and {meta.namespace}/{meta.name}"
            why = f"which of {pair} speaks for a pod, the older one, is not known"
            yield Cloud(Doubt(why, _head(meta)), _reach(meta), tuple(labels.items()))


def _narrow_rules(mesh: Mesh, port: GatewayPort) -> Iterator[Doubt]:
    """Yield the DestinationRules for pods that a gateway's may be: not all their labels are known.

    https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule
    """
    known = dict(port.selector)
    for rule in mesh.destination_rules:
        asked, host = rule.workload_selector or (), rule_host(rule)
        if (
            rule.meta.namespace == GATEWAY_NAMESPACE
            and not meets(asked, known)
            and all(known.get(key, value) == value for key, value in asked)
            and any(covers(host, lane) for lane in mesh.owner_of)
        ):
            why = f"whether {rule.meta.ref} is for the pods of a gateway is not known"
            yield Doubt(why, _head(rule.meta))


def beside(mesh: Mesh) -> Iterator[Doubt]:
    """Yield routes that take some calls to lane services, by what is not worked out here.

    In the mesh a VirtualService for another spelling of a service's name takes the calls that use
    it, if it is the older one; and a TCP route may ask for the address that is dialed. Routes of
    the Gateway API are not followed.
    """
    for route in filter(binds_mesh, mesh.virtual_services):
        name = f"VirtualService {route.meta.namespace}/{route.meta.name}"
        for host, service in misspelled(mesh, route).items():
            why = f"{name} may take calls to {service.host} that spell it {host}"
            yield Doubt(why, _head(route.meta))
        if asks_for_address(route) and any(
            covers(host, lane) for host in mesh_hosts(route) for lane in mesh.owner_of
        ):
            why = f"{name} asks for the address of a TCP connection"
            yield Doubt(why, _head(route.meta))
    for touch in mesh_touches(mesh):
        why = f"{touch.route.meta.ref} may take calls to {touch.host}, and is not followed"
        yield Doubt(why, touch.place)
    for entry in entry_touches(mesh):
        where = entry.hosts[0] if entry.hosts else "requests"
        why = f"{entry.route.meta.ref} leads {entry.gateway} to {where}, and is not followed"
        yield Doubt(why, entry.place)


def refusing(mesh: Mesh, plan: RoutePlan) -> Iterator[Doubt]:
    """Yield the policies that may refuse requests behind the routes, which is not worked out."""
    for one in guarded(mesh, plan):
        what = "refuses every request" if one.total else "may refuse requests"
        where = [*(f"gateway {name}" for name in one.gateways), *one.hosts]
        more = f" and {len(where) - 1} more" if len(where) > 1 else ""
        why = f"{one.policy.meta.ref} {what} to {where[0]}{more}"
        yield Doubt(why, _head(one.policy.meta), ("delivered",))


def beyond(mesh: Mesh, plan: RoutePlan) -> Iterator[Doubt]:
    """Yield the fields that may send requests elsewhere and that nobody follows."""
    for fields in unfollowed(mesh, plan):
        for one in fields:
            if one.field.opens:
                why = f"{one.meta.ref} has {spell(one.path)}: {one.field.because}"
                yield Doubt(why, one.meta.place(*one.path), one.field.opens)


def asks_for_address(route: VirtualService) -> bool:
    """Whether a TCP route of it asks for the address that is dialed, which routes do not keep."""
    return any(one.by_address for one in route.tcp)


def _reach(meta: Meta) -> str:
    """Return the namespace an object speaks for; one in the root namespace speaks for all."""
    return "" if meta.namespace == ROOT_NAMESPACE else meta.namespace


def _head(meta: Meta) -> Place:
    return meta.place("metadata", "name")


class HalfRead(Struct, frozen=True):
    """Objects of which a part could not be read, and so is missing from the routes that are judged.

    A counter-example where they speak may come of what is missing, and is none.
    """

    routes: tuple[VirtualService, ...]
    rules: tuple[DestinationRule, ...]
    unknown: frozenset[str] = frozenset()
    """Hosts that may have pods nobody knows."""
    taken: frozenset[str] = frozenset()
    """Hosts whose calls a route of the Gateway API may take."""

    @classmethod
    def of(cls, mesh: Mesh) -> HalfRead:
        """Find them among the objects of a mesh."""
        errors = {one.subject for one in mesh.snapshot.findings if one.level == "error"}
        return cls(
            tuple(
                one
                for one in mesh.virtual_services
                if str(one.meta.ref) in errors or asks_for_address(one)
            ),
            tuple(one for one in mesh.destination_rules if str(one.meta.ref) in errors),
            frozenset(mesh.unknown_pods),
            frozenset(touch.host for touch in mesh_touches(mesh)),
        )

    def shakes(self, against: CounterExample) -> bool:
        """Whether a counter-example lies where any of them speaks."""
        spot = against.spot
        hosts = {spot.host, *(wanted.host for wanted in against.wants)}
        if against.broken == "delivered" and not hosts.isdisjoint(self.unknown):
            return True
        if any(covers(rule_host(rule), host) for rule in self.rules for host in hosts):
            return True
        if spot.gateway is None and spot.host in self.taken:
            return True
        if spot.gateway is None:
            spoken = (one for route in self.routes for one in mesh_hosts(route))
            return any(covers(one, spot.host) for one in spoken)
        bound = {
            resolve_gateway(name, route.meta.namespace)
            for route in self.routes
            for name in route.gateways
        }
        return bool(bound & set(spot.gateway.gateways))
