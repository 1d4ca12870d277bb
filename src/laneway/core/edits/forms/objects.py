"""The object that a form means: a new one, or one of the input with what the form shows changed.

Comes in: a form, what it showed, the object as it is. Goes out: the object as plain values. Only
fields that were changed are written, so that another spelling of the same, and whatever the form
does not show, stays as somebody wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from laneway.core.edits.forms.conditions import headers_object, matches_objects, uri_object
from laneway.core.edits.forms.values import GroupForm, LaneForm, RuleForm, ServiceName
from laneway.core.edits.intents import unshared
from laneway.core.resources.lanes.read_swim_lanes import GROUP, GROUP_LABEL, LANE

API_VERSION = "istio.alibabacloud.com/v1"
_ROUTING = ("spec", "ingress", "ingressRouting")
_WEIGHTED = (*_ROUTING, "weightedRoutingRule")
_PERMISSIVE = ("spec", "permissiveModeConfiguration")

Object = dict[str, Any]


def group_object(form: GroupForm, shown: GroupForm | None = None, raw: Any = None) -> Object:
    """Return a group; an existing one as `raw` with what it showed."""
    found = _Fields(raw or _head(GROUP, form.name))
    before = shown or GroupForm(form.name)
    is_new = shown is None
    if is_new or form.gateway != before.gateway:
        namespace, _, name = form.gateway.rpartition("/")
        found.put(("spec", "ingress", "gateway", "name"), name)
        found.put(("spec", "ingress", "gateway", "namespace"), namespace)
        if is_new:
            found.put(("spec", "ingress", "gateway", "type"), "ASM")
    _put_routing(found, form, before)
    if is_new or form.services != before.services:
        found.put(("spec", "services"), _services(form.services, found.at(("spec", "services"))))
    _put_mode(found, form, before)
    return found.value


def _put_routing(found: _Fields, form: GroupForm, before: GroupForm) -> None:
    if form.strategy != before.strategy:
        found.put((*_ROUTING, "ingressRoutingStrategy"), form.strategy)
    if form.strategy != "weighted":
        return
    if form.hosts != before.hosts:
        found.put_filled((*_WEIGHTED, "hosts"), list(form.hosts))
    if form.matches != before.matches:
        path = (*_WEIGHTED, "requestMatches")
        found.put_filled(path, matches_objects(form.matches, before.matches, found.at(path)))


def _put_mode(found: _Fields, form: GroupForm, before: GroupForm) -> None:
    if form.mode != before.mode:
        found.put(("spec", "isPermissive"), form.mode == "permissive")
    if form.mode == "strict":
        if before.mode == "permissive":
            found.drop(_PERMISSIVE)
        return
    for key, value, old in (
        ("fallbackTarget", form.baseline, before.baseline),
        ("serviceLevelFallbackTarget", dict(form.stand_ins), dict(before.stand_ins)),
        ("traceHeader", form.trace_header, before.trace_header),
        ("routeHeader", form.route_header, before.route_header),
    ):
        if value != old:
            found.put_filled((*_PERMISSIVE, key), value)


def lane_object(form: LaneForm, shown: LaneForm | None = None, raw: Any = None) -> Object:
    """Return a lane; an existing one as `raw` with what it showed."""
    found = _Fields(raw or _head(LANE, form.name))
    before = shown or LaneForm(form.name)
    if shown is None or form.group != before.group:
        found.put(("metadata", "labels", GROUP_LABEL), form.group)
    if (form.label_name, form.label_value) != (before.label_name, before.label_value):
        selector = ("spec", "labelSelector")
        if before.label_name and form.label_name != before.label_name:
            found.rename((*selector, before.label_name), form.label_name)
        if form.label_name:
            found.put((*selector, form.label_name), form.label_value)
    if form.services != before.services:
        services = _services(form.services, found.at(("spec", "services")))
        found.put_filled(("spec", "services"), services)
    return found.value


def with_rule(
    raw: Mapping[str, Any], form: RuleForm, shown: RuleForm | None = None, at: int | None = None
) -> Object:
    """Return a lane with a rule more at its end, or with another one at a position."""
    found = _Fields(raw)
    rules = list(found.at(("spec", "ingressRules")) or [])
    if shown is None or at is None:
        rules.append(_rule(form, None, {}))
    else:
        rules[at] = _rule(form, shown, rules[at])
    found.put(("spec", "ingressRules"), rules)
    return found.value


def without_rule(raw: Mapping[str, Any], at: int) -> Object:
    """Return a lane without the rule at a position."""
    found = _Fields(raw)
    rules = [one for index, one in enumerate(found.at(("spec", "ingressRules"))) if index != at]
    found.put_filled(("spec", "ingressRules"), rules)
    return found.value


def with_share(raw: Mapping[str, Any], weight: int, host: str, port: int | None) -> Object:
    """Return a lane that has a share, where it had none."""
    found = _Fields(raw)
    destination = {"host": host} | ({"portNum": port} if port is not None else {})
    found.put(("spec", "ingressWeight", "destination"), destination)
    found.put(("spec", "ingressWeight", "weight"), weight)
    return found.value


def _rule(form: RuleForm, shown: RuleForm | None, raw: Mapping[str, Any]) -> Object:
    found = _Fields(raw)
    before = shown or RuleForm(form.lane, online=False)
    if form.rule_name != before.rule_name:
        found.put_filled(("name",), form.rule_name)
    if form.online != before.online:
        found.put(("online",), form.online)
    if form.host != before.host:
        found.put_filled(("hosts",), list(form.host))
    if form.uri != before.uri:
        found.put_filled(("match", "uri"), uri_object(form.uri))
    if form.headers != before.headers:
        path = ("match", "headers")
        found.put_filled(path, headers_object(form.headers, before.headers, found.at(path)))
    if form.service != before.service:
        found.put_filled(("route", "destination", "host"), form.service)
    if form.port != before.port:
        found.put_filled(("route", "destination", "portNum"), form.port or "")
    return found.value


def _services(names: Iterable[ServiceName], raw: Any) -> list[Object]:
    """Return a list of services; one that was there keeps what else is said of it."""
    known = {}
    for one in raw if isinstance(raw, list) else ():
        if isinstance(one, dict):
            known[one.get("namespace") or "default", one.get("name")] = one
    return [
        known.get((one.namespace, one.name)) or {"name": one.name, "namespace": one.namespace}
        for one in names
    ]


def _head(kind: str, name: str) -> Object:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": {}}


class _Fields:
    """A copy of an object whose fields are set at any depth."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.value: Object = unshared(raw)

    def at(self, path: tuple[str, ...]) -> Any:
        """Return the value at a path, None where there is none."""
        found: Any = self.value
        for step in path:
            found = found.get(step) if isinstance(found, dict) else None
        return found

    def put(self, path: tuple[str, ...], value: Any) -> None:
        """Set the value at a path; mappings that are missing above are made."""
        above = self.value
        for step in path[:-1]:
            if not isinstance(above.get(step), dict):
                above[step] = {}
            above = above[step]
        above[path[-1]] = value

    def put_filled(self, path: tuple[str, ...], value: Any) -> None:
        """Set a value that says something; one that says nothing is not written."""
        if value in ("", [], {}):
            self.drop(path)
        else:
            self.put(path, value)

    def drop(self, path: tuple[str, ...]) -> None:
        """Take a value away, and what is then empty above it, but for the object's own parts."""
        above = self.at(path[:-1])
        if isinstance(above, dict) and path[-1] in above:
            del above[path[-1]]
            if not above and len(path) > 1 and path[:-1] != ("spec",):
                self.drop(path[:-1])

    def rename(self, path: tuple[str, ...], name: str) -> None:
        """Call a key otherwise, in its place; without a name it goes."""
        above = self.at(path[:-1])
        if not isinstance(above, dict) or path[-1] not in above:
            return
        pairs = [(name if key == path[-1] else key, value) for key, value in above.items()]
        above.clear()
        above.update((key, value) for key, value in pairs if key)
