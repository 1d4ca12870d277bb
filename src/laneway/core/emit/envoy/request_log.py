"""The log of requests: which lines the proxies write, one for each request that they answered.

Comes in: who calls through a listener. Goes out: Envoy's access log as JSON, a line a request, in a
file beside the proxy. What is known of a rule is its lane, which its routes carry as metadata. Only
where a request is sent is it written down, at gateways and at callers, so that a call is one line.
https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from laneway.core.emit.envoy.config import Block
from laneway.core.routing.plan.route_plan import Rule

REQUESTS_FILE = "requests.jsonl"
OLDER_REQUESTS_FILE = "requests.1.jsonl"
GATEWAY_CALLER = "gateway"
"""Who calls where a request comes from outside."""

GATEWAY = "gateway"
"""Where a request came in: the name of the gateway's table."""

NAMED, CARRIED = "named", "carried"
"""Of a route of several lanes: the header that names the request's, and what headers held. At a
gateway they are those that its routes ask for, so that one that no route took can be explained."""
NO_ROUTE_FLAG = "NR"
"""Envoy's word for a request that no route took."""
TRYING = "laneway-verify-"
"""How the ids of requests begin that only try a mesh: that one has no route is no news."""
_SPACE, _LANE = "laneway", "lane"
_FIELDS: Mapping[str, str] = {
    "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
    "method": "%REQ(:METHOD)%",
    "host": "%REQ(:AUTHORITY)%",
    "path": "%REQ(:PATH)%",
    "lane": f"%METADATA(ROUTE:{_SPACE}:{_LANE})%",
    NAMED: f"%METADATA(ROUTE:{_SPACE}:{NAMED})%",
    "route": "%ROUTE_NAME%",
    "cluster": "%UPSTREAM_CLUSTER%",
    "pod": "%UPSTREAM_HOST%",
    "status": "%RESPONSE_CODE%",
    "flags": "%RESPONSE_FLAGS%",
    "ms": "%DURATION%",
    "id": "%REQ(X-REQUEST-ID)%",
}
"""What a line holds beside its caller: `pod` is an address, `flags` Envoy's words for failures."""


def request_log(caller: str, gateway: str = "") -> Block:
    """Return the access log of a listener through which somebody calls.

    Of a gateway's listener it also says which, by the name of its table.
    """
    who = {"caller": caller} | ({GATEWAY: gateway} if gateway else {})
    return {
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": f"./{REQUESTS_FILE}",
            "log_format": {"json_format": {**who, **_FIELDS}},
        },
    }


def of_lane(rule: Rule) -> Block:
    """Return what a route carries of its rule for the log; nothing where it knows no lane."""
    told = {_LANE: rule.lane} if rule.lane else {}
    if rule.others:
        told = {NAMED: rule.matches[0].headers[0][0]}
    return {"metadata": {"filter_metadata": {_SPACE: told}}} if told else {}


def carrying(listener: Block, headers: Iterable[str]) -> Block:
    """Return a listener, just made, whose log also says what requests carry in some headers."""
    values = {name: f"%REQ({name})%" for name in headers}
    handlers = (one for chain in listener["filter_chains"] for one in chain["filters"])
    for log in (log for one in handlers for log in one["typed_config"].get("access_log", ())):
        if values and NAMED in log["typed_config"]["log_format"]["json_format"]:
            log["typed_config"]["log_format"]["json_format"][CARRIED] = values
    return listener
