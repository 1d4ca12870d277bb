"""What is wrong, by what people see of it: each cause with its object, place, fix and a command.

Comes in: a compilation, and what is known beside it of what runs: an edit that was refused, groups
that are not live, pods that are not ready, requests that no route took. Goes out: rows, the worst
first, and how many each symptom has. Cause and fix are the words of `check`: a row is a finding,
and is gone as soon as that is.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.compile import Compilation
from laneway.core.findings.codes.verifying import NO_ROUTE
from laneway.core.findings.finding import Finding, Level, finding
from laneway.core.findings.render import LEVELS, Located, in_order
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.inquiry import Inquiry, beginning
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Decision, enter
from laneway.core.routing.plan.route_plan import GatewayPort, RoutePlan
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.rules.questions.words import listing
from laneway.core.views.explained import inquiry_view
from laneway.core.views.lanes import GroupLiveness
from laneway.core.views.looking import CommandDoor, explain_command, lane_inquiry, look, subject_ref
from laneway.core.views.symptoms import SYMPTOMS, symptoms_of

View = dict[str, Any]
_MOST_REASONS = 3
_WELL = ("live", "not known", "")


class AilingPod(Struct, frozen=True):
    """A pod that cannot answer, and why. `command` shows more, where there is one."""

    namespace: str
    name: str
    why: str
    command: str = ""


class UnroutedRequest(Struct, frozen=True):
    """A request that got 404 from a gateway, with all its headers, and how often."""

    inquiry: Inquiry
    count: int = 1


class RuntimeFacts(Struct, frozen=True):
    """What is known beside the compilation of what runs. `refused` is the value of a refusal.

    `findings` are those of whoever looked at it as well, as `verify` does.
    """

    door: CommandDoor = CommandDoor()
    refused: Mapping[str, Any] | None = None
    groups: Mapping[str, GroupLiveness] = {}
    pods: tuple[AilingPod, ...] = ()
    unrouted: tuple[UnroutedRequest, ...] = ()
    findings: tuple[Finding, ...] = ()


def doctor(compilation: Compilation, facts: RuntimeFacts) -> View:
    """Return the rows, and what each symptom comes to."""
    mesh, plan = compilation.mesh, compilation.plan
    found = (*compilation.findings, *facts.findings)
    rows = [*_refused(facts), *_not_live(facts), *_not_ready(mesh, facts)]
    rows += _unrouted(mesh, plan, facts)
    rows += [_row(mesh, one, facts.door) for one in in_order(found)]
    rows.sort(key=lambda row: LEVELS.index(row["level"]))
    return {
        "symptoms": [
            {
                "id": one.id,
                "title": one.title,
                "check": one.check,
                "rows": sum(one.id in row["symptoms"] for row in rows),
            }
            for one in SYMPTOMS
        ],
        "levels": {level: sum(row["level"] == level for row in rows) for level in LEVELS},
        "rows": rows,
    }


def finding_view(located: Located) -> View:
    """Return a finding as plain values: its words, its object and its place."""
    one = located.finding
    return {
        "code": one.code.id,
        "level": one.level,
        "cause": one.message,
        "why": one.code.why,
        "fix": one.fix,
        "also": one.code.also,
        "object": ref_view(subject_ref(one.subject)),
        "place": place_view(located),
    }


def ref_view(ref: Ref | None) -> View | None:
    """Return the name of an object as plain values."""
    return {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name} if ref else None


def place_view(located: Located) -> View | None:
    """Return where a finding stands: file, line and column, or an object of a cluster."""
    if not located.path:
        return None
    position = located.position
    if position is None or located.where == located.path:
        return {"file": located.path}
    return {"file": located.path, "line": position.line, "column": position.column}


def _row(mesh: Mesh, located: Located, door: CommandDoor) -> View:
    one = located.finding
    symptoms = symptoms_of(one.code.id)
    ref = subject_ref(one.subject)
    asked = lane_inquiry(mesh, ref) if ref and "no-response" in symptoms else None
    row = {
        "symptoms": list(symptoms),
        **finding_view(located),
        "command": look(mesh, one, symptoms[0] if symptoms else None, door),
    }
    return row | {"inquiry": inquiry_view(asked)} if asked else row


def _bare(
    level: Level, cause: str, fix: str, command: str = "", symptoms: Iterable[str] = ()
) -> View:
    """Return a row of what no finding speaks of."""
    return {
        "symptoms": list(symptoms),
        "code": "",
        "level": level,
        "cause": cause,
        "why": "",
        "fix": fix,
        "also": "",
        "object": None,
        "place": None,
        "command": command,
    }


def _refused(facts: RuntimeFacts) -> Iterator[View]:
    """Yield that an edit is not live; what is wrong with it stands in rows of its own."""
    if facts.refused is not None:
        cause = f"{facts.refused.get('edit', 'the newest edit')} is refused and not live"
        fix = "Mend the errors; what was live before still serves."
        yield _bare("error", cause, fix, str(facts.refused.get("command", "")))


def _not_live(facts: RuntimeFacts) -> Iterator[View]:
    for name, one in facts.groups.items():
        if one.state not in _WELL:
            why = f": {one.why}" if one.why else ""
            fix = "Wait until its proxies follow; a stalled group waits for an edit."
            level: Level = "error" if one.state == "stalled" else "warning"
            command = f"kubectl laneway status {shlex.quote(name)}" if facts.door.is_cluster else ""
            row = _bare(level, f"group {name} is {one.state}{why}", fix, command)
            yield row | {"object": ref_view(Ref("ASMSwimLaneGroup", "", name))}


def _not_ready(mesh: Mesh, facts: RuntimeFacts) -> Iterator[View]:
    """Yield pods of lane services that cannot answer: those told of, and a cluster's own."""
    for pod in (*facts.pods, *(_down(mesh) if facts.door.is_cluster else ())):
        cause = f"pod {pod.namespace}/{pod.name} is not ready: {pod.why}"
        fix = "A pod that is not ready gets no requests; look why its program does not answer."
        row = _bare("warning", cause, fix, pod.command, ("no-response",))
        yield row | {"object": ref_view(Ref("Pod", pod.namespace, pod.name))}


def _down(mesh: Mesh) -> Iterator[AilingPod]:
    pods = {id(pod): pod for host in mesh.owner_of for pod in mesh.services[host].workloads}
    for pod in pods.values():
        if pod.meta.ref.kind == "Pod" and pod.ready == 0:
            command = f"kubectl describe pod -n {pod.namespace} {pod.meta.name}"
            yield AilingPod(pod.namespace, pod.meta.name, "its status says so", command)


def _unrouted(mesh: Mesh, plan: RoutePlan, facts: RuntimeFacts) -> Iterator[View]:
    """Yield requests that no route took, unless one would take them now."""
    for one in facts.unrouted:
        port = beginning(mesh, plan, one.inquiry)
        if not isinstance(port, GatewayPort):
            continue
        decision = enter(mesh, plan, one.inquiry.request, port)
        if decision.rule is None:
            (located,) = in_order([_no_route(mesh, port, one, decision)])
            yield _row(mesh, located, facts.door) | {
                "command": explain_command(one.inquiry, facts.door),
                "inquiry": inquiry_view(one.inquiry),
            }


def _no_route(mesh: Mesh, port: GatewayPort, one: UnroutedRequest, decision: Decision) -> Finding:
    gateway = f"{', '.join(port.gateways)} port {port.port}"
    return finding(
        NO_ROUTE,
        None,
        f"Gateway {port.gateways[0]}",
        gateway=gateway,
        request=f"{_asked(one.inquiry.request)} ({one.count} times)",
        reasons=_reasons(mesh, decision),
    )


def _asked(request: Request) -> str:
    headers = "".join(f" {name}: {value}" for name, value in request.headers)
    return f"{request.method} {request.host}{request.path}{headers}"


def _reasons(mesh: Mesh, decision: Decision) -> str:
    names = RuleNames(mesh)
    said = [f"{one.why_not} ({names.of(one.rule)})" for one in decision.considered]
    return listing(said, _MOST_REASONS) or "no rule is for its host"
