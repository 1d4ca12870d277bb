"""The journey of a request as a plain object: what people read and what `-o json` prints.

Comes in: the steps of a journey, the mesh and the plan. Goes out: dictionaries and lists: per hop
the rule that decided and where it was written, the rules that did not and why, and the pods that
may answer with their shares; in permissive groups also who stands in for a lane, and who lost it.
Pure; only positions in files are looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import to_builtins

from laneway.core.findings.line import file_and_line
from laneway.core.findings.quoting import quoted
from laneway.core.mesh.behind import is_closed
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.unknown_pods import is_known_elsewhere
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.meta import Meta, Ref
from laneway.core.routing.ask.journey import JourneyStep
from laneway.core.routing.ask.pod_choice import chosen_by
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.tagging import tagged
from laneway.core.routing.ask.walk import Considered, Decision, Target, find_host
from laneway.core.routing.plan.route_plan import (
    Forward,
    GatewayPort,
    Hop,
    RoutePlan,
    Rule,
    is_to_https,
)
from laneway.core.routing.plan.rule_names import RuleNames, origin_text
from laneway.core.rules.questions.words import labels_text, ports_text
from laneway.core.views.permissive import lost_at, standing_in
from laneway.core.views.refusals import refused_at_gateway, refused_by_pods

View = dict[str, Any]
_QUOTED = 5


class JourneyView:
    """Turns steps into views; knows who wrote each rule and where.

    With `quotes` a rule that decides also has the lines it was written in, and so have the first
    of those that did not.
    """

    def __init__(self, mesh: Mesh, plan: RoutePlan, *, quotes: bool = False) -> None:
        self._mesh = mesh
        self._plan = plan
        self._metas: Mapping[Ref, Meta] = {
            thing.meta.ref: thing.meta for thing in mesh.snapshot.resources
        }
        self._names = RuleNames(mesh)
        self._quotes = quotes

    def at_gateway(self, step: JourneyStep, port: GatewayPort, request: Request) -> View:
        """Return the view of a journey that begins at a gateway's port."""
        shown = self.of(step)
        if find_host(port.virtual_hosts, step.host) is None:
            known = ", ".join(host.domain for host in port.virtual_hosts) or "no host"
            asked = f"host {step.host}" if step.host else "a request without a host"
            shown["why"] = f"no routes for {asked}; the gateway has routes for {known}"
        if refused := refused_at_gateway(self._mesh, port):
            shown["refusedBy"] = refused
        if tags := _tags(port, request):
            shown["tags"] = tags
        return shown | {"gateway": list(port.gateways), "port": port.port}

    def of(self, step: JourneyStep) -> View:
        """Return the view of a step and all that follow."""
        decision = step.decision
        shown: View = {"caller": step.caller, "host": step.host}
        if step.port is not None:
            shown["port"] = step.port
        if step.assumed:
            shown["assumed"] = True
        if decision.rule is not None:
            lane = decision.targets[0].lane if decision.rule.others else ""
            shown["by"] = self._rule(decision.rule, lane)
            if self._quotes and (lines := self._lines(decision.rule)):
                shown["by"]["lines"] = lines
        if decision.status is not None:
            shown["status"] = decision.status
            if decision.rule is not None and is_to_https(decision.rule):
                shown["redirect"] = "https"
        elif decision.rule is None:
            shown["why"] = self._why_passed_on(step)
        if lost := lost_at(self._mesh, step):
            shown["lost"] = lost
        others = [*self._passed(decision.considered), *self._not_held(step)]
        if others:
            shown["notBy"] = others
        shown["answers"] = [
            self._answer(step, target, position) for position, target in enumerate(decision.targets)
        ]
        return shown

    def _answer(self, step: JourneyStep, target: Target, position: int) -> View:
        to = target.destination
        shown: View = {
            "percent": round(100 * target.probability, 1),
            "service": to.host,
            "port": to.port,
        }
        if to.subset:
            shown["subset"] = to.subset
        if stand_in := standing_in(self._mesh, target):
            shown["standsIn"] = stand_in
        if target.lane and len(step.decision.targets) > 1:
            shown["lane"] = target.lane
        if target.status is not None:
            shown["status"] = target.status
            shown["why"] = self._why_nobody(target)
        shown["pods"] = [_pod(pod) for pod in target.pods]
        if refused := refused_by_pods(self._mesh, step.caller, target):
            shown["refusedBy"] = refused
        if len(target.pods) > 1 and (chosen := chosen_by(self._mesh, self._plan, to.host)):
            shown["chosen"] = chosen
        calls = [self.of(after) for after in step.next if after.answer == position]
        if calls:
            shown["calls"] = calls
        return shown

    def _why_nobody(self, target: Target) -> str:
        host = target.destination.host
        service = self._mesh.services.get(host)
        if service is None and is_known_elsewhere(host, self._mesh.service_entries):
            return "unless an endpoint of its ServiceEntry answers, which nobody here knows"
        if service is None:
            return "no such service"
        port = service.port(target.destination.port)
        if port is None:
            return "no such port"
        if target.hidden_by is not None:
            return f"{target.hidden_by} hides it from the caller"
        if service.without_pods:
            return f"no pod carries {labels_text(service.service.selector)}"
        if not service.workloads:
            return "the input holds no pod of the service"
        if target.undeclared:
            views = self._plan.views.get(service.host, ())
            declared = {subset.name for view in views for subset in view.subsets}
            known = target.destination.subset in declared
            return "the caller sees no such subset" if known else "no such subset"
        unknown = self._mesh.unknown_pods.get(service.host, ())
        if unknown:
            return f"no pod that is known; {unknown[0].meta.ref} may have some"
        if any(is_closed(pod, port.target) for pod in service.workloads):
            return f"none of its containers has a port called {port.target}"
        return "no pod is ready for it"

    def _why_passed_on(self, step: JourneyStep) -> str:
        service = self._mesh.services.get(Host(step.host))
        if service is None:
            return "not a service of the mesh: passed on as it is"
        return f"{ports_text(service)} is all it has: passed on as it is"

    # ------------------------------------------------------------------ rules

    def _rule(self, rule: Rule, lane: str = "") -> View:
        """Return the view of a rule; of a rule of several lanes it may be said which one it is."""
        name = self._names.at(rule.origin, rule.name, lane, rule.by) if lane else None
        shown: View = {
            "rule": name or self._names.of(rule),
            "from": origin_text(rule.origin),
        }
        if rule.by:
            shown["means"] = rule.by
        if lane or rule.lane:
            shown["lane"] = lane or rule.lane
        elif rule.others:
            shown["lanes"] = list(rule.others)
        where = self._where(rule)
        if where:
            shown["at"] = where
        if edits := dict(_sets(rule)):
            shown["sets"] = edits
        if rule.policy:
            shown["with"] = dict(sorted(rule.policy.items()))
        return shown

    def _where(self, rule: Rule) -> str:
        meta = self._metas.get(rule.origin.ref)
        if meta is None:
            return ""
        return file_and_line(meta.place(*rule.origin.path))

    def _lines(self, rule: Rule) -> View | None:
        meta = self._metas.get(rule.origin.ref)
        found = quoted(meta.place(*rule.origin.path)) if meta else None
        return to_builtins(found) if found else None

    def _passed(self, considered: tuple[Considered, ...]) -> Iterator[View]:
        """Yield the rules that were looked at before the one that decided."""
        for number, one in enumerate(considered):
            shown = self._rule(one.rule) | {"why": one.why_not}
            if self._quotes and number < _QUOTED and (lines := self._lines(one.rule)):
                shown["lines"] = lines
            yield shown

    def _not_held(self, step: JourneyStep) -> Iterator[View]:
        """Yield the lane rules of a hop that the caller's proxy does not hold at all."""
        hop = self._hop(step.decision)
        decided = step.decision.rule
        seen = {one.rule.name for one in step.decision.considered}
        for rule in hop.rules if hop and hop.group and hop.author is None else ():
            labels = [pair for match in rule.matches for pair in match.source_labels]
            if labels and rule.name not in seen and not _same(rule, decided):
                wanted = ", ".join(f"{key}: {value}" for key, value in labels)
                why = f"only for callers with {wanted}"
                yield self._rule(rule) | {"why": why, "held": False}

    def _hop(self, decision: Decision) -> Hop | None:
        """Return the hop whose rule decided."""
        if decision.rule is None or not decision.targets:
            return None
        to = decision.targets[0].destination
        hops = (hop for hop in self._plan.hops.get(to.host, ()) if hop.port == to.port)
        return next((hop for hop in hops if any(_same(r, decision.rule) for r in hop.rules)), None)


def _same(rule: Rule, other: Rule | None) -> bool:
    return other is not None and (rule.name, rule.origin) == (other.name, other.origin)


def _sets(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield what a rule writes into each request, whichever share it takes."""
    shares = rule.action.shares if isinstance(rule.action, Forward) else ()
    for headers in (rule.headers, *(share.headers for share in shares if len(shares) == 1)):
        yield from headers.request.set
        yield from headers.request.add


def _pod(workload: Workload) -> View:
    shown: View = {"name": workload.meta.name, "namespace": workload.namespace}
    ready = workload.replicas if workload.ready is None else workload.ready
    return shown | {"replicas": ready}


def _tags(port: GatewayPort, request: Request) -> list[View]:
    """Return what the gateway writes into a request by the hash of a header."""
    found = {}
    for rule in port.tagging:
        tag = tagged(request, [rule]).values(rule.tag_header)
        if request.values(rule.header) and tag != request.values(rule.tag_header):
            found[rule.tag_header] = {
                "header": rule.tag_header,
                "value": ", ".join(tag),
                "hashOf": rule.header,
            }
    return list(found.values())
