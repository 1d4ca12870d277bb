"""Requests, callers, routes and places of a proof, in words."""

from __future__ import annotations

from laneway.core.findings.locate import locate
from laneway.core.findings.place import Place
from laneway.core.proof.verdict import CounterExample, Scope, Spot
from laneway.core.rules.questions.words import listing, short_host


def reason_words(scope: Scope) -> str:
    """Say why the objects in the input are judged and not what Laneway makes; empty where asked."""
    if scope.since is None:
        return ""
    ref, host = scope.since
    words = f"{ref} routes {short_host(host)} in the mesh"
    rest = listing(map(short_host, scope.unrouted))
    return f"{words}, and nothing there routes {rest}" if rest else words


def request_words(against: CounterExample) -> str:
    """Say a request in one line, as it would be asked for."""
    spot, request = against.spot, against.request
    if spot.protocol == "tcp":
        return "any TCP connection"
    host = "" if spot.gateway is None and request.host == spot.host else request.host
    target = f"http://{host}{request.path}" if host else request.path
    scheme = f" ({request.scheme})" if request.scheme != "http" else ""
    headers = "".join(f", {name}: {_quoted(value)}" for name, value in request.headers)
    return f"{request.method} {target}{scheme}{headers}"


def _quoted(value: str) -> str:
    """Quote a value that would not be told from what stands around it."""
    return f'"{value}"' if not value or "," in value else value


def who_words(spot: Spot) -> str:
    """Say who sends a request."""
    if spot.gateway is not None:
        names = ", ".join(spot.gateway.gateways)
        return f"a client of gateway {names}, port {spot.gateway.port}"
    if spot.who is None:
        return ""
    if spot.who.names:
        more = len(spot.who.names) - 1
        return spot.who.names[0] + (f" (and {more} more like it)" if more else "")
    labels = ", ".join(f"{key}={value}" for key, value in spot.who.caller.labels)
    worn = f"with {labels}" if labels else "in no lane"
    return f"any pod {worn} in namespace {spot.who.caller.namespace}"


def place_words(place: Place | None) -> str:
    """Return file, line and column of a place; empty without a file.

    An object of a cluster has no line, only its own name.
    """
    if place is None or not place.source.path:
        return ""
    if not place.source.text:
        return place.source.path
    position = locate(place)
    return f"{place.source.path}:{position.line}:{position.column}"
