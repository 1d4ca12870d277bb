"""What one request meets at one hop: RoutePlan + Request -> Decision.

Comes in: a plan and a request, at a gateway or from a caller in the mesh. Goes out: the rule that
decided, why the ones before it did not, and the pods the request may meet with their shares. It
draws nothing by chance: a split is told whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from laneway.core.mesh.behind import is_closed
from laneway.core.mesh.hosts import covers
from laneway.core.mesh.known import knows
from laneway.core.mesh.members import is_present, meets
from laneway.core.mesh.membership import owner
from laneway.core.mesh.mesh import Caller, Mesh, Protocol
from laneway.core.mesh.names import Host
from laneway.core.mesh.spellings import HTTP_PORT
from laneway.core.mesh.visibility import SidecarScope, is_shown, scope_of
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Labels
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.baggage_lines import as_received
from laneway.core.routing.ask.passing import lane_of_request
from laneway.core.routing.ask.request import Request, sent_on, unmet, without_port
from laneway.core.routing.ask.tagging import tagged
from laneway.core.routing.plan.gateways import gateway_scope
from laneway.core.routing.plan.outside import rules_outside
from laneway.core.routing.plan.route_plan import (
    Answer,
    Destination,
    Forward,
    GatewayPort,
    Hop,
    Refuse,
    RoutePlan,
    Rule,
    Share,
    VirtualHost,
)
from laneway.core.routing.plan.survivors import surviving


class Considered(Struct, frozen=True):
    """A rule that was looked at before the deciding one, and why it was not met."""

    rule: Rule
    why_not: str


class Target(Struct, frozen=True):
    """One outcome of a decision: its probability, where to, and the pods that may answer.

    `status` is the error a proxy answers instead where the subset does not exist or has no pods
    (503). `request` is the request as it leaves the proxy, `lane` the lane it is known to be of,
    empty where a user's rule decided. `hidden_by` is the object for which the proxy does not know
    the destination, `undeclared` says that no rule the proxy sees declares the subset.
    """

    probability: float
    destination: Destination
    pods: tuple[Workload, ...]
    request: Request
    status: int | None = None
    lane: str = ""
    hidden_by: Ref | None = None
    undeclared: bool = False


class Decision(Struct, frozen=True):
    """What a proxy does with a request.

    `rule` is None when nothing matched; then `status` is 404. A rule that answers by itself gives
    its status and no targets.
    """

    rule: Rule | None
    targets: tuple[Target, ...] = ()
    status: int | None = None
    considered: tuple[Considered, ...] = ()

    @property
    def pods(self) -> tuple[Workload, ...]:
        """All pods the request may meet."""
        return tuple(pod for target in self.targets for pod in target.pods)


def enter(mesh: Mesh, plan: RoutePlan, request: Request, at: GatewayPort | None = None) -> Decision:
    """Decide a request that comes in at a gateway port; by default the one of its port."""
    gateway = at or find_port(plan, request.port)
    host = find_host(gateway.virtual_hosts, request.host) if gateway else None
    if gateway is None or host is None:
        return Decision(None, status=404)
    request = as_received(mesh, request)
    sight = Sight(mesh, plan, gateway_scope(gateway.selector))
    return decide(sight, host.rules, tagged(request, gateway.tagging))


def find_port(plan: RoutePlan, number: int | None) -> GatewayPort | None:
    """Return the first gateway port of a number, or the first of all."""
    ports = plan.gateway_ports
    return next((port for port in ports if number is None or port.port == number), None)


def find_host(hosts: Sequence[VirtualHost], authority: str) -> VirtualHost | None:
    """Return the virtual host a proxy takes: exact, then the longest suffix, then `*`.

    A port in the authority is ignored.
    """
    name = without_port(authority).lower()
    covering = [host for host in hosts if covers(host.domain.lower(), name)]
    exact = next((host for host in covering if host.domain.lower() == name), None)
    return exact or max(covering, key=lambda host: len(host.domain), default=None)


class HeldRoutes(Struct, frozen=True):
    """What a caller's proxy holds for a service's port: many requests may be decided by it.

    `plain` is the host where the port carries plain TCP, of which a proxy sees no request.
    """

    sight: Sight
    rules: tuple[Rule, ...]
    plain: str = ""

    def decide(self, request: Request) -> Decision:
        """Decide a request; without rules it is passed through: no rule and no status."""
        asked = Request(self.plain) if self.plain else request
        return decide(self.sight, self.rules, asked) if self.rules else Decision(None)


def call(mesh: Mesh, plan: RoutePlan, caller: Caller, host: Host, request: Request) -> Decision:
    """Decide a request from a caller in the mesh to a service, on the request's port.

    A service or port that the mesh does not know is passed through: no rule and no status; unless a
    VirtualService in the mesh speaks of the host, or of the way in which a service is spelled.
    """
    return routes(mesh, plan, caller, host, request).decide(request)


def routes(mesh: Mesh, plan: RoutePlan, caller: Caller, host: Host, request: Request) -> HeldRoutes:
    """Return the routes that a caller meets with a request; nothing but its host and port counts.

    A host that nobody knows has none.
    """
    hop = find_hop(mesh, plan, host, request.port, "http")
    port = hop.port if hop is not None else request.port or HTTP_PORT
    called = (request.hostname or host, port)
    rules = rules_outside(mesh, plan, caller, called, hop) if plan.outside else ()
    if hop is not None and not rules:
        rules = surviving(mesh, hop, caller)
    return HeldRoutes(Sight(mesh, plan, scope_of(mesh, caller)), rules)


def connect(
    mesh: Mesh, plan: RoutePlan, caller: Caller, host: Host, port: int | None = None
) -> Decision:
    """Decide a plain TCP connection from a caller in the mesh to a service port."""
    return plain_routes(mesh, plan, caller, host, port).decide(Request(host))


def plain_routes(
    mesh: Mesh, plan: RoutePlan, caller: Caller, host: Host, port: int | None
) -> HeldRoutes:
    """Return the routes of a caller's plain TCP connections to a service port."""
    hop = find_hop(mesh, plan, host, port, "tcp")
    rules = surviving(mesh, hop, caller) if hop is not None else ()
    return HeldRoutes(Sight(mesh, plan, scope_of(mesh, caller)), rules, host)


def find_hop(
    mesh: Mesh, plan: RoutePlan, host: Host, port: int | None, protocol: Protocol
) -> Hop | None:
    """Return the hop of a service port; a service nobody routes has an empty one, Istio's default.

    None means that the mesh has no such service or port.
    """
    service = mesh.services.get(host)
    if service is None or not service.ports:
        return None
    number = service.ports[0].number if port is None else port
    if all(known.number != number for known in service.ports):
        return None
    planned = (hop for hop in plan.hops.get(host, ()) if hop.port == number)
    found = next((hop for hop in planned if hop.protocol == protocol), None)
    return found or Hop(host, number, protocol, ())


class Sight(Struct, frozen=True):
    """What a proxy sees of a plan, as far as its scope goes; `found` keeps pods once looked up."""

    mesh: Mesh
    plan: RoutePlan
    scope: SidecarScope
    found: dict[Destination, tuple[Workload, ...]] = {}

    @property
    def namespace(self) -> str:
        """The namespace of the proxy."""
        return self.scope.namespace


def decide(sight: Sight, rules: Sequence[Rule], request: Request) -> Decision:
    """Take the first rule the request meets."""
    considered: list[Considered] = []
    for rule in rules:
        reasons = [unmet(match, request) for match in rule.matches]
        if not reasons or None in reasons:
            return _follow(sight, rule, request, tuple(considered))
        considered.append(Considered(rule, "; ".join(str(why) for why in reasons)))
    return Decision(None, status=404, considered=tuple(considered))


def _follow(
    sight: Sight, rule: Rule, request: Request, considered: tuple[Considered, ...]
) -> Decision:
    action = rule.action
    if isinstance(action, Refuse):
        return Decision(rule, (), action.status, considered)
    if isinstance(action, Answer):
        return Decision(rule, (), _answer_status(action), considered)
    return Decision(rule, _targets(sight, rule, action, request), None, considered)


def _answer_status(action: Answer) -> int:
    default = 200 if action.field == "directResponse" else 301
    status = action.block.get("redirectCode" if action.field == "redirect" else "status", default)
    return status if isinstance(status, int) else default


def _targets(sight: Sight, rule: Rule, action: Forward, request: Request) -> tuple[Target, ...]:
    total = sum(share.weight for share in action.shares)
    targets = []
    for share in action.shares:
        pods = pods_of(sight, share.destination)
        edited = sent_on(rule, share, request)
        status = None if pods else 503
        part, known = share.weight / total, share.lane or _known(sight, rule, share, request)
        hidden = None if pods else hidden_by(sight, share.destination)
        unseen = not pods and subset_labels(sight, share.destination) is None
        targets.append(Target(part, share.destination, pods, edited, status, known, hidden, unseen))
    return tuple(targets)


def _known(sight: Sight, rule: Rule, share: Share, request: Request) -> str:
    """Return the lane by which a rule knows a request; of several the one that it carries."""
    group = owner(sight.mesh, share.destination.host) if rule.others else None
    return rule.lane if group is None else lane_of_request(group, request) or ""


def pods_of(sight: Sight, destination: Destination) -> tuple[Workload, ...]:
    """Return the workloads whose pods a destination stands for.

    A service, port or subset that does not exist has none, nor has one that the proxy that asks
    does not know. A pod is none that has no port of the name to which the service's port leads.
    """
    if destination not in sight.found:
        sight.found[destination] = tuple(_pods_of(sight, destination))
    return sight.found[destination]


def _pods_of(sight: Sight, destination: Destination) -> Iterator[Workload]:
    labels = subset_labels(sight, destination)
    service = sight.mesh.services.get(destination.host)
    port = service.port(destination.port) if service is not None else None
    if service is None or labels is None or port is None or not is_known(sight, destination):
        return
    for pod in service.workloads:
        if is_present(pod) and meets(labels, pod.labels) and not is_closed(pod, port.target):
            yield pod


def is_known(sight: Sight, destination: Destination) -> bool:
    """Whether a proxy knows a destination, if there is such a service."""
    service = sight.mesh.services.get(destination.host)
    if destination.dialed or service is None:
        return True
    return knows(sight.scope, service, destination.port, sight.plan.leads)


def hidden_by(sight: Sight, destination: Destination) -> Ref | None:
    """Return the Sidecar or Service that keeps a proxy from a destination; None: it knows it."""
    service = sight.mesh.services.get(destination.host)
    if service is None or is_known(sight, destination):
        return None
    sidecar, shown = sight.scope.sidecar, is_shown(service.service, sight.namespace)
    return sidecar.meta.ref if sidecar is not None and shown else service.service.meta.ref


def subset_labels(sight: Sight, destination: Destination) -> Labels | None:
    """Return the labels a destination's subset selects by, or None where the proxy sees none."""
    if not destination.subset:
        return ()
    seen = sight.plan.subsets(destination.host, sight.scope.caller)
    return next((one.labels for one in seen if one.name == destination.subset), None)
