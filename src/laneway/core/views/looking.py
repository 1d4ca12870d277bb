"""The command by which a person looks at what a finding is about.

Comes in: a finding, a mesh, and the door by which the person came: `laneway` with paths, or
`kubectl laneway`. Goes out: a line to copy, quoted for a shell. It looks and changes nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from msgspec import Struct

from laneway.core.findings.codes.permissive import (
    CHANGES_THE_LANE,
    HEADER_NEEDED,
    KEY_SPELLED_ANEW,
    PAIRS_NEED_TRACE,
    WILL_NOT_PASS_ON,
)
from laneway.core.findings.finding import Finding
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.lanes.swim_lanes import IngressRule
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.inquiry import Inquiry
from laneway.core.routing.ask.request import Request
from laneway.core.routing.plan.entries import lane_header
from laneway.core.views.symptoms import SymptomName

_CONTAINERS = (
    """jsonpath='{range .items[*]}{.metadata.name}{": "}{.spec.initContainers[*].name}{" "}"""
    """{.spec.containers[*].name}{"\\n"}{end}'"""
)
_OF_PROGRAMS = frozenset(
    code.id
    for code in (
        *(HEADER_NEEDED, WILL_NOT_PASS_ON, CHANGES_THE_LANE),
        *(KEY_SPELLED_ANEW, PAIRS_NEED_TRACE),
    )
)
"""Codes of what programs do with a lane: a proof takes them all to pass it on."""


class CommandDoor(Struct, frozen=True):
    """How commands are called: over files, or over a cluster with kubectl."""

    name: str = "laneway"
    paths: tuple[str, ...] = ()

    @property
    def is_cluster(self) -> bool:
        """Whether kubectl reaches the objects."""
        return self.name.startswith("kubectl")

    def command(self, *words: str) -> str:
        """Return a command of Laneway over what is looked at."""
        return f"{self.name} {shlex.join([*words, *self.paths])}"


def subject_ref(subject: str) -> Ref | None:
    """Return the object that a finding speaks of.

    >>> subject_ref("Deployment shop/cart"), subject_ref("a gateway, port 80")
    (Ref(kind='Deployment', namespace='shop', name='cart'), None)
    """
    kind, _, place = subject.partition(" ")
    namespace, slash, name = place.partition("/")
    if not kind or not place or " " in place:
        return None
    return Ref(kind, namespace, name) if slash else Ref(kind, "", place)


def look(mesh: Mesh, finding: Finding, symptom: SymptomName | None, door: CommandDoor) -> str:
    """Return the command that shows what a finding is about."""
    ref = subject_ref(finding.subject)
    asked = lane_inquiry(mesh, ref) if ref and symptom == "no-response" else None
    if asked is not None:
        return explain_command(asked, door)
    if finding.code.id in _OF_PROGRAMS:
        return door.command("status")
    if ref and door.is_cluster and (found := _on_cluster(mesh, ref, symptom)):
        return found
    if symptom == "wrong-version" and not door.is_cluster:
        return door.command("show", "mesh")
    if symptom == "leak":
        return door.command("prove")
    return f"{door.name} explain-code {finding.code.id}"


def explain_command(inquiry: Inquiry, door: CommandDoor) -> str:
    """Return the command that explains a request."""
    request = inquiry.request
    words = ["explain", *(["--host", request.host] if request.host else []), "--path", request.path]
    words += ["--method", request.method] if request.method != "GET" else []
    for name, value in request.headers:
        words += ["-H", f"{name}: {value}"]
    words += ["--gateway", inquiry.gateway] if inquiry.gateway else []
    words += ["--port", str(request.port)] if request.port else []
    return door.command(*words)


def lane_inquiry(mesh: Mesh, ref: Ref) -> Inquiry | None:
    """Return the request that a client of a lane sends, by the rules of the lane and its group."""
    for group in mesh.groups:
        lane = next((one for one in group.lanes if one.lane.meta.ref == ref), None)
        rule = next(_rules(group, lane), None) if lane else None
        if lane is not None and rule is not None:
            return Inquiry(_request(group, lane, rule), gateway=group.gateway or "")
    return None


def _rules(group: Group, lane: GroupLane) -> Iterator[IngressRule]:
    """Yield rules that say how the group is entered: of the other lanes first, they are sound."""
    if group.group.strategy == "weighted":
        return
    for one in (*(other for other in group.lanes if other is not lane), lane):
        yield from (rule for rule in one.rules if rule.valid and rule.match.uri is not None)


def _request(group: Group, lane: GroupLane, rule: IngressRule) -> Request:
    uri = rule.match.uri
    path = uri.value if uri is not None and uri.kind in ("exact", "prefix") else "/"
    hosts = [host for host in rule.hosts if not host.startswith("*")]
    method = rule.match.method.value if rule.match.method else "GET"
    return Request(
        hosts[0] if hosts else "", path, method, headers=((lane_header(group), str(lane.name)),)
    )


def _on_cluster(mesh: Mesh, ref: Ref, symptom: SymptomName | None) -> str:
    space = shlex.quote(ref.namespace or _namespace_of(mesh, ref))
    if symptom == "wrong-version":
        return f"kubectl get pods -n {space} --show-labels"
    if symptom == "intermittent":
        where = shlex.quote(ref.name) if ref.kind == "Namespace" else space
        return f"kubectl get pods -n {where} -o {_CONTAINERS}"
    if symptom == "leak" and ref.namespace:
        kind = ref.kind.lower()
        return f"kubectl get {kind} -n {space} {shlex.quote(ref.name)} -o yaml"
    return ""


def _namespace_of(mesh: Mesh, ref: Ref) -> str:
    """Return the namespace of the services of a lane or group."""
    for group in mesh.groups:
        lanes = {one.lane.meta.ref for one in group.lanes}
        if (ref == group.group.meta.ref or ref in lanes) and group.hosts:
            return mesh.services[group.hosts[0]].namespace
    return "default"
