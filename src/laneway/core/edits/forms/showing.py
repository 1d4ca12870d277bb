"""An object of the input as the form that shows it.

Comes in: a group, a lane or a rule of a Mesh. Goes out: its form, and whether that shows all of it.
What a form cannot show stays as it is when the form is written back, so a reason says what that is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from laneway.core.changes.fields import field_changes
from laneway.core.edits.forms.conditions import match_form
from laneway.core.edits.forms.objects import group_object, lane_object, with_rule
from laneway.core.edits.forms.values import (
    Context,
    Form,
    GroupForm,
    InjectionForm,
    LaneForm,
    RuleForm,
    ServiceName,
    ShownForm,
    WeightsForm,
)
from laneway.core.edits.lane_splits import LaneSplit, lane_splits
from laneway.core.mesh.injection import asks_for_sidecars
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.propagation import LISTS
from laneway.core.resources.lanes.swim_lanes import (
    IngressRule,
    Lane,
    LaneGroup,
    ServiceReference,
)
from laneway.core.resources.meta import Meta

_KNOWN = (
    *("apiVersion", "kind", "metadata.name", "metadata.labels.swimlane-group", "status"),
    'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
)
_OF_SERVERS = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")


def shown_group(mesh: Mesh, name: str) -> ShownForm | None:
    """Return a group of the input as its form."""
    found = group_named(mesh, name)
    if found is None:
        return None
    form = group_form(found)
    return _shown(found.meta, form, group_object(form))


def shown_lane(mesh: Mesh, name: str) -> ShownForm | None:
    """Return a lane of the input as its form; its rules and its share have forms of their own."""
    found = lane_named(mesh, name)
    if found is None:
        return None
    form = lane_form(found)
    other = ("spec.ingressRules", "spec.ingressWeight")
    return _shown(found.meta, form, lane_object(form), other)


def shown_rule(mesh: Mesh, lane: str, position: int) -> ShownForm | None:
    """Return a rule of a lane as its form."""
    found = lane_named(mesh, lane)
    rule = rule_at(found, position) if found else None
    if found is None or rule is None:
        return None
    form = rule_form(found, rule)
    raw = found.meta.raw["spec"]["ingressRules"][position]
    written = with_rule({"spec": {}}, form)["spec"]["ingressRules"][0]
    left = _left(raw, written, ())
    return ShownForm(
        form,
        found.meta.source.path,
        position,
        not left,
        ", ".join(left),
        version=_digest(raw),
    )


def shown_rules(mesh: Mesh, lane: str) -> tuple[ShownForm, ...]:
    """Return all rules of a lane."""
    found = lane_named(mesh, lane)
    rules = found.rules if found else ()
    return tuple(one for rule in rules if (one := shown_rule(mesh, lane, rule.index)))


def shown_weights(mesh: Mesh, name: str) -> ShownForm | None:
    """Return the shares of a group's lanes: those of its own split, or of a user's route."""
    group = mesh.group(name)
    if group is None:
        return None
    splits = splits_of(mesh, name)
    weights = {
        str(lane.name): splits[0].weight_of(lane.name) if splits else 0 for lane in group.lanes
    }
    form = WeightsForm(name, weights)
    reason = "" if splits else "no split of the input leads to its lanes"
    others = [one.said for one in splits if any(one.weight_of(x) != n for x, n in weights.items())]
    if others:
        reason = f"{', '.join(others)} has other weights"
    file = splits[0].place.source.path if splits else group.group.meta.source.path
    return ShownForm(form, file, None, not reason, reason, _digest(dict(weights)))


def shown_injection(mesh: Mesh, name: str) -> ShownForm | None:
    """Return whether pods of a namespace get a sidecar, where the input has its object."""
    found = mesh.namespaces.get(name)
    if found is None:
        return None
    form = InjectionForm(name, on=asks_for_sidecars(found))
    return ShownForm(form, found.meta.source.path, version=version_of(found.meta))


def splits_of(mesh: Mesh, group: str) -> list[LaneSplit]:
    """Return the splits that lead to lanes of a group, its own before users' routes."""
    found = mesh.group(group)
    names = {lane.name for lane in found.lanes} if found else set()
    splits = [one for one in lane_splits(mesh) if any(one.of(name) for name in names)]
    return sorted(splits, key=lambda one: one.in_routes)


def group_named(mesh: Mesh, name: str) -> LaneGroup | None:
    """Return a group as written."""
    return next((one.group for one in mesh.groups if one.name == name), None)


def lane_named(mesh: Mesh, name: str) -> Lane | None:
    """Return a lane as written, whether it belongs to a group or not."""
    found = mesh.snapshot.by_kind.get(Lane, ())
    lanes = (one for one in found if isinstance(one, Lane))
    return next((one for one in lanes if one.meta.name == name), None)


def rule_at(lane: Lane, position: int | None) -> IngressRule | None:
    """Return the rule of a lane at a position."""
    return next((one for one in lane.rules if one.index == position), None)


def group_form(group: LaneGroup) -> GroupForm:
    """Return the form of a group."""
    is_permissive = group.is_permissive
    context = group.permissive if is_permissive else None
    weighted = group.weighted if group.strategy == "weighted" else None
    return GroupForm(
        name=group.meta.name,
        gateway=f"{group.gateway_namespace}/{group.gateway_name}" if group.gateway_name else "",
        mode="permissive" if is_permissive else "strict",
        context=_context(group),
        trace_header=context.trace_header if context else "",
        route_header=context.route_header if context else "",
        services=_services(group.services),
        strategy=group.strategy,
        hosts=weighted.hosts if weighted else (),
        matches=tuple(map(match_form, _matches(group))) if weighted else (),
        baseline=context.fallback_target if context else "",
        stand_ins=dict(context.service_level_fallback_target) if context else {},
    )


def lane_form(lane: Lane) -> LaneForm:
    """Return the form of a lane; of several labels the first one written is its service tag."""
    written = lane.meta.raw.get("spec") or {}
    selector = written.get("labelSelector") if isinstance(written, dict) else None
    labels = dict(lane.selector)
    name = next((key for key in selector or () if key in labels), "")
    services = _services(lane.services)
    return LaneForm(lane.meta.name, lane.group, name, labels.get(name, ""), services)


def rule_form(lane: Lane, rule: IngressRule) -> RuleForm:
    """Return the form of a rule."""
    raw = lane.meta.raw["spec"]["ingressRules"][rule.index]
    match = match_form(raw.get("match"))
    service, port = _destination(raw)
    return RuleForm(
        lane=lane.meta.name,
        service=service,
        port=port,
        rule_name=rule.name,
        host=rule.hosts,
        uri=match.uri,
        headers=match.headers,
        online=rule.online,
    )


def _destination(raw: Any) -> tuple[str, int | None]:
    """Return the host and port of a rule's destination, also of one that is not whole."""
    found: Any = raw
    for key in ("route", "destination"):
        found = found.get(key) if isinstance(found, dict) else None
    written = found if isinstance(found, dict) else {}
    host, port = written.get("host"), written.get("portNum")
    return host if isinstance(host, str) else "", port if type(port) is int and port else None


def _context(group: LaneGroup) -> Context:
    context = group.permissive if group.is_permissive else None
    if context is None or not context.trace_header:
        return ""
    same = context.trace_header.lower() == context.route_header.lower()
    return LISTS.get(context.trace_header.lower(), "customHeader" if same else "traceId")


def _matches(group: LaneGroup) -> list[Any]:
    routing = group.meta.raw["spec"]["ingress"]["ingressRouting"]["weightedRoutingRule"]
    written = routing.get("requestMatches")
    return written if isinstance(written, list) else []


def _services(services: Iterable[ServiceReference]) -> tuple[ServiceName, ...]:
    return tuple(ServiceName(one.namespace, one.name) for one in services)


def _shown(
    meta: Meta, form: Form, written: Mapping[str, Any], other: tuple[str, ...] = ()
) -> ShownForm:
    left = _left(meta.raw, written, (*_KNOWN, *other))
    file = meta.source.path
    return ShownForm(form, file, None, not left, ", ".join(left), version=version_of(meta))


def version_of(meta: Meta) -> str:
    """Return what changes when anything in an object does."""
    return _digest({key: value for key, value in meta.raw.items() if key != "status"})


def _digest(value: Any) -> str:
    spelled = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(spelled.encode()).hexdigest()[:16]


def _left(raw: Any, written: Any, known: tuple[str, ...]) -> list[str]:
    """Return what an object holds that its form would not write.

    What a server keeps in `metadata` is nobody's edit.
    """
    bare = _without_marks(raw)
    return [one for one in _beyond(written, bare) if not one.startswith(known)]


def _without_marks(raw: Any) -> Any:
    head = raw.get("metadata") if isinstance(raw, dict) else None
    if not isinstance(head, dict):
        return raw
    return raw | {"metadata": {k: v for k, v in head.items() if k not in _OF_SERVERS}}


def _beyond(written: Any, raw: Any) -> Iterator[str]:
    for one in field_changes(written, raw):
        if one.kind in ("added", "changed"):
            yield one.path
