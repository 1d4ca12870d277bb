"""Claims on what users' routes into a permissive group say of its lanes (LW1326, LW1404)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.claims_permissive import HEADERS, loose
from tests.rules.world import AT_DOOR, Given, lane, mesh, pods, routes, service

HOST = "a.default.svc.cluster.local"
SET = "headers: {request: {set: {x-asm-prefer-tag: s2}}}"
COPIED = "headers: {request: {set: {x-asm-prefer-tag: '%REQ(x-asm-prefer-tag)%'}}}"
BAGGAGE = "traceHeader: baggage, routeHeader: x-asm-prefer-tag"
OTHERS = "traceHeader: x-other, routeHeader: x-other"


def entry(more: str = "", headers: str = HEADERS, rest: str = AT_DOOR) -> Given:
    """Return a permissive mesh with a route of the user's to lane s2, and more in it."""
    destination = f"{{destination: {{host: {HOST}, subset: s2}}{more}}}"
    return mesh(routes("own", f"[{{route: [{destination}]}}]", rest), group=loose(headers=headers))


def delegated(more: str = "") -> Given:
    """Return a permissive mesh with a root at the gateway, more in its route, and its delegate."""
    route = f"[{{route: [{{destination: {{host: {HOST}, subset: s2}}}}]}}]"
    root = routes("own", f"[{{delegate: {{name: team}}{more}}}]", AT_DOOR)
    return mesh(root, routes("team", route), group=loose())


def fallback(target: str, group: str = "", without: str = "a2") -> Given:
    """Return a permissive mesh whose lane s2 has no pods of a, and a route with a fallback."""
    block = f"{SET}, fallback: {{target: {target}}}"
    route = f"[{{route: [{{destination: {{host: {HOST}, subset: s2}}, {block}}}]}}]"
    three = (lane("s3", "{version: v3}"), pods("a", "v3"), service("c"))
    own = routes("own", route, AT_DOOR)
    return mesh(own, *three, without=without, group=group or loose())


def said(instead: str) -> list[str]:
    """Return the message of a fallback block."""
    route = "route http[0] of VirtualService default/own"
    return [f"`fallback` of {route} is not an Istio field and is ignored: {instead}"]


def open_to(route: str, name: str = "own") -> list[str]:
    """Return the message of a route that leaves the lane to clients."""
    subject = f"route {route} of VirtualService default/{name}"
    return [f"{subject} to default/a lets clients choose a lane of group test"]


SECOND = loose(", fallbackTarget: s1, serviceLevelFallbackTarget: {default/a: s2}")
UNGOVERNED = ("VirtualService default/own", ("spec", "http", 0, "route", 0, "destination"))
FALLBACK = ("VirtualService default/own", ("spec", "http", 0, "route", 0, "fallback"))

CLAIMS = [
    Claim(
        "a route into a permissive group that writes no lane is warned about",
        "LW1326",
        entry(),
        open_to("http[0]"),
        *UNGOVERNED,
        entry(f", {SET}"),
    ),
    Claim(
        "a lane that is copied from the request is still the client's",
        "LW1326",
        entry(f", {COPIED}"),
        open_to("http[0]"),
        *UNGOVERNED,
        entry(rest="hosts: [shop.example]"),
    ),
    Claim(
        "where baggage decides first, it has to be written as well",
        "LW1326",
        entry(f", {SET}", BAGGAGE),
        open_to("http[0]"),
        *UNGOVERNED,
        entry(", headers: {request: {set: {X-Asm-Prefer-Tag: s2}, remove: [baggage]}}", BAGGAGE),
    ),
    Claim(
        "another header says nothing of the lane",
        "LW1326",
        entry(f", {SET}", OTHERS),
        open_to("http[0]"),
        *UNGOVERNED,
        mesh(routes("own", f"[{{route: [{{destination: {{host: {HOST}}}}}]}}]", AT_DOOR)),
    ),
    Claim(
        "what a root at a gateway hands over to is an entry too",
        "LW1326",
        delegated(),
        open_to("http[0]", "team"),
        "VirtualService default/team",
        ("spec", "http", 0, "route", 0, "destination"),
        delegated(f", {SET}"),
    ),
    Claim(
        "a fallback to the lane that stands in anyway is said to be done",
        "LW1404",
        fallback("{host: a, subset: s1}"),
        said("while lane s2 has no ready pod of default/a, lane s1 answers, as the block asks"),
        *FALLBACK,
        entry(),
    ),
    Claim(
        "a fallback to another lane is said not to be done",
        "LW1404",
        fallback("{subset: s3}", without=""),
        said("while lane s2 has no ready pod of default/a, lane s1 answers and not s3"),
        *FALLBACK,
        entry(),
    ),
    Claim(
        "the lane that stands in for all others has the baseline behind it",
        "LW1404",
        fallback("{subset: s3}", SECOND, without=""),
        said("while lane s2 has no ready pod of default/a, lane s1 answers and not s3"),
        *FALLBACK,
        entry(),
    ),
    Claim(
        "a fallback to another service is said not to be done",
        "LW1404",
        fallback("{host: c}"),
        said("while lane s2 has no ready pod of default/a, lane s1 answers and not default/c"),
        *FALLBACK,
        entry(),
    ),
    Claim(
        "a fallback is of no use in a group that does not fall back",
        "LW1404",
        fallback(
            "{host: a, subset: s1}",
            loose().replace(
                "metadata: {name: test}",
                "metadata: {name: test, annotations: {laneway.dev/runtime-fallback: 'off'}}",
            ),
        ),
        said("requests get 503 while the subset has no ready pod"),
        *FALLBACK,
        entry(),
    ),
]
