"""The promises of lanes, asked of single requests: the counter-part of a proof.

Comes in: the routes that are judged, and one request. Goes out: which properties it breaks, by
what the walk decides. It shares nothing with the proof but the walk: which lane a request is of is
worked out here from the headers themselves, and pods are looked at one by one.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.injection import lack_of_sidecar
from laneway.core.mesh.members import is_present, meets
from laneway.core.mesh.mesh import Caller, Group, Mesh
from laneway.core.mesh.names import Host, LaneName, resolve_host, service_host
from laneway.core.mesh.visibility import scope_of
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.tagging import tagged
from laneway.core.routing.ask.walk import (
    Decision,
    Sight,
    Target,
    call,
    connect,
    decide,
    enter,
    find_host,
    is_known,
    pods_of,
    subset_labels,
)
from laneway.core.routing.plan.asked import asked_ports
from laneway.core.routing.plan.gateways import gateway_scope
from laneway.core.routing.plan.route_plan import Destination, Forward, GatewayPort, RoutePlan, Rule
from laneway.core.routing.plan.unseen import is_past_routes
from tests.agree.decisions import service_of
from tests.laws.asks import Ask

Wanted = tuple[Group, LaneName, Host]
"""A group, the lane of a request, and the service it is to be answered at."""


class Sampler(Struct, frozen=True):
    """Asks one mesh; `asked` are the gateway ports as lanes alone would have them."""

    mesh: Mesh
    plan: RoutePlan
    asked: tuple[GatewayPort, ...]

    @classmethod
    def of(cls, mesh: Mesh, plan: RoutePlan) -> Sampler:
        """Return a sampler of the routes that are judged."""
        return cls(mesh, plan, asked_ports(mesh))

    def broken(self, ask: Ask) -> set[str]:
        """Return the properties that a request breaks; none where nothing is promised."""
        if not ask.caller:
            return set(_at_gateway(self, ask))
        return set(_in_mesh(self.mesh, self.plan, ask))


def _in_mesh(mesh: Mesh, plan: RoutePlan, ask: Ask) -> Iterator[str]:
    space, _, name = ask.caller.partition("/")
    pod = next(p for p in mesh.workloads if (p.namespace, p.meta.name) == (space, name))
    service, _, short = service_of(ask).partition("/")
    host = service_host(short, service)
    group = mesh.group(mesh.owner_of.get(host, ""))
    if group is None or group.held or not group.lanes or lack_of_sidecar(mesh, pod) is not None:
        return
    request = Request(ask.host, ask.path, ask.method, "http", ask.headers, ask.port)
    port = next(port for port in mesh.services[host].ports if port.number == ask.port)
    caller = Caller.of(pod)
    worn = [lane.name for lane in group.lanes if meets(lane.selector, pod.labels)]
    by_caller = worn or [group.baseline or group.lanes[0].name]
    if port.protocol == "tcp" or port.sniffed:
        decision = connect(mesh, plan, caller, host, ask.port)
        wanted = [(group, lane, host) for lane in by_caller]
        plain = Request(port=ask.port)
        yield from _judged(Sight(mesh, plan, scope_of(mesh, caller)), decision, wanted, plain)
    if port.protocol == "http":
        carried = _carried(group, request)
        if carried is None:
            return
        decision = call(mesh, plan, caller, host, request)
        wanted = [(group, lane, host) for lane in (carried or by_caller)]
        yield from _judged(Sight(mesh, plan, scope_of(mesh, caller)), decision, wanted, request)


def _carried(group: Group, request: Request) -> list[LaneName] | None:
    """Return the lane a request carries, none if it carries none; None if it carries two."""
    if group.propagation is None:
        return []
    known = {lane.name for lane in group.lanes}
    header = request.values(group.propagation.route_header)
    lists = {name: request.values(name) for name in ("baggage", "sw8-correlation")}
    if len(header) > 1 or any(len(lines) > 1 for lines in lists.values()):
        return None
    if lines := lists.get(group.propagation.trace_header):
        members = _members(group, lines[0])
        if len(members) > 1:
            return None
        if members and members[0] in known:
            return [LaneName(members[0])]
    return [LaneName(name) for name in header if name in known]


def _members(group: Group, line: str) -> list[str]:
    """Return what the members of a list say that have a group's key: of baggage, or of pairs."""
    assert group.propagation is not None
    key, found = group.propagation.route_header, []
    for member in line.split(","):
        if group.propagation.carrier == "baggage":
            name, equals, value = member.split(";")[0].partition("=")
            if equals and name.strip() == key:
                found.append(value.strip())
        else:
            name, colon, value = member.partition(":")
            if colon and name.strip() == b64encode(key.encode()).decode():
                known = {b64encode(one.name.encode()).decode(): one.name for one in group.lanes}
                found.append(known.get(value.strip(), "unknown"))
    return found


def _at_gateway(sampler: Sampler, ask: Ask) -> Iterator[str]:
    mesh, plan = sampler.mesh, sampler.plan
    request = Request(ask.host, ask.path, ask.method, "http", ask.headers, ask.port)
    key, _, value = ask.gateway.partition("=")
    asked = _port(sampler.asked, key, value, ask.port)
    real = _port(plan.gateway_ports, key, value, ask.port)
    if real is None and asked is None:
        return
    sight = Sight(mesh, plan, gateway_scope(((key, value),)))
    decision = enter(mesh, plan, request, real) if real else Decision(None, status=404)
    admitting = _admitting(sight, real, asked, request)
    if admitting is not None:
        yield from _admitted(sight, decision, admitting)
    elif decision.rule is not None:
        yield from _sent(sight, decision)


def _port(ports: tuple[GatewayPort, ...], key: str, value: str, number: int) -> GatewayPort | None:
    found = (p for p in ports if p.port == number and p.selector == ((key, value),))
    return next(found, None)


def _admitting(
    sight: Sight, real: GatewayPort | None, asked: GatewayPort | None, request: Request
) -> Rule | None:
    """Return the lanes' rule that admits a request, where a proxy would ask any of theirs."""
    lanes = find_host(asked.virtual_hosts, request.host) if asked else None
    own = find_host(real.virtual_hosts, request.host) if real else None
    if (
        asked is None
        or lanes is None
        or (own is not None and own.domain != lanes.domain and covers(lanes.domain, own.domain))
    ):
        return None
    return decide(sight, lanes.written, tagged(request, asked.tagging)).rule


def _admitted(sight: Sight, decision: Decision, admitting: Rule) -> Iterator[str]:
    shares = admitting.action.shares if isinstance(admitting.action, Forward) else ()
    group = next(
        group
        for group in sight.mesh.groups
        if admitting.origin.ref == group.group.meta.ref
        or any(lane.lane.meta.ref == admitting.origin.ref for lane in group.lanes)
    )
    wanted = [(group, LaneName(share.lane), share.destination.host) for share in shares]
    hosts = {share.destination.host for share in shares}
    outside = [
        target
        for target in decision.targets
        if target.destination.host not in hosts
        and target.destination.host not in sight.mesh.owner_of
    ]
    if not outside:
        yield from _judged(sight, decision, wanted)


def _sent(sight: Sight, decision: Decision) -> Iterator[str]:
    """Judge a request that a user's route sends into a lane, share by share."""
    for target in decision.targets:
        to = target.destination
        group = sight.mesh.group(sight.mesh.owner_of.get(to.host, ""))
        if group is None or group.held:
            continue
        if group.propagation is not None:
            names = target.request.values(group.propagation.route_header)
            written = _written(decision, target, group.propagation.route_header)
            lane = group.lane(names[0]) if len(names) == 1 and written else None
        else:
            tagged = [one for one in group.lanes if [v for _, v in one.selector] == [to.subset]]
            lane = group.lane(to.subset) or next(iter(tagged), None)
        if lane is not None:
            alone = replace(decision, targets=(target,))
            yield from _judged(sight, alone, [(group, lane.name, to.host)])


def _written(decision: Decision, target: Target, header: str) -> bool:
    """Whether a proxy set the header, rather than the client, who also fills in variables."""
    rule = decision.rule
    shares = rule.action.shares if rule and isinstance(rule.action, Forward) else ()
    edits = [rule.headers.request] if rule else []
    edits += [s.headers.request for s in shares if s.destination == target.destination]
    written = [value for one in edits for name, value in one.set if name.lower() == header]
    return bool(written) and "%REQ(" not in written[-1]


def _judged(
    sight: Sight, decision: Decision, wanted: list[Wanted], before: Request | None = None
) -> Iterator[str]:
    """Judge a decision; `before` is the request that comes to it in the mesh."""
    if decision.rule is None and decision.status == 404:
        yield "delivered"
        return
    if decision.rule is not None and is_past_routes(decision.rule) and decision.status:
        yield "delivered"  # a Sidecar refuses what it does not show
        return
    answered = decision.rule and decision.rule.action
    if decision.status in (404, 503) and not isinstance(answered, Forward):
        answering = [_pods(sight, one) for one in wanted]
        refused = decision.rule is not None and type(decision.rule.action).__name__ == "Refuse"
        if refused and any(answering):
            yield "delivered"
        return
    kept: list[Wanted] = wanted
    for target in decision.targets:
        kept = [one for one in wanted if _keeps(sight, target, one) is None]
        if not kept:
            found = {_keeps(sight, target, one) for one in wanted} - {None}
            yield from (one for one in found if one)
            continue
        if before is None:
            wrong = all(_names_wrongly(target.request, one) for one in kept)
        else:
            wrong = _goes_on_wrongly(before, target.request, kept)
        if wrong:
            yield "isolated"
    if kept and decision.rule is not None:
        yield from _copied(sight, decision.rule, kept, before.port if before else None)


def _keeps(sight: Sight, target: Target, wanted: Wanted) -> str | None:
    group, lane, host = wanted
    to = target.destination
    answers = group.resolve(lane, host)
    service = sight.mesh.services.get(to.host)
    if (
        service is None
        or not is_known(sight, to)
        or subset_labels(sight, to) is None
        or all(port.number != to.port for port in service.ports)
    ):
        return "delivered"
    if not service.workloads:
        return None
    if not target.pods:
        return "delivered" if _pods(sight, wanted) else None
    for pod in target.pods:
        worn = {one.name for one in group.lanes if meets(one.selector, pod.labels)}
        if worn != {answers} or to.host != host:
            return "isolated"
    return None


def _pods(sight: Sight, wanted: Wanted) -> list[Workload]:
    group, lane, host = wanted
    answers = group.lane(group.resolve(lane, host))
    service = sight.mesh.services.get(host)
    if service is None or answers is None:
        return []
    return [p for p in service.workloads if is_present(p) and meets(answers.selector, p.labels)]


def _told(group: Group, request: Request) -> tuple[set[str], set[str]]:
    """Return the lanes in a request's route header, and those in the list of its group."""
    if group.propagation is None:
        return set(), set()
    key = group.propagation.route_header
    lines = request.values(group.propagation.list_header)
    return set(request.values(key)), {name for line in lines for name in _members(group, line)}


def _names_wrongly(request: Request, wanted: Wanted) -> bool:
    """Whether a request leaves a gateway without its lane, or with more than that."""
    group, lane, _ = wanted
    if group.propagation is None:
        return False
    _, in_list = _told(group, request)
    doubled = request.values(group.propagation.route_header) != [lane]
    return doubled or (group.propagation.list_header != "" and in_list != {lane})


def _goes_on_wrongly(before: Request, after: Request, kept: list[Wanted]) -> bool:
    """Whether a proxy of the mesh writes another lane into a request, or takes its own out."""
    group, lanes = kept[0][0], {lane for _, lane, _ in kept}
    known = {lane.name for lane in group.lanes}
    (header, listed), (new_header, new_listed) = _told(group, before), _told(group, after)
    if ((new_header | new_listed) - (header | listed)) & known - lanes:
        return True
    ways = [(header | listed, new_header | new_listed), (listed, new_listed)]
    return any(told & lanes and not told & lanes & then for told, then in ways)


def _copied(sight: Sight, rule: Rule, kept: list[Wanted], port: int | None) -> Iterator[str]:
    mirrors = [
        (one["destination"], one.get("percentage")) for one in rule.policy.get("mirrors", ())
    ]
    mirrors.append((rule.policy.get("mirror"), rule.policy.get("mirrorPercentage")))
    for mirror, share in mirrors:
        if isinstance(mirror, dict) and (share is None or share.get("value", 0) > 0):
            yield from _copied_to(sight, rule, kept, mirror, port)


def _copied_to(
    sight: Sight, rule: Rule, kept: list[Wanted], mirror: dict[str, Any], port: int | None
) -> Iterator[str]:
    group, _, _ = kept[0]
    host = resolve_host(mirror["host"], rule.origin.ref.namespace)
    if sight.mesh.owner_of.get(host) != group.name:
        return
    ports = sight.mesh.services[host].ports
    number = mirror.get("port", {}).get("number") or port
    number = number or (ports[0].number if len(ports) == 1 else 0)
    pods = pods_of(sight, Destination(host, number, mirror.get("subset", "")))
    answers = {group.resolve(lane, host) for _, lane, _ in kept}
    for name in answers:
        worn = [{o.name for o in group.lanes if meets(o.selector, p.labels)} for p in pods]
        if all(one == {name} for one in worn):
            return
    yield "isolated"
