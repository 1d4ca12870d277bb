"""What a request comes to, in words that every reader can say.

Comes in: a request of the laws' kind. Goes out: an Outcome: the workloads that may answer with the
chance of each split, or the status a proxy answers itself. The readers are told apart by who wrote
them: `walk` is ours, the others are Istio's translation and Envoy.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.mesh.mesh import Caller, Mesh
from laneway.core.mesh.names import service_host
from laneway.core.proof.judged import Judged
from laneway.core.routing.ask.passing import as_sent
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Decision, call, connect, enter
from laneway.core.routing.plan.route_plan import Forward, Pairs
from tests.laws.asks import Ask

Answer = tuple[str, ...] | int
"""The sorted workloads that may answer, or the status a proxy answers itself."""
Carried = tuple[tuple[str, str], ...]
"""The lines of `CARRIERS` in a request as it leaves the proxy, sorted; none for a status."""

CARRIERS = ("baggage", "sw8-correlation", "x-asm-prefer-tag")
"""Headers that say which lane a request is of."""


class Outcome(Struct, frozen=True):
    """Chances by answer and by what the request then carries.

    `{(("default/cart-v1",), ()): 1}` is one certain subset, `{(404, ()): 1}` a refusal by a proxy.
    """

    chances: frozenset[tuple[tuple[Answer, Carried], Fraction]]

    @classmethod
    def of(cls, parts: Iterable[tuple[Answer, Carried, Fraction]]) -> Outcome:
        """Add up the chances of equal answers."""
        found: dict[tuple[Answer, Carried], Fraction] = {}
        for answer, carried, part in parts:
            key = (answer, () if isinstance(answer, int) else carried)
            found[key] = found.get(key, Fraction(0)) + part
        return cls(frozenset(found.items()))

    def allows(self, answer: str | int, carried: Carried) -> bool:
        """Whether one observed answer, a workload or a status, can happen with these headers."""
        return any(
            answer == known
            or (isinstance(known, tuple) and (answer, carried) in _each(known, then))
            for (known, then), _ in self.chances
        )


def _each(workloads: tuple[str, ...], carried: Carried) -> list[tuple[str, Carried]]:
    return [(workload, carried) for workload in workloads]


def carried_by(headers: Iterable[tuple[str, str]]) -> Carried:
    """Return what a request's headers say of its lane."""
    lines = ((name.lower(), value) for name, value in headers)
    return tuple(sorted(line for line in lines if line[0] in CARRIERS))


def refused(status: int) -> Outcome:
    """Return the outcome of a proxy that always answers by itself."""
    return Outcome.of([(status, (), Fraction(1))])


def errors_alike(outcome: Outcome) -> Outcome:
    """Return an outcome with one word for a call that is refused.

    Under REGISTRY_ONLY that is a 502 where another service has the port, else a closed connection.
    """
    return Outcome.of(
        (503 if answer == 502 else answer, carried, Fraction(part))
        for (answer, carried), part in outcome.chances
    )


def by_walk(compilation: Compilation | Judged, ask: Ask, *, filtered: bool = False) -> Outcome:
    """Let a plan decide; `filtered` is with the lane filter beside every pod."""
    mesh, plan = compilation.mesh, compilation.plan
    if not ask.caller:
        request = Request(ask.host, ask.path, ask.method, "http", ask.headers, ask.port)
        key, _, value = ask.gateway.partition("=")
        port = next(
            (
                found
                for found in plan.gateway_ports
                if found.port == ask.port and found.selector == ((key, value),)
            ),
            None,
        )
        if port is None:
            return refused(404)
        decision = enter(mesh, plan, request, port)
        return arriving(mesh, decision) if filtered else _told(decision)
    space, _, name = ask.caller.partition("/")
    workload = next(
        one for one in mesh.workloads if (one.namespace, one.meta.name) == (space, name)
    )
    service, _, short = service_of(ask).partition("/")
    host = service_host(short, service)
    caller = Caller.of(workload)
    ports = {port.number: port.protocol for port in mesh.services[host].ports}
    if ports[ask.port] == "tcp":
        return _told(connect(mesh, plan, caller, host, ask.port), ask.headers)
    authority = f"{ask.host}:{ask.port}"
    request = Request(authority, ask.path, ask.method, "http", ask.headers, ask.port)
    if filtered:
        sent = as_sent(mesh, workload, request)
        return arriving(mesh, call(mesh, plan, caller, host, sent))
    return _told(call(mesh, plan, caller, host, request))


def service_of(ask: Ask) -> str:
    """Return the service a caller names, as `namespace/name`."""
    name, _, rest = ask.host.partition(".")
    space = rest.partition(".")[0] or ask.caller.partition("/")[0]
    return f"{space}/{name}"


def arriving(mesh: Mesh, decision: Decision) -> Outcome:
    """Tell a decision as programs see it, whose lane filters put baggage in order.

    There is none where a port of plain connections is dialed, also not for a route of HTTP.
    """
    found: list[tuple[Answer, Carried, Fraction]] = []
    for target in decision.targets if decision.status is None else ():
        part = Fraction(target.probability).limit_denominator(10**6)
        if target.status:
            found.append((target.status, (), part))
        service = mesh.services.get(target.destination.host)
        port = service.port(target.destination.port) if service else None
        is_plain = port is not None and port.protocol == "tcp"
        for pod in target.pods:
            came = target.request if is_plain else as_sent(mesh, pod, target.request)
            carried = carried_by(came.headers)
            name = (f"{pod.namespace}/{pod.meta.name}",)
            found.append((name, carried, part / len(target.pods)))
    return Outcome.of(found) if found else _told(decision)


def _told(decision: Decision, untouched: Pairs | None = None) -> Outcome:
    """Tell a decision; `untouched` are the headers in the bytes of a plain connection."""
    if decision.status is not None:
        return refused(decision.status)
    assert decision.rule is not None
    assert isinstance(decision.rule.action, Forward)
    weights = decision.rule.action.shares
    total = sum(share.weight for share in weights)
    return Outcome.of(
        (
            target.status
            or tuple(sorted(f"{pod.namespace}/{pod.meta.name}" for pod in target.pods)),
            carried_by(target.request.headers if untouched is None else untouched),
            Fraction(share.weight, total),
        )
        for target, share in zip(decision.targets, weights, strict=True)
    )
