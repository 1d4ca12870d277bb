"""Users' own Istio objects beside the lanes: entries, mesh routes and DestinationRules.

Comes in: the services, gateways and lane names of a mesh being drawn. Goes out: VirtualServices
and DestinationRules that Istio's admission accepts, in the namespaces Istio looks into: the
service's, a client's and the root namespace.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.laws import objects
from tests.laws.objects import Object

Spots = list[tuple[str, str, tuple[tuple[int, str], ...]]]

PATHS: tuple[Object, ...] = ({"exact": "/mock"}, {"prefix": "/api"}, {"regex": "/item/[0-9]+"})
HEADERS = ("x-user", "x-asm-prefer-tag", "cookie")
EDITS: tuple[Object, ...] = (
    {"set": {"x-seen": "own"}},
    {"set": {"x-asm-prefer-tag": "s1"}},
    {"set": {"x-asm-prefer-tag": "%REQ(x-user?cookie)%"}},
    {"add": {"x-asm-prefer-tag": "s2"}},
    {"remove": ["x-asm-prefer-tag"]},
    {"remove": ["x-asm-prefer-tag"], "set": {"x-asm-prefer-tag": "s2"}},
)
"""Edits of a route and of its destinations, which meet in one header."""
NAMESPACES = ("default", "shop", "clients", "istio-system")


@st.composite
def own_entries(
    draw: st.DrawFn, spots: Spots, gateways: list[Object], lanes: list[str]
) -> list[Object]:
    """Draw up to two VirtualServices on gateways, some of them with weights on lanes."""
    found = []
    for number in range(draw(st.sampled_from((0, 0, 1, 1, 2)))):
        gate = draw(st.sampled_from(gateways))["metadata"]
        hosts = draw(st.sampled_from((["*"], ["shop.example.com"], ["*.example.com"])))
        space = draw(st.sampled_from(("istio-system", "istio-system", "default")))
        spelled = (f"istio-system/{gate['name']}", gate["name"])
        routes = draw(st.lists(http_route(spots, lanes, mesh=False), min_size=1, max_size=3))
        found.append(
            objects.virtual_service(
                f"own-entry-{number}",
                space,
                hosts,
                gateways=[draw(st.sampled_from(spelled[: 1 if space == "default" else 2]))],
                http=routes,
            )
        )
    return found


@st.composite
def own_mesh_routes(draw: st.DrawFn, spots: Spots, lanes: list[str]) -> list[Object]:
    """Draw up to two VirtualServices for calls in the mesh, over any of the services."""
    found = []
    for number in range(draw(st.sampled_from((0, 0, 0, 1, 2)))):
        name, space, _ = draw(st.sampled_from(spots))
        place = draw(st.sampled_from((space, space, "istio-system", "clients")))
        short = place == space and draw(st.booleans())
        spec: Object = {
            "http": draw(st.lists(http_route(spots, lanes, mesh=True), min_size=1, max_size=3))
        }
        export = draw(st.sampled_from((None, None, ["*"], ["."])))
        if export:
            spec["exportTo"] = export
        host = name if short else objects.host_of(name, space)
        if draw(st.integers(0, 3)) == 0:
            host = f"*.{space}.svc.cluster.local"
        found.append(objects.virtual_service(f"own-mesh-{number}", place, [host], **spec))
    return found


@st.composite
def own_destination_rules(draw: st.DrawFn, spots: Spots, lanes: list[str]) -> list[Object]:
    """Draw up to three DestinationRules: exact or wildcard hosts, for everybody or some callers."""
    found = []
    for number in range(draw(st.sampled_from((0, 0, 1, 1, 2, 3)))):
        name, space, _ = draw(st.sampled_from(spots))
        place = draw(st.sampled_from((space, space, "clients", "istio-system")))
        wide = [f"*.{space}.svc.cluster.local", "*.local"]
        host = draw(st.sampled_from([objects.host_of(name, space)] * 3 + wide))
        spec: dict[str, Any] = {}
        narrow = draw(st.sampled_from((None, None, *_selectors(spots))))
        names = ["own", "missing", *lanes] if narrow is not None else ["own", *lanes]
        subsets = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
        if subsets and (narrow is not None or not host.startswith("*")):
            tag = st.sampled_from(("v1", "v2", "v3"))
            spec["subsets"] = [{"name": one, "labels": {"version": draw(tag)}} for one in subsets]
        if draw(st.booleans()):
            spec["trafficPolicy"] = {"connectionPool": {"tcp": {"maxConnections": 100}}}
        everywhere = (["*"], ["."], [place]) if narrow is None else (["."], [place])
        export = draw(st.sampled_from((None, None, *everywhere)))
        if export:
            spec["exportTo"] = export
        if narrow is not None:
            spec["workloadSelector"] = {"matchLabels": narrow} if narrow else {}
        found.append(objects.destination_rule(f"own-rule-{number}", place, host, **spec))
    return found


def _selectors(spots: Spots) -> tuple[dict[str, str], ...]:
    """Return what a rule may ask of its callers; an empty selector is for all of its namespace."""
    apps = tuple({"app": name} for name, _, _ in spots[:2])
    return ({"version": "v1"}, {"version": "v2"}, {"istio": "ingressgateway"}, {}, *apps)


@st.composite
def http_route(draw: st.DrawFn, spots: Spots, lanes: list[str], *, mesh: bool) -> Object:
    """Draw one route to a service, in the mesh or at a gateway."""
    route: Object = {"route": draw(_destinations(spots, lanes))}
    matches = draw(st.lists(_http_match(mesh=mesh), max_size=2))
    if matches:
        route["match"] = matches
    if draw(st.booleans()):
        route["timeout"] = "5s"
    for part in (route, *route["route"]):
        if draw(st.integers(0, 4)) == 0:
            part["headers"] = {"request": draw(st.sampled_from(EDITS))}
    return route


@st.composite
def _http_match(draw: st.DrawFn, *, mesh: bool) -> Object:
    match: Object = {"uri": draw(st.sampled_from(PATHS))}
    if draw(st.booleans()):
        name = draw(st.sampled_from(HEADERS))
        value = draw(st.sampled_from(({"exact": "alice"}, {"prefix": "a"}, {"regex": ".*beta.*"})))
        match["headers"] = {name: value}
    if draw(st.integers(0, 4)) == 0:
        match["withoutHeaders"] = {"x-debug": {}}
    if draw(st.integers(0, 4)) == 0:
        match["method"] = {"exact": "POST"}
    if draw(st.integers(0, 4)) == 0:
        match["queryParams"] = {"beta": {"exact": "1"}}
    if mesh and draw(st.booleans()):
        match["sourceLabels"] = {"version": draw(st.sampled_from(("v1", "v2")))}
    if mesh and draw(st.integers(0, 4)) == 0:
        match["sourceNamespace"] = draw(st.sampled_from(NAMESPACES[:3]))
    if draw(st.integers(0, 3)) == 0:
        del match["uri"]
        match.setdefault("headers", {"x-user": {"exact": "alice"}})
    return match


@st.composite
def _destinations(draw: st.DrawFn, spots: Spots, lanes: list[str]) -> list[Object]:
    name, space, ports = draw(st.sampled_from(spots))
    host = objects.host_of(name, space)
    port = {"port": {"number": ports[0][0]}} if len(ports) > 1 else {}
    names = draw(st.lists(st.sampled_from(["", "missing", *lanes]), max_size=3, unique=True))
    targets = [{"host": host, **({"subset": one} if one else {}), **port} for one in names or [""]]
    if len(targets) == 1:
        return [{"destination": targets[0]}]
    weights = draw(
        st.lists(st.integers(0, 100), min_size=len(targets), max_size=len(targets)).filter(any)
    )
    return [
        {"destination": target, "weight": weight}
        for target, weight in zip(targets, weights, strict=True)
    ]
