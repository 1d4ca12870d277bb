"""Reads the two lane kinds, ASMSwimLaneGroup and ASMSwimLane.

Comes in: a cursor on an object. Goes out: a LaneGroup or a Lane with every published field, both
spellings where the vendor has two. A rule that cannot be read stays, marked as not valid, so that
its neighbors keep their numbers. Unknown fields are noted and kept, as the vendor's schema does.
https://www.alibabacloud.com/help/en/asm/sidecar/asmswimlanegroup-and-asmswimlane-crd-description
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from laneway.core.findings.codes import shape
from laneway.core.resources.follow_on import after_group, after_lane
from laneway.core.resources.lanes.field import LARGEST
from laneway.core.resources.lanes.looking import each_of, note_length
from laneway.core.resources.lanes.swim_lane_fields import GROUP_SPEC, LANE_SPEC
from laneway.core.resources.lanes.swim_lanes import (
    EntryDestination,
    IngressRule,
    IngressWeight,
    Lane,
    LaneGroup,
    PermissiveConfiguration,
    ServiceReference,
    Strategy,
    WeightedEntry,
)
from laneway.core.resources.matching import Match
from laneway.core.resources.read_matching import read_headers, read_string
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor, Notes
from laneway.core.resources.yaml.spelling import describe, spell

GROUP = "ASMSwimLaneGroup"
LANE = "ASMSwimLane"
GROUP_LABEL = "swimlane-group"

_GATEWAY = GROUP_SPEC["ingress"].below["gateway"].below
_ROUTING = GROUP_SPEC["ingress"].below["ingressRouting"].below
_WEIGHTED = _ROUTING["weightedRoutingRule"].below
_RULES = LANE_SPEC["ingressRules"]
_WEIGHT = LANE_SPEC["ingressWeight"].below
_CONDITIONS = _RULES.below["match"].below


def read_group(root: Cursor) -> LaneGroup | None:
    """Read an ASMSwimLaneGroup; nothing when it has no name."""
    meta = read_meta(root, GROUP, namespaced=False)
    if meta is None:
        return None
    root.notes.after = partial(after_group, meta.name)
    spec = root.below("spec")
    spec.known(GROUP, GROUP_SPEC)
    ingress = spec.below("ingress")
    ingress.known(GROUP, GROUP_SPEC["ingress"].below)
    gateway = ingress.below("gateway")
    gateway.known(GROUP, _GATEWAY)
    routing = ingress.below("ingressRouting")
    routing.known(GROUP, _ROUTING)
    strategy = _strategy(routing)
    found = LaneGroup(
        meta=meta,
        services=_services(spec, GROUP),
        gateway_name=gateway.text("name"),
        gateway_namespace=gateway.text("namespace") or "istio-system",
        gateway_type=gateway.text("type") or "ASM",
        strategy=strategy or "rule_based",
        strategy_known=strategy is not None,
        weighted=_weighted(routing),
        is_permissive=spec.flag("isPermissive"),
        mode_known=isinstance(spec.raw.get("isPermissive", False), bool | None),
        permissive=_permissive(spec),
        default_traffic_policy_patch=spec.mapping("defaultTrafficPolicyPatch"),
        default_http_route_patch=_either(spec, "defaultHttpRoutePatch", "defaultHTTPRoutePatch"),
        auto_update=spec.flag("autoUpdate"),
    )
    return replace(found, misspelled=tuple(_misspelled(root.notes)))


def _misspelled(notes: Notes) -> Iterator[str]:
    for one in notes.findings:
        if one.code is shape.MISSPELLED_LANE_FIELD and one.place is not None:
            yield spell(one.place.path[len(notes.prefix) :])


def read_lane(root: Cursor) -> Lane | None:
    """Read an ASMSwimLane; nothing when it has no name."""
    meta = read_meta(root, LANE, namespaced=False)
    if meta is None:
        return None
    root.notes.after = partial(after_lane, str(meta.ref), meta.labels.get(GROUP_LABEL, ""))
    spec = root.below("spec")
    spec.known(LANE, LANE_SPEC)
    return Lane(
        meta=meta,
        group=meta.labels.get(GROUP_LABEL, ""),
        selector=spec.labels("labelSelector"),
        services=_services(spec, LANE),
        rules=_rules(spec),
        weight=_weight(spec),
    )


def _strategy(routing: Cursor) -> Strategy | None:
    written = routing.text("ingressRoutingStrategy")
    if written not in _ROUTING["ingressRoutingStrategy"].allowed:
        routing.report(
            shape.UNKNOWN_VALUE,
            "ingressRoutingStrategy",
            found=describe(written),
            wanted="rule_based or weighted",
        )
        return None
    return "weighted" if written == "weighted" else "rule_based"


def _services(spec: Cursor, kind: str) -> tuple[ServiceReference, ...]:
    found = []
    for index, entry in spec.each("services"):
        entry.known(kind, GROUP_SPEC["services"].below)
        name = entry.required("name")
        if not name:
            continue
        reference = ServiceReference(
            name=name,
            namespace=entry.text("namespace") or "default",
            index=index,
            cluster=entry.words("cluster"),
            traffic_policy_patch=entry.mapping("trafficPolicyPatch"),
            http_route_patch=_either(entry, "httpRoutePatch", "hTTPRoutePatch"),
        )
        found.append(reference)
    return tuple(found)


def _either(cursor: Cursor, key: str, older: str) -> Mapping[str, Any] | None:
    return cursor.mapping(key if cursor.written(key) else older)


def _is_filled(cursor: Cursor, key: str) -> bool:
    return cursor.written(key) and cursor.raw[key] != {}


def _permissive(spec: Cursor) -> PermissiveConfiguration | None:
    if not _is_filled(spec, "permissiveModeConfiguration"):
        return None
    block = spec.below("permissiveModeConfiguration")
    block.known(GROUP, GROUP_SPEC["permissiveModeConfiguration"].below)
    targets = {}
    for name, lane in block.words("serviceLevelFallbackTarget").items():
        if name.count("/") == 1 and all(name.split("/")):
            targets[name] = lane
        else:
            key = "serviceLevelFallbackTarget"
            block.report(shape.NOT_NAMESPACED_NAME, key, name, key=repr(name))
    return PermissiveConfiguration(
        fallback_target=block.text("fallbackTarget"),
        service_level_fallback_target=targets,
        trace_header=block.text("traceHeader"),
        route_header=block.text("routeHeader"),
    )


def _weighted(routing: Cursor) -> WeightedEntry | None:
    if not _is_filled(routing, "weightedRoutingRule"):
        return None
    rule = routing.below("weightedRoutingRule")
    rule.known(GROUP, _WEIGHTED)
    hosts, places = rule.placed_texts("hosts")
    entries = each_of(rule, "requestMatches", _WEIGHTED["requestMatches"])
    found = [_entry_match(match) for _, match in entries]
    matches = tuple(match for match in found if match is not None)
    lost = (rule.raw.get("hosts") and not hosts) or (rule.raw.get("requestMatches") and not matches)
    return WeightedEntry(hosts, matches, not lost, places)


def _entry_match(cursor: Cursor) -> Match | None:
    before = cursor.notes.errors
    for name in cursor.raw:
        if name not in _CONDITIONS:
            cursor.report(shape.UNKNOWN_CONDITION, name, known=" and ".join(_CONDITIONS))
    note_length(cursor, "headers", _CONDITIONS["headers"])
    uri = read_string(cursor, "uri") if _is_filled(cursor, "uri") else None
    match = Match(uri=uri, headers=read_headers(cursor, "headers"))
    return match if cursor.notes.errors == before else None


def _rules(spec: Cursor) -> tuple[IngressRule, ...]:
    return tuple(_rule(index, entry) for index, entry in each_of(spec, "ingressRules", _RULES))


def _rule(index: int, entry: Cursor) -> IngressRule:
    before = entry.notes.errors
    entry.known(LANE, _RULES.below)
    route = entry.below("route")
    route.known(LANE, _RULES.below["route"].below)
    match = _entry_match(entry.below("match"))
    rule = IngressRule(
        name=entry.text("name"),
        index=index,
        online=entry.flag("online"),
        hosts=entry.texts("hosts"),
        match=match or Match(),
        destination=_destination(route),
    )
    if entry.notes.errors == before:
        return rule
    return IngressRule(
        rule.name, index, rule.online, rule.hosts, rule.match, rule.destination, valid=False
    )


def _weight(spec: Cursor) -> IngressWeight | None:
    if not _is_filled(spec, "ingressWeight") or spec.raw["ingressWeight"] == {"destination": {}}:
        return None
    block = spec.below("ingressWeight")
    block.known(LANE, _WEIGHT)
    weight = block.number("weight", -LARGEST - 1, LARGEST)  # LW1305 is about those below 0
    return IngressWeight(weight or 0, _destination(block))


def _destination(block: Cursor) -> EntryDestination | None:
    if not _is_filled(block, "destination") or block.mapping("destination") is None:
        return None
    destination = block.below("destination")
    names = list(_WEIGHT["destination"].below)
    if destination.written("port") and not destination.written("portNum"):
        destination.misspelled("port", LANE, "portNum", _port_as_written(destination.raw["port"]))
        names.append("port")
    destination.known(LANE, names)
    host = destination.text("host")
    if not host:
        destination.report(shape.MISSING_FIELD, "host")
        return None
    unset = destination.raw.get("portNum") == 0  # the zero value of the vendor's type
    return EntryDestination(host, None if unset else destination.port("portNum"))


def _port_as_written(port: Any) -> str:
    """Say what to write for the `port` of an Istio destination, a number or `{number: …}`."""
    number = port.get("number") if isinstance(port, dict) else port
    return f"`portNum: {number}`" if type(number) is int else "`portNum:` and the number"
