"""A Rule, spelled as Envoy routes: one per match, in order.

Comes in: a rule that a proxy holds, and the name of the cluster of each destination. Goes out:
Envoy's routes, and which fields are not carried out. Nothing is decided here; a rule or an edit
that Envoy would reject is left out alone, since it would take the whole table with it.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from laneway.core.emit.envoy.config import Block, Unexecuted
from laneway.core.emit.envoy.headers import authority, flawed_edits, header_fields
from laneway.core.emit.envoy.match import flaw, route_match
from laneway.core.emit.envoy.policy import Policy, translate
from laneway.core.emit.envoy.request_log import of_lane
from laneway.core.mesh.names import Host, resolve_host
from laneway.core.resources.matching import Match
from laneway.core.routing.plan.route_plan import Answer, Destination, Forward, Refuse, Rule, Share

ANYTHING: Block = {"prefix": "/"}
_REDIRECT_CODES = {
    # no code was written
    0: "MOVED_PERMANENTLY",
    301: "MOVED_PERMANENTLY",
    302: "FOUND",
    303: "SEE_OTHER",
    307: "TEMPORARY_REDIRECT",
    308: "PERMANENT_REDIRECT",
}
_BROKEN: Block = {"direct_response": {"status": 500}}
"""What an action becomes that cannot be spelled: its requests must not fall to the next rule."""

_REJECTED = "Envoy would reject it"
_NOT_CARRIED_OUT = "the local proxies do not carry it out"


class Spelling(Struct, frozen=True):
    """How a table spells destinations.

    `cluster` names the cluster of one; `port_of` gives the port of a host for a destination written
    without, its only one or the listener's; `stat` gives a rule's statistics prefix.
    """

    cluster: Callable[[Destination], str]
    port_of: Callable[[Host], int]
    stat: Callable[[Rule], str]


class Spelled(Struct, frozen=True):
    """The routes of one rule and what of it is not carried out."""

    routes: tuple[Block, ...]
    unexecuted: tuple[Unexecuted, ...] = ()


def spell(rule: Rule, spelling: Spelling) -> Spelled:
    """Return the routes of a rule, one per match that Envoy takes."""
    left: list[Unexecuted] = []
    body = _body(rule, spelling, left)
    routes: list[Block] = []
    for match in rule.matches or (None,):
        # a single condition that Envoy cannot read would cost the table all its routes
        if match is not None and (bad := flaw(match)):
            left.append(_unexecuted(rule, f"match.{bad}", _REJECTED))
        else:
            routes.append(_route(rule, match, body))
    return Spelled(tuple(routes), tuple(left))


def _route(rule: Rule, match: Match | None, body: Block) -> Block:
    names = [rule.name, match.name if match is not None and len(rule.matches) > 1 else ""]
    route: Block = {} if match is None else {"match": route_match(match)}
    route.setdefault("match", ANYTHING)
    if name := ".".join(filter(None, names)):
        route["name"] = name
    return route | of_lane(rule) | body


def _body(rule: Rule, spelling: Spelling, left: list[Unexecuted]) -> Block:
    """Return everything of a rule's routes but their match."""
    left.extend(_unexecuted(rule, edit, _REJECTED) for edit in flawed_edits(rule.headers))
    if isinstance(rule.action, Forward):
        return _forward(rule, rule.action, spelling, left)
    if isinstance(rule.action, Refuse):
        return {"direct_response": {"status": rule.action.status}}
    return _answer(rule, rule.action, left)


def _forward(rule: Rule, action: Forward, spelling: Spelling, left: list[Unexecuted]) -> Block:
    policy = _policy(rule, spelling)
    left.extend(_unexecuted(rule, name, _NOT_CARRIED_OUT) for name in policy.left_over)
    left.extend(
        _unexecuted(rule, f"route.{edit}", _REJECTED)
        for share in action.shares
        for edit in flawed_edits(share.headers)
    )
    # Envoy lets nobody set Host by header edits, so Istio turns such an edit into a rewrite; a
    # rewrite that is written as one comes first
    # https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers
    if "host_rewrite_literal" not in policy.action and (host := authority(rule.headers)):
        policy.action["host_rewrite_literal"] = host
    body: Block = {"route": policy.action}
    if not action.is_split:
        _single(body, policy, action.shares[0], spelling)
    else:
        policy.action["weighted_clusters"] = {
            "clusters": [_weighted(share, spelling) for share in action.shares]
        }
    _add_headers(body, header_fields(rule.headers))
    if policy.filters:
        body["typed_per_filter_config"] = policy.filters
    body["stat_prefix"] = spelling.stat(rule)
    return body


def _policy(rule: Rule, spelling: Spelling) -> Policy:
    def resolve(written: Mapping[str, Any]) -> str:
        host = written.get("host")
        if not isinstance(host, str) or not host:
            return ""
        full = resolve_host(host, rule.origin.ref.namespace)
        port = written.get("port")
        number = port.get("number") if isinstance(port, Mapping) else None
        chosen = number if isinstance(number, int) else spelling.port_of(full)
        return spelling.cluster(Destination(full, chosen, str(written.get("subset") or "")))

    return translate(rule.policy, resolve)


def _single(body: Block, policy: Policy, share: Share, spelling: Spelling) -> None:
    """Lead everything to one destination.

    Its edits stand on the route too, after the rule's own,
    as istiod has it: of two that set the same header the destination's wins.
    """
    policy.action["cluster"] = spelling.cluster(share.destination)
    if host := authority(share.headers):
        policy.action.setdefault("host_rewrite_literal", host)
    _add_headers(body, header_fields(share.headers))


def _add_headers(body: Block, fields: Block) -> None:
    """Put header fields before those that are already there."""
    for name, values in fields.items():
        body[name] = values + body.get(name, [])


def _weighted(share: Share, spelling: Spelling) -> Block:
    cluster: Block = {"name": spelling.cluster(share.destination), "weight": share.weight}
    cluster |= header_fields(share.headers)
    if host := authority(share.headers):
        cluster["host_rewrite_literal"] = host
    return cluster


def _answer(rule: Rule, action: Answer, left: list[Unexecuted]) -> Block:
    fields = header_fields(rule.headers)
    if action.field == "redirect":
        redirect = _redirect(action.block)
        if redirect is None:
            left.append(_unexecuted(rule, "redirect.redirectCode", _REJECTED))
            return _BROKEN
        if action.block.get("derivePort") == "FROM_REQUEST_PORT":
            left.append(_unexecuted(rule, "redirect.derivePort", _NOT_CARRIED_OUT))
        return {"redirect": redirect} | fields
    if action.field == "directResponse":
        return {"direct_response": _direct_response(action.block)} | fields
    left.append(_unexecuted(rule, action.field, _NOT_CARRIED_OUT))
    return _BROKEN


def _redirect(written: Mapping[str, Any]) -> Block | None:
    code = _REDIRECT_CODES.get(written.get("redirectCode") or 0)
    if code is None:
        return None
    block: Block = {"response_code": code}
    for name, own in (
        ("authority", "host_redirect"),
        ("uri", "path_redirect"),
        ("scheme", "scheme_redirect"),
    ):
        if written.get(name):
            block[own] = str(written[name])
    # the port that a scheme implies is left out of the Location header
    usual = 443 if written.get("scheme") == "https" else 80
    if isinstance(port := written.get("port"), int) and port != usual:
        block["port_redirect"] = port
    return block


def _direct_response(written: Mapping[str, Any]) -> Block:
    status = written.get("status")
    # Envoy rejects any other number, and the table with it
    block: Block = {"status": status if status in range(200, 600) else 500}
    body = written.get("body")
    if isinstance(body, Mapping):
        if isinstance(body.get("string"), str):
            block["body"] = {"inline_string": body["string"]}
        elif isinstance(body.get("bytes"), str):
            block["body"] = {"inline_bytes": body["bytes"]}
    return block


def _unexecuted(rule: Rule, field: str, reason: str) -> Unexecuted:
    return Unexecuted(str(rule.origin.ref), field, reason)
