"""Users' VirtualServices that delegate: to one of their own, and to lane routes.

Comes in: the services, gateways, lanes and groups of a mesh being drawn. Goes out: roots and
delegates that Istio's admission accepts, with matches that lie within each other or do not. A group
whose service is handed over says so in its annotation; whether a root is there is left to chance.
"""

from __future__ import annotations

from hypothesis import strategies as st

from tests.laws import objects
from tests.laws.objects import Object
from tests.laws.users import Spots, http_route

WIDE: tuple[Object, ...] = (
    {"uri": {"prefix": "/"}},
    {"uri": {"prefix": "/a"}},
    {"uri": {"exact": "/mock"}},
    {"headers": {"x-user": {"prefix": "a"}}},
    {"headers": {"x-asm-prefer-tag": {"exact": "shop-v1"}}},
    {"method": {"exact": "GET"}, "name": "get"},
    {"withoutHeaders": {"x-debug": {}}},
)
NARROW: tuple[Object, ...] = (
    {"sourceLabels": {"version": "v1"}},
    {"sourceNamespace": "default"},
    {"port": 80},
    {"ignoreUriCase": True, "uri": {"prefix": "/"}},
    {"queryParams": {"beta": {"exact": "1"}}},
)


@st.composite
def own_delegation(
    draw: st.DrawFn, spots: Spots, gateways: list[Object], lanes: list[str]
) -> list[Object]:
    """Draw a root at a gateway or in the mesh, and the delegate it hands a route over to."""
    if draw(st.integers(0, 3)):
        return []
    space = draw(st.sampled_from(("default", "shop", "istio-system")))
    routes = draw(st.lists(http_route(spots, lanes, mesh=True), min_size=1, max_size=3))
    for number, route in enumerate(routes):
        if draw(st.integers(0, 2)) == 0:
            route.pop("match", None)
        if draw(st.booleans()):
            route["name"] = f"own{number}"
    delegate = objects.virtual_service("team", space, [], http=routes)
    del delegate["spec"]["hosts"]
    if export := draw(st.sampled_from((None, None, ["*"], ["."], ["istio-system"]))):
        delegate["spec"]["exportTo"] = export
    http = draw(st.lists(_root_route("team", space), min_size=1, max_size=2))
    if draw(st.booleans()):
        http.append(draw(http_route(spots, lanes, mesh=False)))
    return [delegate, draw(_root("root", spots, gateways, http))]


@st.composite
def handed_over(
    draw: st.DrawFn, spots: Spots, gateways: list[Object], groups: list[Object]
) -> list[Object]:
    """Draw a group that hands one of its services over, and as a rule the root that takes it."""
    if not groups or draw(st.integers(0, 3)):
        return []
    group = draw(st.sampled_from(groups))
    reference = draw(st.sampled_from(group["spec"]["services"]))
    name, space = reference["name"], reference["namespace"]
    ours = f"trafficlabel-vs-{group['metadata']['name']}-{space}-{name}"
    notes = group["metadata"].setdefault("annotations", {})
    notes["laneway.dev/delegate"] = f"{space}/{name}"
    where = draw(st.sampled_from((space, space, "istio-system")))
    http = draw(st.lists(_root_route(ours, where), min_size=1, max_size=2))
    host = objects.host_of(name, space)
    found = [objects.virtual_service("taking", draw(st.sampled_from((space, "clients"))), [host])]
    found[0]["spec"]["http"] = http
    if draw(st.integers(0, 2)) == 0:
        at_gate = draw(st.lists(_root_route(ours, where), min_size=1, max_size=1))
        found.append(draw(_root("entering", spots, gateways, at_gate)))
    return found if draw(st.integers(0, 5)) else found[1:]


@st.composite
def _root(
    draw: st.DrawFn, name: str, spots: Spots, gateways: list[Object], http: list[Object]
) -> Object:
    if draw(st.booleans()):
        gate = draw(st.sampled_from(gateways))["metadata"]["name"]
        hosts = draw(st.sampled_from((["*"], ["shop.example.com"])))
        spec: Object = {"gateways": [f"istio-system/{gate}"], "http": http}
        return objects.virtual_service(name, "istio-system", hosts, **spec)
    service, space, _ = draw(st.sampled_from(spots))
    return objects.virtual_service(name, space, [objects.host_of(service, space)], http=http)


@st.composite
def _root_route(draw: st.DrawFn, name: str, space: str) -> Object:
    route: Object = {"delegate": {"name": name, "namespace": space}}
    if draw(st.booleans()):
        route["match"] = draw(st.lists(st.sampled_from(WIDE * 2 + NARROW), min_size=1, max_size=2))
    if draw(st.booleans()):
        value = draw(st.sampled_from(("shop-v2", "%REQ(x-user)%")))
        route["headers"] = {"request": {"set": {"x-asm-prefer-tag": value}}}
    if draw(st.booleans()):
        route["timeout"] = "7s"
    if draw(st.booleans()):
        route["name"] = "root"
    return route
