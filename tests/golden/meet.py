"""What a call of a case meets in a compilation, in the words of the case.

Comes in: a compilation and the left side of a call. Goes out: an Outcome to be compared with the
expected one. The next hop of a pod is the one its `upstream_url` names, since that is what the
mock application calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from laneway.core.compile import Compilation
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import Host
from laneway.core.mesh.upstreams import named_service
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Decision, Target, call, connect, enter
from laneway.core.routing.plan.route_plan import GatewayPort
from tests.golden.case import Ask, Forwarding, Headers, Outcome, Share


def meet(compilation: Compilation, ask: Ask, wanted: Headers, forwarding: Forwarding) -> Outcome:
    """Follow one call. `wanted` names the headers whose lines are told."""
    decision = _decide(compilation, ask)
    if decision is None:
        return Outcome(frozenset({Share(100, (frozenset({"refused"}),))}))
    if not decision.targets:
        return Outcome(frozenset({Share(100, (frozenset({str(decision.status)}),))}))
    shares = frozenset(
        Share(round(target.probability * 100), tuple(_hops(compilation, [target], forwarding)))
        for target in decision.targets
    )
    names = dict.fromkeys(name.lower() for name, _ in wanted)
    sent = decision.targets[0].request
    carried = tuple((name, value) for name in names for value in sent.values(name))
    return Outcome(shares, carried)


def _decide(compilation: Compilation, ask: Ask) -> Decision | None:
    mesh, plan = compilation.mesh, compilation.plan
    if not ask.caller:
        port = _gateway_port(compilation, ask)
        request = Request(ask.host, ask.path, ask.method, headers=ask.headers, port=ask.port)
        return enter(mesh, plan, request, port) if port else None
    workload = find_workload(compilation, ask.caller)
    host = named_service(mesh, ask.host, workload.namespace)
    if host is None:
        found = call(mesh, plan, Caller.of(workload), Host(ask.host), _request(ask))
        return found if found.rule is not None else None
    return decide_call(compilation, workload, host, ask)


def decide_call(
    compilation: Compilation, workload: Workload, host: Host, ask: Ask
) -> Decision | None:
    """Decide a call in the mesh, as HTTP or as TCP, whichever the port speaks."""
    mesh, plan = compilation.mesh, compilation.plan
    ports = {port.number: port for port in mesh.services[host].ports}
    if ask.port not in ports:
        return None
    caller = Caller.of(workload)
    if ports[ask.port].protocol == "tcp":
        return connect(mesh, plan, caller, host, ask.port)
    return call(mesh, plan, caller, host, _request(ask))


def _request(ask: Ask) -> Request:
    authority = f"{ask.host}:{ask.port}"
    return Request(authority, ask.path, ask.method, headers=ask.headers, port=ask.port)


def _gateway_port(compilation: Compilation, ask: Ask) -> GatewayPort | None:
    name = f"istio-system/{ask.gateway}"
    ports = compilation.plan.gateway_ports
    return next((one for one in ports if name in one.gateways and one.port == ask.port), None)


def find_workload(compilation: Compilation, name: str) -> Workload:
    """Return a workload by `name` (in `default`) or `namespace/name`."""
    space, _, short = name.rpartition("/")
    wanted = (space or "default", short)
    return next(
        workload
        for workload in compilation.mesh.workloads
        if (workload.namespace, workload.meta.name) == wanted
    )


def _hops(
    compilation: Compilation, targets: Iterable[Target], forwarding: Forwarding
) -> Iterable[frozenset[str]]:
    """Yield what may answer at each hop; all pods of a hop are followed together."""
    found = list(targets)
    seen: set[frozenset[str]] = set()
    while found:
        names = frozenset(name for target in found for name in _names(compilation, target))
        if names in seen:
            return
        seen.add(names)
        yield names
        served = [(pod, target.request) for target in found for pod in target.pods]
        found = [
            target
            for pod, request in served
            for target in _upstream(compilation, pod, forwarding.of(pod.meta.name, request.headers))
        ]


def _names(compilation: Compilation, target: Target) -> Iterable[str]:
    host, subset = target.destination.host, target.destination.subset
    service = compilation.mesh.services.get(host)
    declared = {one.name for one in compilation.plan.subsets(host, Caller("", ()))}
    if service and not (service.workloads or service.without_pods) and subset in declared:
        return [f"{service.name}@{subset}"]
    return [_name(pod) for pod in target.pods] or [str(target.status)]


def _name(pod: Workload) -> str:
    return pod.meta.name if pod.namespace == "default" else f"{pod.namespace}/{pod.meta.name}"


def _upstream(compilation: Compilation, pod: Workload, headers: Headers) -> tuple[Target, ...]:
    variables = dict(pair for container in pod.containers for pair in container.environment)
    url = urlsplit(variables.get("upstream_url", ""))
    if not url.hostname:
        return ()
    host = named_service(compilation.mesh, url.hostname, pod.namespace)
    if host is None:
        return ()
    ask = Ask(pod.meta.name, "", "GET", url.hostname, url.port or 80, url.path or "/", headers)
    decision = decide_call(compilation, pod, host, ask)
    return decision.targets if decision else ()
