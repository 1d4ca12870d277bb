"""One Rule of the plan as one `http[]` or `tcp[]` entry of a VirtualService.

https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute
Spelled field by field in the order people write them. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from laneway.core.resources.matching import Match, StringMatch
from laneway.core.routing.plan.route_plan import (
    NO_HEADERS,
    Answer,
    Destination,
    Forward,
    HeaderEdits,
    Headers,
    Rule,
    Share,
)

Object = dict[str, Any]
Spelled = dict[int, tuple[object, list[Object]]]
"""Lists already spelled, by the identity of what they spell: services share lanes' parts. What was
spelled is kept with it, so that its identity stays its own."""


def http_route(rule: Rule, spelled: Spelled) -> Object:
    """Spell a rule as an HTTPRoute."""
    body: Object = {"name": rule.name} if rule.name else {}
    if rule.matches:
        body["match"] = _matches(rule.matches, spelled)
    if rule.headers is not NO_HEADERS and (edits := headers(rule.headers)):
        body["headers"] = edits
    if rule.policy:
        body |= rule.policy
    action = rule.action
    if isinstance(action, Forward):
        body["route"] = [
            destination(share, alone=len(action.shares) == 1) for share in action.shares
        ]
    elif isinstance(action, Answer):
        body[action.field] = action.block
    else:
        body["directResponse"] = {"status": action.status}
    return body


def tcp_route(rule: Rule, spelled: Spelled) -> Object:
    """Spell a rule as a TCPRoute, which knows only callers, ports and destinations."""
    body: Object = {"match": _matches(rule.matches, spelled)} if rule.matches else {}
    if isinstance(rule.action, Forward):
        shares = rule.action.shares
        body["route"] = [destination(share, alone=len(shares) == 1) for share in shares]
    return body


def _matches(matches: tuple[Match, ...], spelled: Spelled) -> list[Object]:
    found = spelled.get(id(matches))
    if found is None:
        found = spelled[id(matches)] = matches, [match_block(match) for match in matches]
    return found[1]


def match_block(match: Match) -> Object:
    """Spell one HTTPMatchRequest."""
    body: Object = {"name": match.name} if match.name else {}
    for field, pairs in (("headers", match.headers), ("withoutHeaders", match.without_headers)):
        if pairs:
            body[field] = {name: string_match(condition) for name, condition in pairs}
    for field, condition in (
        ("uri", match.uri),
        ("scheme", match.scheme),
        ("method", match.method),
        ("authority", match.authority),
    ):
        if condition is not None:
            body[field] = string_match(condition)
    if match.query_params:
        body["queryParams"] = {name: string_match(found) for name, found in match.query_params}
    if match.ignore_uri_case:
        body["ignoreUriCase"] = True
    return body | _caller_block(match)


def _caller_block(match: Match) -> Object:
    body: Object = {}
    if match.port is not None:
        body["port"] = match.port
    if match.source_labels:
        body["sourceLabels"] = dict(match.source_labels)
    if match.source_namespace:
        body["sourceNamespace"] = match.source_namespace
    if match.gateways:
        body["gateways"] = list(match.gateways)
    return body


def string_match(condition: StringMatch) -> Object:
    """Spell a StringMatch; one that asks only for presence is an empty block."""
    return {} if condition.kind == "present" else {condition.kind: condition.value}


def destination(share: Share, *, alone: bool) -> Object:
    """Spell a weighted destination; the weight is written only beside others."""
    body: Object = {"destination": _destination(share.destination)}
    if not alone:
        body["weight"] = share.weight
    if share.headers is not NO_HEADERS and (edits := headers(share.headers)):
        body["headers"] = edits
    return body


def _destination(to: Destination) -> Object:
    if to.subset:
        return {"host": to.host, "port": {"number": to.port}, "subset": to.subset}
    return {"host": to.host, "port": {"number": to.port}}


def headers(edits: Headers) -> Object:
    """Spell header changes; no change is an empty block."""
    sides = {"request": _edits(edits.request), "response": _edits(edits.response)}
    return {side: body for side, body in sides.items() if body}


def _edits(edits: HeaderEdits) -> Mapping[str, Any]:
    body: Object = {}
    if edits.set:
        body["set"] = dict(edits.set)
    if edits.add:
        body["add"] = dict(edits.add)
    if edits.remove:
        body["remove"] = list(edits.remove)
    return body
