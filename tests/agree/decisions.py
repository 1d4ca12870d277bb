"""What a request comes to, in words that every reader can say.

Comes in: a request of the laws' kind. Goes out: an Outcome: the workloads that may answer with the
chance of each split, or the status a proxy answers itself. The readers are told apart by who wrote
them: `walk` is ours, the others are Istio's translation and Envoy.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from laneway.core.compile import Compilation
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import service_host
from laneway.core.routing.plan import Forward
from laneway.core.routing.request import Request
from laneway.core.routing.walk import Decision, call, connect, enter
from tests.laws.asks import Ask


@dataclass(frozen=True, slots=True)
class Outcome:
    """Chances by answer: an answer is the sorted workloads that may give it, or a status.

    `{("default/cart-v1",): 1}` is one certain subset, `{404: 1}` a refusal by a proxy.
    """

    chances: frozenset[tuple[tuple[str, ...] | int, Fraction]]

    @classmethod
    def of(cls, chances: dict[tuple[str, ...] | int, Fraction]) -> Outcome:
        """Add up the chances of equal answers."""
        return cls(frozenset(chances.items()))

    @property
    def answers(self) -> set[tuple[str, ...] | int]:
        """The answers that can happen at all."""
        return {answer for answer, _ in self.chances}

    def allows(self, answer: str | int) -> bool:
        """Whether one observed answer, a workload or a status, can happen."""
        return any(
            answer == known or (isinstance(known, tuple) and answer in known)
            for known in self.answers
        )


def refused(status: int) -> Outcome:
    """Return the outcome of a proxy that always answers by itself."""
    return Outcome.of({status: Fraction(1)})


def by_walk(compilation: Compilation, ask: Ask) -> Outcome:
    """Let the plan decide."""
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
        return _told(enter(mesh, plan, request, port)) if port else refused(404)
    space, _, name = ask.caller.partition("/")
    workload = next(
        one for one in mesh.workloads if (one.namespace, one.meta.name) == (space, name)
    )
    service, _, short = service_of(ask).partition("/")
    host = service_host(short, service)
    caller = Caller.of(workload)
    ports = {port.number: port.protocol for port in mesh.services[host].ports}
    if ports[ask.port] == "tcp":
        return _told(connect(mesh, plan, caller, host, ask.port))
    request = Request(ask.host, ask.path, ask.method, "http", ask.headers, ask.port)
    return _told(call(mesh, plan, caller, host, request))


def service_of(ask: Ask) -> str:
    """Return the service a caller names, as `namespace/name`."""
    name, _, rest = ask.host.partition(".")
    space = rest.partition(".")[0] or ask.caller.partition("/")[0]
    return f"{space}/{name}"


def _told(decision: Decision) -> Outcome:
    if decision.status is not None:
        return refused(decision.status)
    chances: dict[tuple[str, ...] | int, Fraction] = {}
    assert decision.rule is not None
    assert isinstance(decision.rule.action, Forward)
    weights = decision.rule.action.shares
    total = sum(share.weight for share in weights)
    for target, share in zip(decision.targets, weights, strict=True):
        answer: tuple[str, ...] | int = target.status or tuple(
            sorted(f"{pod.namespace}/{pod.meta.name}" for pod in target.pods)
        )
        chances[answer] = chances.get(answer, Fraction(0)) + Fraction(share.weight, total)
    return Outcome.of(chances)
