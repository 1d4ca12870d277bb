"""The log of requests: which lines the proxies write, one for each request that they answered.

Comes in: who calls through a listener. Goes out: Envoy's access log as JSON, a line a request, in a
file beside the proxy. What is known of a rule is its lane, which its routes carry as metadata. Only
where a request is sent is it written down, at gateways and at callers, so that a call is one line.
https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
"""

from __future__ import annotations

from collections.abc import Mapping

from laneway.core.emit.envoy.config import Block

REQUESTS_FILE = "requests.jsonl"
OLDER_REQUESTS_FILE = "requests.1.jsonl"
GATEWAY_CALLER = "gateway"
"""Who calls where a request comes from outside."""

_SPACE, _LANE = "laneway", "lane"
_FIELDS: Mapping[str, str] = {
    "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
    "method": "%REQ(:METHOD)%",
    "host": "%REQ(:AUTHORITY)%",
    "path": "%REQ(:PATH)%",
    "lane": f"%METADATA(ROUTE:{_SPACE}:{_LANE})%",
    "route": "%ROUTE_NAME%",
    "cluster": "%UPSTREAM_CLUSTER%",
    "pod": "%UPSTREAM_HOST%",
    "status": "%RESPONSE_CODE%",
    "flags": "%RESPONSE_FLAGS%",
    "ms": "%DURATION%",
    "id": "%REQ(X-REQUEST-ID)%",
}
"""What a line holds beside its caller: `pod` is an address, `flags` Envoy's words for failures."""


def request_log(caller: str) -> Block:
    """Return the access log of a listener through which somebody calls."""
    return {
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": f"./{REQUESTS_FILE}",
            "log_format": {"json_format": {"caller": caller, **_FIELDS}},
        },
    }


def of_lane(lane: str) -> Block:
    """Return what a route carries of its rule for the log; nothing where it knows no lane."""
    return {"metadata": {"filter_metadata": {_SPACE: {_LANE: lane}}}} if lane else {}
