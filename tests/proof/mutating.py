"""Emitted objects, spoiled the way people spoil them.

Comes in: Istio objects as plain ones, and chance. Goes out: the same with one thing changed: a
route dropped, widened, moved or led elsewhere, a subset renamed, an object hidden or doubled. A
change that finds nothing to change leaves everything as it is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random

from laneway.core.mesh.propagation import CORRELATION, LISTS
from tests.laws.compiling import of_kind
from tests.laws.objects import Object, destination_rule

Change = Callable[[list[Object], Random], None]


def mutated(emitted: list[Object], chance: Random, times: int) -> tuple[list[Object], list[str]]:
    """Return changed copies of objects, and the names of the changes made."""
    found = copy.deepcopy(emitted)
    made = []
    for _ in range(times):
        change = chance.choice(CHANGES)
        change(found, chance)
        made.append(change.__name__)
    return found, made


def _lists(objects: list[Object]) -> list[list[Object]]:
    """Return every list of routes, of HTTP and of TCP, that has any."""
    specs = [one["spec"] for one in of_kind(objects, "VirtualService")]
    return [spec[key] for spec in specs for key in ("http", "tcp") if spec.get(key)]


def _routes(objects: list[Object]) -> Iterator[tuple[list[Object], int]]:
    """Yield every route as its list and its place there."""
    for routes in _lists(objects):
        yield from ((routes, place) for place in range(len(routes)))


def _a_route(objects: list[Object], chance: Random) -> Object | None:
    found = [routes[place] for routes, place in _routes(objects)]
    return chance.choice(found) if found else None


def _a_match(objects: list[Object], chance: Random) -> Object | None:
    found = [
        match for routes, place in _routes(objects) for match in routes[place].get("match", ())
    ]
    return chance.choice(found) if found else None


def _in_the_mesh(objects: list[Object]) -> list[Object]:
    """Return the VirtualServices that speak for hosts of the mesh."""
    found = of_kind(objects, "VirtualService")
    return [one for one in found if "gateways" not in one["spec"] and one["spec"].get("hosts")]


def drop_a_route(objects: list[Object], chance: Random) -> None:
    found = [(routes, place) for routes, place in _routes(objects) if len(routes) > 1]
    if found:
        routes, place = chance.choice(found)
        del routes[place]


def drop_the_last_route(objects: list[Object], chance: Random) -> None:
    found = [routes for routes in _lists(objects) if len(routes) > 1]
    if found:
        chance.choice(found).pop()


def move_a_route(objects: list[Object], chance: Random) -> None:
    found = _lists(objects)
    if found:
        routes = chance.choice(found)
        moved = routes.pop(chance.randrange(len(routes)))
        routes.insert(chance.randint(0, len(routes)), moved)


def move_the_catch_all(objects: list[Object], chance: Random) -> None:
    found = _lists(objects)
    if found:
        routes = chance.choice(found)
        routes.insert(0, routes.pop())


def widen_a_path(objects: list[Object], chance: Random) -> None:
    match = _a_match(objects, chance)
    if match and "uri" in match:
        kind, value = next(iter(match["uri"].items()))
        if kind == "regex":
            match["uri"] = {"prefix": "/item"}
        else:
            match["uri"] = {"prefix": chance.choice((value[:-1] or "/", "/", value))}


def loosen_a_match(objects: list[Object], chance: Random) -> None:
    match = _a_match(objects, chance)
    fields = [key for key in match if key not in ("port", "name")] if match else []
    if match and fields:
        key = chance.choice(fields)
        if isinstance(match[key], dict) and key != "uri" and len(match[key]) > 1:
            match[key].pop(chance.choice(sorted(match[key])))
        else:
            del match[key]


def blur_a_header(objects: list[Object], chance: Random) -> None:
    match = _a_match(objects, chance)
    headers = match.get("headers") if match else None
    if headers:
        name = chance.choice(sorted(headers))
        value = next(iter(headers[name].values()), "a")
        if name in LISTS:
            headers[name] = {"regex": chance.choice((".*s.*", ".*x-asm-prefer-tag=.*v1.*"))}
        else:
            wide = value[: len(value) - 1] or "a"
            headers[name] = chance.choice(({"prefix": wide}, {"regex": "[a-z]+-v[0-9]"}, {}))


def narrow_a_match(objects: list[Object], chance: Random) -> None:
    match = _a_match(objects, chance)
    if match is not None:
        more: Object = chance.choice(
            (
                {"method": {"exact": "GET"}},
                {"withoutHeaders": {"x-debug": {}}},
                {"queryParams": {"beta": {"exact": "1"}}},
                {"uri": {"regex": "/(mock|api).*"}},
                {"headers": {"x-user": {"prefix": "a"}}},
                {"uri": {"prefix": "/MOCK"}, "ignoreUriCase": True},
                {"authority": {"prefix": "cart"}},
                {"authority": {"regex": ".*example.com"}},
                {"scheme": {"exact": "http"}},
                {"withoutHeaders": {"cookie": {"regex": ".*beta.*"}}},
            )
        )
        for key, value in more.items():
            match.setdefault(key, value)


def swap_subsets(objects: list[Object], chance: Random) -> None:
    route, other = _a_route(objects, chance), _a_route(objects, chance)
    if route and other and route.get("route") and other.get("route"):
        one = chance.choice(route["route"])["destination"]
        two = chance.choice(other["route"])["destination"]
        if one["host"] == two["host"] and "subset" in one and "subset" in two:
            one["subset"], two["subset"] = two["subset"], one["subset"]


def lead_anywhere(objects: list[Object], chance: Random) -> None:
    route = _a_route(objects, chance)
    if route and route.get("route"):
        chance.choice(route["route"])["destination"].pop("subset", None)


def add_a_share(objects: list[Object], chance: Random) -> None:
    route, other = _a_route(objects, chance), _a_route(objects, chance)
    if route and other and route.get("route") and other.get("route"):
        more = copy.deepcopy(chance.choice(other["route"]))
        if more["destination"]["host"] == route["route"][0]["destination"]["host"]:
            more["weight"] = chance.choice((0, 1, 50))
            for share in route["route"]:
                share.setdefault("weight", 50)
            route["route"].append(more)


def change_a_weight(objects: list[Object], chance: Random) -> None:
    route = _a_route(objects, chance)
    if route and len(route.get("route", ())) > 1:
        chance.choice(route["route"])["weight"] = chance.choice((0, 1, 99))


def mirror_a_route(objects: list[Object], chance: Random) -> None:
    route, other = _a_route(objects, chance), _a_route(objects, chance)
    if route and other and other.get("route"):
        route["mirror"] = copy.deepcopy(other["route"][0]["destination"])


def forget_the_headers(objects: list[Object], chance: Random) -> None:
    route = _a_route(objects, chance)
    if route:
        route.pop("headers", None)
        for share in route.get("route", ()):
            share.pop("headers", None)


def answer_itself(objects: list[Object], chance: Random) -> None:
    route = _a_route(objects, chance)
    if route and route.pop("route", None):
        route["directResponse"] = {"status": 418}


def swap_labels(objects: list[Object], chance: Random) -> None:
    rules = of_kind(objects, "DestinationRule")
    if rules:
        subsets = chance.choice(rules)["spec"].get("subsets", [])
        if len(subsets) > 1:
            one, two = chance.sample(subsets, 2)
            one["labels"], two["labels"] = two.get("labels", {}), one.get("labels", {})


def drop_a_subset(objects: list[Object], chance: Random) -> None:
    rules = of_kind(objects, "DestinationRule")
    subsets = chance.choice(rules)["spec"].get("subsets", []) if rules else []
    if subsets:
        del subsets[chance.randrange(len(subsets))]


def narrow_a_subset(objects: list[Object], chance: Random) -> None:
    rules = of_kind(objects, "DestinationRule")
    subsets = chance.choice(rules)["spec"].get("subsets", []) if rules else []
    if subsets:
        chance.choice(subsets).setdefault("labels", {})["app"] = chance.choice(("cart", "nowhere"))


def drop_an_object(objects: list[Object], chance: Random) -> None:
    if len(objects) > 1:
        del objects[chance.randrange(len(objects))]


def hide_an_object(objects: list[Object], chance: Random) -> None:
    if objects:
        chance.choice(objects)["spec"]["exportTo"] = ["."]


def move_an_object(objects: list[Object], chance: Random) -> None:
    if objects:
        space = chance.choice(("clients", "shop", "istio-system"))
        chance.choice(objects)["metadata"]["namespace"] = space


def shadow_a_rule(objects: list[Object], chance: Random) -> None:
    rules = of_kind(objects, "DestinationRule")
    if rules:
        host = chance.choice(rules)["spec"]["host"]
        objects.append(destination_rule(f"shadow-{len(objects)}", "clients", host))


def add_a_second_route(objects: list[Object], chance: Random) -> None:
    found = of_kind(objects, "VirtualService")
    if found:
        second = copy.deepcopy(chance.choice(found))
        second["metadata"]["name"] = f"second-{len(objects)}"
        second["metadata"].pop("labels", None)
        for route in second["spec"].get("http", ()):
            for share in route.get("route", ()):
                if chance.random() < 0.5:
                    share["destination"].pop("subset", None)
        objects.insert(0, second)


def edit_the_lane(objects: list[Object], chance: Random) -> None:
    """Write, fill in, add or take away what carries a lane, at a route or at a destination."""
    route = _a_route(objects, chance)
    if route is None or not route.get("route"):
        return
    header = chance.choice(("x-asm-prefer-tag", "x-asm-prefer-tag", *LISTS))
    member = {"baggage": "x-asm-prefer-tag=", CORRELATION: "eC1hc20tcHJlZmVyLXRhZw==:"}.get(
        header, ""
    )
    s1, s2 = ("czE=", "czI=") if header == CORRELATION else ("s1", "s2")
    edits: Object = chance.choice(
        (
            {"remove": [header]},
            {"set": {header: f"{member}{s1}"}},
            {"add": {header: f"{member}{s2}"}},
            {"set": {header: f"{member}%REQ(x-fill)%"}},
            {"set": {header: f"%REQ(x-fill?{header})%"}},
            {"set": {"baggage": "user=%REQ(x-fill)%,%REQ(baggage)%"}},
            {"set": {header: f"%REQ({header})%"}},
        )
    )
    part = chance.choice((route, *route["route"]))
    part.setdefault("headers", {}).setdefault("request", {}).update(edits)


def mirror_some(objects: list[Object], chance: Random) -> None:
    route, other = _a_route(objects, chance), _a_route(objects, chance)
    if route and other and other.get("route") and "mirror" not in route:
        to = copy.deepcopy(other["route"][0]["destination"])
        if chance.random() < 0.5:
            to.pop("port", None)
        share: Object = chance.choice(({}, {"value": 0}, {"value": 10}))
        route["mirrors"] = [{"destination": to, "percentage": share}]


def name_the_mesh(objects: list[Object], chance: Random) -> None:
    """Name gateways in a match, so that Istio looks at the caller no more."""
    match = _a_match(objects, chance)
    if match is not None:
        match["gateways"] = chance.choice((["mesh"], ["istio-system/ingressgateway"]))


def narrow_the_caller(objects: list[Object], chance: Random) -> None:
    match = _a_match(objects, chance)
    if match is not None:
        match["sourceNamespace"] = chance.choice(("default", "shop", "elsewhere"))


def turn_a_condition_round(objects: list[Object], chance: Random) -> None:
    match = _a_match(objects, chance)
    if match and match.get("headers"):
        name = chance.choice(sorted(match["headers"]))
        match.setdefault("withoutHeaders", {})[name] = match["headers"].pop(name)


def date_some(objects: list[Object], chance: Random) -> None:
    for one in objects:
        if chance.random() < 0.7:
            day = chance.randint(1, 3)
            one["metadata"]["creationTimestamp"] = f"2026-01-0{day}T00:00:00Z"


def widen_a_host(objects: list[Object], chance: Random) -> None:
    found = _in_the_mesh(objects)
    if found:
        spec = chance.choice(found)["spec"]
        host = spec["hosts"][0]
        spec["hosts"] = [chance.choice((f"*.{host.partition('.')[2]}", "*.local"))]


def shorten_a_host(objects: list[Object], chance: Random) -> None:
    """Name a service by less than its full name: that is another service, or another host."""
    found = _in_the_mesh(objects)
    if found:
        spec = chance.choice(found)["spec"]
        spec["hosts"] = [".".join(spec["hosts"][0].split(".")[: chance.choice((1, 1, 2))])]


def hand_over(objects: list[Object], chance: Random) -> None:
    """Move the routes of a VirtualService into a delegate, all of them or those of a path."""
    found = [one for one in _in_the_mesh(objects) if "tcp" not in one["spec"]]
    if found:
        root = chance.choice(found)
        name, space = f"handed-{len(objects)}", chance.choice(("shop", "default"))
        meta = {"name": name, "namespace": space}
        objects.append({**copy.deepcopy(root), "metadata": meta})
        objects[-1]["spec"] = {"http": root["spec"].get("http", [])}
        route: Object = {"delegate": dict(meta)}
        if chance.random() < 0.3:
            route["match"] = [{"uri": {"prefix": "/"}}]
        root["spec"]["http"] = [route]


def double_a_rule(objects: list[Object], chance: Random) -> None:
    """Add a DestinationRule for a host that has one, with other labels or for some pods alone."""
    rules = of_kind(objects, "DestinationRule")
    if rules:
        second = copy.deepcopy(chance.choice(rules))
        second["metadata"]["name"] = f"second-{len(objects)}"
        second["metadata"].pop("labels", None)
        for subset in second["spec"].get("subsets", ()):
            if chance.random() < 0.5:
                subset["labels"] = {"version": chance.choice(("v1", "v2"))}
        if chance.random() < 0.2:
            second["spec"]["workloadSelector"] = {"matchLabels": {"version": "v1"}}
        objects.insert(chance.randrange(len(objects) + 1), second)


def keep_to_oneself(objects: list[Object], chance: Random) -> None:
    """Add a VirtualService that only one namespace sees."""
    found = _in_the_mesh(objects)
    if found:
        own = copy.deepcopy(chance.choice(found))
        own["metadata"] = {"name": f"own-{len(objects)}", "namespace": "clients"}
        own["spec"]["exportTo"] = ["."]
        for route in own["spec"].get("http", ()):
            if chance.random() < 0.5 and route.get("route"):
                route["route"][0]["destination"].pop("subset", None)
        objects.append(own)


CHANGES: tuple[Change, ...] = (
    edit_the_lane,
    edit_the_lane,
    mirror_some,
    name_the_mesh,
    narrow_the_caller,
    turn_a_condition_round,
    date_some,
    widen_a_host,
    shorten_a_host,
    hand_over,
    double_a_rule,
    keep_to_oneself,
    drop_a_route,
    drop_the_last_route,
    move_a_route,
    move_the_catch_all,
    widen_a_path,
    loosen_a_match,
    blur_a_header,
    narrow_a_match,
    swap_subsets,
    lead_anywhere,
    add_a_share,
    change_a_weight,
    mirror_a_route,
    forget_the_headers,
    answer_itself,
    swap_labels,
    drop_a_subset,
    narrow_a_subset,
    drop_an_object,
    hide_an_object,
    move_an_object,
    shadow_a_rule,
    add_a_second_route,
)
