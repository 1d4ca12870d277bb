"""Header edits, spelled for Envoy.

Comes in: the typed Headers of a rule or of one share. Goes out: the fields a route or a weighted
cluster carries, and the authority where an edit names it. Values are Envoy format strings, as in
Istio. It refuses edits that Envoy would reject a whole table for, and says which.
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from laneway.core.emit.envoy.config import Block
from laneway.core.emit.envoy.match import is_matched_header
from laneway.core.routing.plan.route_plan import HeaderEdits, Headers, Pairs

_SET = "OVERWRITE_IF_EXISTS_OR_ADD"
_ADD = "APPEND_IF_EXISTS_OR_ADD"
_WITH_ARGUMENT = (
    "REQ|RESP|TRAILER|START_TIME|ENVIRONMENT|DYNAMIC_METADATA|CLUSTER_METADATA|FILTER_STATE"
    "|UPSTREAM_METADATA|REQ_WITHOUT_QUERY|PATH|QUERY_PARAM|COMMON_DURATION"
)
_PLAIN = (
    "PROTOCOL|RESPONSE_CODE|RESPONSE_CODE_DETAILS|BYTES_RECEIVED|BYTES_SENT|DURATION"
    "|RESPONSE_FLAGS|ROUTE_NAME|VIRTUAL_CLUSTER_NAME|UPSTREAM_HOST|UPSTREAM_CLUSTER"
    "|UPSTREAM_LOCAL_ADDRESS|UPSTREAM_REMOTE_ADDRESS|DOWNSTREAM_REMOTE_ADDRESS"
    "|DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT|DOWNSTREAM_REMOTE_PORT|DOWNSTREAM_LOCAL_ADDRESS"
    "|DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT|DOWNSTREAM_LOCAL_PORT|DOWNSTREAM_DIRECT_REMOTE_ADDRESS"
    "|DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT|REQUESTED_SERVER_NAME|HOSTNAME|START_TIME"
    "|CONNECTION_ID|STREAM_ID|UPSTREAM_REQUEST_ATTEMPT_COUNT"
)
_COMMANDS = rf"%(?:%|(?:{_WITH_ARGUMENT})\([^)%]+\)(?::\d+)?%|(?:{_PLAIN})%)"
_VALUE = re.compile(rf"(?:[^%\x00\r\n]|{_COMMANDS})*")


def header_fields(headers: Headers) -> Block:
    """Return the header fields of a route or weighted cluster; flawed edits are left out.

    `set` comes before `add`, each sorted by name, as istiod writes them.
    """
    block: Block = {}
    for side, edits in (("request", headers.request), ("response", headers.response)):
        added = [*_options(edits.set, _SET), *_options(edits.add, _ADD)]
        if added:
            block[f"{side}_headers_to_add"] = added
        removed = [name for name in edits.remove if _is_editable(name) and is_matched_header(name)]
        if removed:
            block[f"{side}_headers_to_remove"] = removed
    return block


def authority(headers: Headers) -> str:
    """Return the host an edit gives to the request, empty without one. `set` beats `add`."""
    for pairs in (headers.request.set, headers.request.add):
        for name, value in pairs:
            if name.lower() in {":authority", "host"}:
                return value
    return ""


def flawed_edits(headers: Headers) -> Iterator[str]:
    """Yield the paths of edits that Envoy would reject, inside a `headers` block."""
    for side, edits in (("request", headers.request), ("response", headers.response)):
        for verb, name, value in _all_edits(edits):
            if _is_editable(name) and not _is_fit(name, value):
                yield f"headers.{side}.{verb}.{name}"


def _all_edits(edits: HeaderEdits) -> Iterator[tuple[str, str, str]]:
    yield from (("set", name, value) for name, value in edits.set)
    yield from (("add", name, value) for name, value in edits.add)
    yield from (("remove", name, "") for name in edits.remove)


def _options(pairs: Pairs, action: str) -> list[Block]:
    return [
        {"header": {"key": name, "value": value}, "append_action": action}
        for name, value in sorted(pairs)
        if _is_editable(name) and _is_fit(name, value)
    ]


def _is_editable(name: str) -> bool:
    """Whether a header may be edited as such: Envoy guards pseudo headers and the host."""
    return not name.startswith(":") and name.lower() != "host"


def _is_fit(name: str, value: str) -> bool:
    return is_matched_header(name) and _VALUE.fullmatch(value) is not None
