"""The RoutePlan as a plain object, for people who want to see what was decided.

Comes in: a RoutePlan. Goes out: dictionaries and lists, rules in the order in which proxies hold
them, matches and destinations in Istio's words, each rule with the object that made it. It is a
view and no input: nothing reads it back.
"""

from __future__ import annotations

from typing import Any

from laneway.core.emit.routes import destination, headers, match_block
from laneway.core.resources.istio.networking import DestinationRule
from laneway.core.resources.lanes.tagging import HashRule
from laneway.core.routing.plan.lane_subsets import LaneSubsets, RulePlace
from laneway.core.routing.plan.route_plan import (
    NO_HEADERS,
    Answer,
    Forward,
    GatewayPort,
    Hop,
    Refuse,
    RoutePlan,
    Rule,
)
from laneway.core.routing.plan.rule_names import origin_text
from laneway.core.routing.plan.scoped import ScopedPlan

Object = dict[str, Any]


def plan_object(plan: RoutePlan) -> Object:
    """Return the plan as an object: gateways first, then services, then subsets."""
    shown: Object = {
        "gateways": [_gateway_port(port) for port in plan.gateway_ports],
        "services": [_hop(hop) for hops in plan.hops.values() for hop in hops],
        "subsets": [_subsets(subsets) for subsets in plan.lane_subsets.values()],
    }
    narrow = _narrow(plan)
    return shown | {"selected": narrow} if narrow else shown


def scoped_object(scoped: ScopedPlan) -> Object:
    """Return what layout scoped makes of each lane service, and whose callers its rules reach."""
    forms = scoped.forms.items()
    return {
        "scoped": {
            "clients": list(scoped.clients),
            "gateways": list(scoped.doors),
            "subsets": dict(scoped.subsets),
            "services": [{"host": host, "form": one.form, "why": one.why} for host, one in forms],
            "rules": [_rule(rule) for rule in scoped.rules],
        }
    }


def _rule(rule: DestinationRule) -> Object:
    shown: Object = {
        "name": rule.meta.name,
        "namespace": rule.meta.namespace,
        "host": rule.host,
    }
    if rule.workload_selector:
        shown["callers"] = dict(rule.workload_selector)
    names = {subset.name: dict(subset.labels) for subset in rule.subsets}
    return shown | {"subsets": names}


def _gateway_port(port: GatewayPort) -> Object:
    shown: Object = {
        "gateways": list(port.gateways),
        "selector": dict(port.selector),
        "port": port.port,
    }
    if port.tagging:
        shown["tagging"] = [_tagging(rule) for rule in port.tagging]
    return shown | {
        "hosts": [
            {"host": host.domain, "rules": [rule_object(rule) for rule in host.rules]}
            | ({"behind": [rule_object(rule) for rule in host.behind]} if host.behind else {})
            for host in port.virtual_hosts
        ]
    }


def _tagging(rule: HashRule) -> Object:
    return {
        "header": rule.header,
        "modulo": rule.modulo,
        "tagHeader": rule.tag_header,
        "partitions": [{"size": size, "tag": tag} for size, tag in rule.partitions],
        "hosts": [rule.host or "*"],
    }


def _hop(hop: Hop) -> Object:
    shown: Object = {"host": hop.host, "port": hop.port, "protocol": hop.protocol}
    if hop.group:
        shown["group"] = hop.group
    if hop.author is not None:
        shown["author"] = str(hop.author)
    if hop.shown is not None and not hop.shown.is_public:
        shown["exportTo"] = list(hop.shown.spaces)
    if hop.wild:
        shown["wildcard"] = hop.wild
    shown["rules"] = [rule_object(rule) for rule in hop.rules]
    if hop.otherwise is not None:
        shown["otherwise"] = _hop(hop.otherwise)
    return shown


def rule_object(rule: Rule) -> Object:
    """Return one rule as an object."""
    shown: Object = {"name": rule.name} if rule.name else {}
    if rule.lane:
        shown["lane"] = rule.lane
    elif rule.others:
        shown["lanes"] = list(rule.others)
    if rule.matches:
        shown["match"] = [match_block(match) for match in rule.matches]
    if rule.headers is not NO_HEADERS and (edits := headers(rule.headers)):
        shown["headers"] = edits
    if rule.policy:
        shown["policy"] = dict(rule.policy)
    return shown | _action(rule) | {"from": origin_text(rule.origin)}


def _action(rule: Rule) -> Object:
    match rule.action:
        case Forward(shares):
            alone = len(shares) == 1
            return {"to": [destination(share, alone=alone) for share in shares]}
        case Refuse(status):
            return {"refuse": status}
        case Answer(field, block):
            return {field: dict(block)}


def _narrow(plan: RoutePlan) -> list[Object]:
    """Return what callers see alone whom a user's DestinationRule selects."""
    return [
        {
            "host": host,
            "namespace": view.namespace,
            "callers": dict(view.selector),
            "names": {subset.name: dict(subset.labels) for subset in view.subsets},
        }
        for host, views in plan.views.items()
        for view in views
        if view.selector is not None
    ]


def _subsets(subsets: LaneSubsets) -> Object:
    return {
        "host": subsets.host,
        "group": subsets.group,
        "names": {subset.name: dict(subset.labels) for subset in subsets.subsets},
        "places": [_place(place) for place in subsets.places],
    }


def _place(place: RulePlace) -> Object:
    shown: Object = {"namespace": place.namespace}
    if place.exported is not None:
        shown["exportTo"] = list(place.exported)
    if place.traffic_policy is not None:
        shown["trafficPolicy"] = place.traffic_policy
    return shown
