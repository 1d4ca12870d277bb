"""A request, and whether it meets a condition, exactly as Envoy sees it.

Comes in: a Request and a Match. Goes out: the first condition that is not met, in words, or None.
Regular expressions are RE2 and match the whole value; each line of a repeated header is matched by
itself; the path is matched without its query.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

import re2
from msgspec import Struct
from msgspec.structs import replace

from laneway.core.resources.matching import Match, StringMatch
from laneway.core.routing.plan.route_plan import Forward, HeaderEdits, Pairs, Rule, Share

JOINED = frozenset(
    {
        *("content-type", "expect", "grpc-timeout", "user-agent", "via", "x-client-trace-id"),
        *("x-forwarded-for", "x-forwarded-proto", "x-request-id"),
    }
)
"""Headers of which Envoy makes one line where several come in, with a comma between."""

PSEUDO: Mapping[str, Literal["method", "path", "scheme", "host"]] = {
    ":method": "method",
    ":path": "path",
    ":scheme": "scheme",
    ":authority": "host",
    "host": "host",
}
"""Names of headers that stand for a part of the request; the path comes with its query."""

_VARIABLE = re.compile(r"%%|%REQ\(([^):?]+)(?:\?([^):?]+))?\)(?::(\d+))?%|%[^%]*%")


class Request(Struct, frozen=True):
    """One HTTP request. `host` is the authority, `path` may carry a query.

    The authority may carry a port: conditions on it see the port, and who serves the host does not.

    `headers` are pairs in order; a name may occur more than once and is compared without case.
    `port` is the port it is sent to, the first one of the service or gateway when not given.
    """

    host: str = ""
    path: str = "/"
    method: str = "GET"
    scheme: str = "http"
    headers: Pairs = ()
    port: int | None = None

    @property
    def hostname(self) -> str:
        """The host without its port, by which a proxy looks for who serves it."""
        return without_port(self.host)

    def values(self, name: str) -> list[str]:
        """Return every value of a header: one of each line that Envoy sees.

        Pseudo headers are parts of the request; `host` is another name of `:authority`.
        https://www.rfc-editor.org/rfc/rfc9113#name-request-pseudo-header-field
        """
        wanted = name.lower()
        if wanted in PSEUDO:
            return [getattr(self, PSEUDO[wanted])]
        found = [value for key, value in self.headers if key.lower() == wanted]
        return [",".join(found)] if found and wanted in JOINED else found

    def edited(self, edits: HeaderEdits) -> Request:
        """Return the request after header changes: remove, then overwrite, then append.

        `%%` is how a value spells a percent sign and `%REQ(name?other):length%` a header of the
        request; what comes out empty adds nothing, and of two values that are set for one header
        the last counts. Other variables of Envoy stay as they are written.
        https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
        """
        if edits == HeaderEdits():
            return self
        left = _without(self, edits.remove)
        setting = {
            name.lower(): (name, text)
            for name, value in edits.set
            if (text := _filled(left, value))
        }
        adding = [(name, text) for name, value in edits.add if (text := _filled(left, value))]
        kept = _without(left, list(setting))
        return replace(kept, headers=(*kept.headers, *setting.values(), *adding))


def without_port(authority: str) -> str:
    """Return the host of an authority.

    >>> without_port("lamp:80"), without_port("[::1]:80"), without_port("[::1]")
    ('lamp', '[::1]', '[::1]')
    """
    colon = authority.rfind(":")
    return authority[:colon] if colon > authority.rfind("]") else authority


def sent_on(rule: Rule, share: Share, request: Request) -> Request:
    """Return a request as a rule sends it to one of its shares.

    A sole destination's edits are one step with the rule's, and come after them. Of several
    destinations each edits first, and the rule overwrites what it left.
    https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers
    """
    own, more = rule.headers.request, share.headers.request
    if isinstance(rule.action, Forward) and rule.action.is_split:
        return request.edited(more).edited(own)
    if HeaderEdits() in (own, more):
        return request.edited(more if own == HeaderEdits() else own)
    return request.edited(
        HeaderEdits(own.set + more.set, own.add + more.add, own.remove + more.remove)
    )


def variable_headers(value: str) -> list[str]:
    """Return the headers that a value is filled in from.

    >>> variable_headers("%REQ(a?b):3%, %REQ(c)%")
    ['a', 'b', 'c']
    """
    return [name for one in _VARIABLE.finditer(value) for name in one.group(1, 2) if name]


def _without(request: Request, names: Sequence[str]) -> Request:
    gone = {name.lower() for name in names}
    kept = tuple(pair for pair in request.headers if pair[0].lower() not in gone)
    return replace(request, headers=kept)


def _filled(request: Request, value: str) -> str:
    """Fill in the variables of a value: of a header of several lines the first one counts."""

    def variable(found: re.Match[str]) -> str:
        name, other, length = found.groups()
        if not name:
            return "%" if found[0] == "%%" else found[0]
        values = request.values(name) or (request.values(other) if other else [])
        return next(iter(values), "")[: int(length) if length else None]

    return _VARIABLE.sub(variable, value) if "%" in value else value


def meets_string(condition: StringMatch, value: str) -> bool:
    """Whether a value meets a condition.

    >>> meets_string(StringMatch("regex", "s[12]"), "s12")
    False
    """
    match condition.kind:
        case "exact":
            return value == condition.value
        case "prefix":
            return value.startswith(condition.value)
        case "present":
            return True
        case _:
            return _is_whole(condition.value, value)


@lru_cache(maxsize=4096)
def _is_whole(pattern: str, value: str) -> bool:
    """Whether a pattern matches a value; rules of many services ask the same of many requests."""
    return re2.fullmatch(pattern, value) is not None


def unmet(match: Match, request: Request) -> str | None:
    """Return why a request does not meet a match, or None when it does.

    Conditions on the caller and the port are not looked at: a proxy holds only rules for its own
    callers and ports (see `survivors`).
    """
    return (
        _unmet_line(match, request)
        or _unmet_headers(match, request)
        or _unmet_query(match, request)
    )


def _unmet_line(match: Match, request: Request) -> str | None:
    path = request.path.partition("?")[0]
    uri = match.uri
    if uri is not None and not _meets_path(uri, path, ignore_case=match.ignore_uri_case):
        return f"path {path} is not {describe(uri)}"
    if match.method is match.scheme is match.authority is None:
        return None
    for name, condition, value in (
        ("method", match.method, request.method),
        ("scheme", match.scheme, request.scheme),
        ("host", match.authority, request.host),
    ):
        if condition is not None and not meets_string(condition, value):
            return f"{name} {value} is not {describe(condition)}"
    return None


def _meets_path(condition: StringMatch, path: str, *, ignore_case: bool) -> bool:
    if ignore_case and condition.kind in ("exact", "prefix"):
        return meets_string(StringMatch(condition.kind, condition.value.lower()), path.lower())
    return meets_string(condition, path)


def _unmet_headers(match: Match, request: Request) -> str | None:
    for name, condition in match.headers:
        values = request.values(name)
        if not values:
            return f"header {name} is absent"
        if not any(meets_string(condition, value) for value in values):
            return f"header {name}: {', '.join(values)} is not {describe(condition)}"
    for name, condition in match.without_headers:
        values = request.values(name)
        if condition.kind == "present" and not values:
            continue
        if any(meets_string(condition, value) for value in values or [""]):
            return f"header {name} is {describe(condition)}, which the rule excludes"
    return None


def _unmet_query(match: Match, request: Request) -> str | None:
    if not match.query_params:
        return None
    given: dict[str, str] = {}
    for pair in request.path.partition("?")[2].split("&"):
        key, _, value = pair.partition("=")
        given.setdefault(key, value)  # the first of a name counts, and nothing is decoded
    for name, condition in match.query_params:
        if name not in given or not meets_string(condition, given[name]):
            return f"query parameter {name} is not {describe(condition)}"
    return None


def describe(condition: StringMatch) -> str:
    """Say a condition in words."""
    if condition.kind == "present":
        return "present"
    return condition.value if condition.kind == "exact" else f"{condition.kind} {condition.value}"
