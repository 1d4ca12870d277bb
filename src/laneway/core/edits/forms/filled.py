"""What a form begins with, and what it leaves no choice in.

Comes in: a Mesh, a form. Goes out: forms as the vendor's console fills them in. A new rule has the
header that carries its lane's name: of a strict lane that of the vendor's pages, of a permissive
one its group's. It stands in the form, so that whoever does not want it takes it away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from msgspec.structs import replace

from laneway.core.edits.forms.showing import lane_named
from laneway.core.edits.forms.values import (
    Form,
    GroupForm,
    HeaderForm,
    LaneForm,
    MatchForm,
    RuleForm,
    UriForm,
)
from laneway.core.mesh.mesh import Group, Mesh
from laneway.core.mesh.names import service_host
from laneway.core.mesh.propagation import LISTS

LANE_HEADER = "x-asm-prefer-tag"
"""The header that the vendor's console puts before a lane's name."""

LANE_LABEL = "ASM_TRAFFIC_TAG"
"""The label by whose value the vendor's console asks for a lane's pods."""

AnyForm = TypeVar("AnyForm", bound=Form)


def filled_in(mesh: Mesh, lane: str) -> tuple[HeaderForm, ...]:
    """Return the conditions on headers that a new rule of a lane begins with."""
    group = group_of_lane(mesh, lane)
    context = group.group.permissive if group and group.group.is_permissive else None
    header = (context.route_header if context else "") or LANE_HEADER
    return (HeaderForm(header, "exact", lane),)


def new_rule(mesh: Mesh, lane: str) -> RuleForm:
    """Return the form of a new rule: the group's first service, every host, the lane's header."""
    found = lane_named(mesh, lane)
    group = group_of_lane(mesh, lane)
    taken = {rule.name for rule in found.rules} if found else set()
    number = next(at for at in range(1, len(taken) + 2) if f"r{at}" not in taken)
    service = group.hosts[0] if group and group.hosts else ""
    if not service and group and group.group.services:
        first = group.group.services[0]
        service = service_host(first.name, first.namespace)
    headers = filled_in(mesh, lane)
    return RuleForm(lane, service, None, f"r{number}", ("*",), UriForm(), headers)


def new_lane(mesh: Mesh, group: str) -> LaneForm:
    """Return the form of a new lane of a group: with the label of its other lanes.

    The first lane of a group has the vendor's label, where the pods of all its services have it.
    """
    found = mesh.group(group)
    lanes = found.lanes if found else ()
    names = [lane.selector[0][0] for lane in lanes if len(lane.selector) == 1]
    if not lanes and found and _is_common(mesh, found, LANE_LABEL):
        names = [LANE_LABEL]
    return LaneForm("", group, names[-1] if names else "")


def _is_common(mesh: Mesh, group: Group, label: str) -> bool:
    """Whether pods of every service of a group have a label."""
    services = [mesh.services[host] for host in group.hosts]
    return bool(services) and all(
        any(label in pod.labels for pod in one.workloads) for one in services
    )


def new_group(mesh: Mesh) -> GroupForm:
    """Return the form of a new group: with the gateway of the input, where it has only one."""
    gateways = [str(name) for name in mesh.gateways]
    return GroupForm("", gateways[0] if len(gateways) == 1 else "")


def normalized(form: AnyForm) -> AnyForm:
    """Return a form without what its other fields leave no choice in.

    >>> normalized(GroupForm("g", trace_header="x", baseline="a")).trace_header
    ''
    """
    if isinstance(form, GroupForm):
        return replace(form, **dict(_of_group(form)))
    if isinstance(form, RuleForm):
        return replace(form, uri=_uri(form.uri), headers=_headers(form.headers))
    return form


def group_of_lane(mesh: Mesh, lane: str) -> Group | None:
    """Return the group that a lane names, whether the lane can be one of it or not."""
    found = lane_named(mesh, lane)
    return mesh.group(found.group) if found else None


def _of_group(form: GroupForm) -> Iterator[tuple[str, object]]:
    yield "stand_ins", {service: lane for service, lane in form.stand_ins.items() if lane}
    if form.mode == "strict":
        yield from (("context", ""), ("trace_header", ""), ("route_header", ""))
        yield from (("baseline", ""), ("stand_ins", {}))
    elif form.context in LISTS.values():
        wanted = next(name for name, way in LISTS.items() if way == form.context)
        yield "trace_header", _spelled(form.trace_header, wanted)
    elif form.context == "customHeader":
        wanted = form.route_header or form.trace_header
        yield from (("trace_header", _spelled(form.trace_header, wanted)), ("route_header", wanted))
    if form.strategy != "weighted":
        yield from (("hosts", ()), ("matches", ()))
    else:
        yield (
            "matches",
            tuple(MatchForm(_uri(one.uri), _headers(one.headers)) for one in form.matches),
        )


def _spelled(written: str, wanted: str) -> str:
    """Return a header, with the capitals somebody wrote it in."""
    return written if written.lower() == wanted.lower() else wanted


def _uri(form: UriForm) -> UriForm:
    return form if form.content else UriForm()


def _headers(headers: tuple[HeaderForm, ...]) -> tuple[HeaderForm, ...]:
    """Return conditions by name; of several with one name the last counts."""
    found = {one.name: one for one in headers if one.name}
    return tuple(
        replace(one, value="") if one.method == "present" else one for one in found.values()
    )
