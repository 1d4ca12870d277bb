"""A reader of the route tables that Istio translates: which route a request takes, and to where.

In: an Envoy RouteConfiguration as JSON, and a request. Out: what the request meets: `Forward` with
the shares of its clusters, `Direct` (an answer or a redirect by the proxy itself) or `Missing`
(404). It is one of the independent readers of a plan, so it knows nothing of Laneway's `core`;
actions it has no reading for raise `UnreadError`.
https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/http_routing
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from tests.agree.envoy_matching import Json, Request, UnreadError, known, meets

ROUTE = ("match", "name", "route", "redirect", "directResponse")
SPEAKS_OF_HEADERS = (
    "requestHeadersToAdd",
    "requestHeadersToRemove",
    "responseHeadersToAdd",
    "responseHeadersToRemove",
)
SAYS_NOTHING_OF_WHERE = ("decorator", "metadata", "typedPerFilterConfig", "statPrefix", "tracing")


class Edits(Struct, frozen=True):
    """What one layer of a route table changes in the request's headers: its JSON fields."""

    remove: tuple[str, ...]
    add: tuple[Json, ...]


class Share(Struct, frozen=True):
    """A cluster's part of the requests, with the header edits in the order Envoy applies them."""

    cluster: str
    part: Fraction
    edits: tuple[Edits, ...]

    def headers_after(self, request: Request) -> Request:
        """Return the request as it leaves the proxy: for each layer, removals, then additions."""
        for layer in self.edits:
            request = _edited(request, layer)
        return request


class Forward(Struct, frozen=True):
    """The request goes on. `action` is the route's own action, for policies such as timeouts."""

    route: str
    shares: tuple[Share, ...]
    action: Json

    @property
    def parts(self) -> dict[str, Fraction]:
        """Each cluster's part of the requests; together 1. Several shares may be of one cluster."""
        found: dict[str, Fraction] = {}
        for share in self.shares:
            found[share.cluster] = found.get(share.cluster, Fraction(0)) + share.part
        return found


class Direct(Struct, frozen=True):
    """The proxy answers by itself, with a status; a redirect's details are in `action`."""

    route: str
    status: int
    action: Json


class Missing(Struct, frozen=True):
    """No virtual host or no route: 404, response flag NR."""

    status: int = 404


Outcome = Forward | Direct | Missing


def decide(table: Json, request: Request) -> Outcome:
    """Return what a request meets in a route table."""
    host = virtual_host(table, request.authority)
    if host is None:
        return Missing()
    if host.get("requireTls", "NONE") == "ALL" and request.scheme != "https":
        return Direct("", 301, {"httpsRedirect": True})
    place = route_taken(host, request)
    return Missing() if place is None else _outcome(table, host, host["routes"][place])


def virtual_host(table: Json, authority: str) -> Json | None:
    """Return the virtual host of an authority.

    An exact domain beats `*.suffix`, which beats `prefix.*`, which beats `*`; among wildcards the
    longest wins. The star stands for at least one character, letter case counts nowhere.
    """
    wanted = authority.lower()
    if table.get("ignorePortInHostMatching", False):
        wanted = _without_port(wanted)
    ranked = [
        (rank, host)
        for host in table.get("virtualHosts", [])
        for domain in host["domains"]
        if (rank := _rank(domain.lower(), wanted)) is not None
    ]
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _without_port(authority: str) -> str:
    colon = authority.rfind(":")
    return authority if colon < authority.rfind("]") or colon < 0 else authority[:colon]


def _rank(domain: str, host: str) -> tuple[int, int] | None:
    if domain == host:
        return (3, len(domain))
    if domain == "*":
        return (0, 0)
    if len(host) >= len(domain):
        if domain.startswith("*") and host.endswith(domain[1:]):
            return (2, len(domain))
        if domain.endswith("*") and host.startswith(domain[:-1]):
            return (1, len(domain))
    return None


def route_taken(host: Json, request: Request) -> int | None:
    """Return the position of the first route of a virtual host that the request meets."""
    for position, route in enumerate(host.get("routes", [])):
        if meets(route["match"], request):
            return position
    return None


def _outcome(table: Json, host: Json, route: Json) -> Outcome:
    known(route, (*ROUTE, *SPEAKS_OF_HEADERS, *SAYS_NOTHING_OF_WHERE))
    name = route.get("name", "")
    if "directResponse" in route:
        return Direct(name, int(route["directResponse"]["status"]), route["directResponse"])
    if "redirect" in route:
        return Direct(name, _redirect_status(route["redirect"]), route["redirect"])
    action = route["route"]
    outer = [_edits(route), _edits(host), _edits(table)]
    return Forward(name, tuple(_shares(action, outer)), action)


def _redirect_status(action: Json) -> int:
    codes = {
        "MOVED_PERMANENTLY": 301,
        "FOUND": 302,
        "SEE_OTHER": 303,
        "TEMPORARY_REDIRECT": 307,
        "PERMANENT_REDIRECT": 308,
    }
    return codes[action.get("responseCode", "MOVED_PERMANENTLY")]


def _shares(action: Json, outer: list[Edits]) -> Iterator[Share]:
    if "cluster" in action:
        yield Share(action["cluster"], Fraction(1), tuple(outer))
        return
    if "weightedClusters" not in action:
        raise UnreadError(f"no cluster in {action}")
    known(action["weightedClusters"], ("clusters", "totalWeight"))
    clusters = action["weightedClusters"]["clusters"]
    total = sum(one.get("weight", 0) for one in clusters)
    for one in clusters:
        known(one, ("name", "weight", *SPEAKS_OF_HEADERS, "hostRewriteLiteral"))
        part = Fraction(one.get("weight", 0), total)
        if part:
            yield Share(one["name"], part, (_edits(one), *outer))


def _edits(layer: Json) -> Edits:
    return Edits(
        tuple(layer.get("requestHeadersToRemove", [])),
        tuple(layer.get("requestHeadersToAdd", [])),
    )


def _edited(request: Request, layer: Edits) -> Request:
    """Apply one layer: removals, then all overwriting, then all appending.

    Values are filled in from the headers as they are after the removals.
    """
    after = _without(request, layer.remove)
    added = [(_append(option), *_header(option, after)) for option in layer.add]
    filled = [(append, name, value) for append, name, value in added if value]
    overwriting = {name: value for append, name, value in filled if not append}
    appending = tuple((name, value) for append, name, value in filled if append)
    kept = _without(after, overwriting)
    return replace(kept, headers=(*kept.headers, *overwriting.items(), *appending))


def _without(request: Request, names: Iterable[str]) -> Request:
    gone = {name.lower() for name in names}
    kept = tuple(pair for pair in request.headers if pair[0].lower() not in gone)
    return replace(request, headers=kept)


def _append(option: Json) -> bool:
    known(option, ("header", "appendAction"))
    action = option.get("appendAction", "APPEND_IF_EXISTS_OR_ADD")
    if action not in ("APPEND_IF_EXISTS_OR_ADD", "OVERWRITE_IF_EXISTS_OR_ADD"):
        raise UnreadError(f"no reading for {action}")
    return bool(action == "APPEND_IF_EXISTS_OR_ADD")


def _header(option: Json, request: Request) -> tuple[str, str]:
    found = option["header"]
    return found["key"].lower(), _formatted(found.get("value", ""), request)


def _formatted(text: str, request: Request) -> str:
    """Return a header value with Envoy's `%%` and `%REQ(name?other)%` filled in."""
    parts: list[str] = []
    while text:
        plain, percent, rest = text.partition("%")
        parts.append(plain)
        if not percent:
            break
        command, closing, text = rest.partition("%")
        if not closing:
            raise UnreadError(f"a lone % in {rest}")
        parts.append(_command(command, request) if command else "%")
    return "".join(parts)


def _command(command: str, request: Request) -> str:
    if not (command.startswith("REQ(") and command.endswith(")")):
        raise UnreadError(f"no reading for %{command}%")
    for name in command[4:-1].split("?"):
        if values := request.values(name):
            return values[0]
    return ""
