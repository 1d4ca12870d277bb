"""Random meshes: what somebody may have written, as plain Kubernetes objects.

`meshes()` gives whole inputs: namespaces, services of several ports, workloads, lane groups with
lanes, rules and weights, gateways, and users' own VirtualServices and DestinationRules in every
namespace Istio looks into. A `Taste` leaves out what a law does not promise anything about. Users'
own Istio objects are always ones that Istio's admission accepts, so that a real istiod can read
the same mesh.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from tests.laws import objects
from tests.laws.delegating import handed_over, own_delegation
from tests.laws.objects import Object
from tests.laws.patches import mild_patches
from tests.laws.services import TAG_KEYS, TAGS, Spot, namespaces, services, spots, workloads
from tests.laws.taste import EVERYTHING, PERMISSIVE, SOUND, Taste, rarely
from tests.laws.users import own_destination_rules, own_entries, own_mesh_routes

HOSTS = (["*"], ["shop.example.com"], ["*.example.com"], ["a.example.com", "b.example.com"])
SERVED = (
    *(["*"], ["*.example.com"], ["shop.example.com"], ["default/*"], ["*/*.example.com"]),
    *(["./*"], ["./shop.example.com", "default/*.example.com"]),
)
"""Hosts of a gateway's server, some of them for routes of one namespace alone."""
PREFER = "x-asm-prefer-tag"
TRACES = (PREFER, "baggage", "sw8-correlation", "x-request-id")
"""What applications forward: the lane itself, a list with it, or the id of a trace."""


@st.composite
def meshes(draw: st.DrawFn, taste: Taste = EVERYTHING) -> list[Object]:
    """Draw the objects of one mesh, in the order in which they stand in a file."""
    here = draw(spots(taste))
    gateways = draw(_gateways())
    lanes = draw(_groups(here, gateways, taste))
    found = [*draw(namespaces()), *draw(services(here, taste)), *gateways, *lanes]
    found += draw(workloads(here, taste))
    if taste.users_own:
        names = [item["metadata"]["name"] for item in lanes if item["kind"] == "ASMSwimLane"]
        hosts = [(spot.name, spot.namespace, spot.ports) for spot in here]
        found += draw(own_entries(hosts, gateways, names))
        found += draw(own_mesh_routes(hosts, names))
        found += draw(own_destination_rules(hosts, names))
        if taste.delegation:
            groups = [item for item in lanes if item["kind"] == "ASMSwimLaneGroup"]
            found += draw(own_delegation(hosts, gateways, names))
            found += draw(handed_over(hosts, gateways, groups))
    return draw(_aged(found))


@st.composite
def _gateways(draw: st.DrawFn) -> list[Object]:
    main = objects.gateway("ingressgateway", {"istio": "ingressgateway"}, 80, ["*"])
    chosen = draw(st.sampled_from(("one", "two proxies", "same proxy", "same port")))
    if chosen == "one":
        return [main]
    selector = {"istio": "edge" if chosen == "two proxies" else "ingressgateway"}
    port = 80 if chosen == "same port" else 8080
    hosts = draw(st.sampled_from(SERVED))
    return [main, objects.gateway("edge", selector, port, hosts)]


@st.composite
def _groups(
    draw: st.DrawFn, spots: list[Spot], gateways: list[Object], taste: Taste
) -> list[Object]:
    found: list[Object] = []
    free = list(spots)
    for name in draw(st.sampled_from((("shop",), ("shop",), ("shop", "team")))):
        pool = spots if taste.flawed else free
        if not pool:
            break
        members = draw(st.lists(st.sampled_from(pool), min_size=1, unique=True))
        free = [spot for spot in free if spot not in members]
        found += draw(_group(name, members, gateways, taste))
    return found


@st.composite
def _group(
    draw: st.DrawFn, name: str, members: list[Spot], gateways: list[Object], taste: Taste
) -> list[Object]:
    gate = draw(st.sampled_from(gateways))["metadata"]
    strategy = draw(st.sampled_from(("", "rule_based", "weighted")))
    ingress: Object = {
        "gateway": {"name": gate["name"], "namespace": gate["namespace"], "type": "ASM"}
    }
    if strategy:
        ingress["ingressRouting"] = {"ingressRoutingStrategy": strategy}
    if strategy == "weighted":
        rule: Object = {"hosts": draw(st.sampled_from(HOSTS))}
        rule["requestMatches"] = draw(st.lists(_match(name), max_size=2))
        ingress["ingressRouting"]["weightedRoutingRule"] = rule
    services = [spot.reference for spot in members]
    if taste.flawed and draw(rarely(10)):
        services.append(objects.reference("nowhere", "default"))
    found = [objects.lane_group(name, services, ingress)]
    if draw(rarely(5)):
        found[0]["spec"] |= draw(mild_patches())
    if draw(rarely(4)):
        found[0]["metadata"]["annotations"] = {"laneway.dev/lane-cookie": "lane"}
    key = draw(st.sampled_from(TAG_KEYS))
    tags = draw(_lane_tags(taste))
    permissive = taste.permissive > 0 and draw(st.integers(1, taste.permissive)) == 1
    if permissive:
        lanes = [f"{name}-{tag}" for tag in tags]
        found[0]["spec"] |= draw(_permissive(lanes, members, taste))
    for tag in tags:
        label = name if not taste.flawed else draw(st.sampled_from((name,) * 19 + ("lost",)))
        worn = tag if not taste.flawed else draw(st.sampled_from((tag,) * 19 + ("v1",)))
        spec = draw(_entry_spec(members, strategy, f"{name}-{tag}", taste))
        if permissive and draw(st.booleans()):
            chosen = draw(st.lists(st.sampled_from(members), min_size=1, unique=True))
            spec["services"] = [spot.reference for spot in chosen]
        found.append(objects.lane(f"{name}-{tag}", label, {key: worn}, **spec))
    return found


@st.composite
def _permissive(draw: st.DrawFn, lanes: list[str], members: list[Spot], taste: Taste) -> Object:
    """Draw the mode of a permissive group; rarely with a mistake that holds it."""
    headers = {"traceHeader": draw(st.sampled_from(TRACES)), "routeHeader": PREFER}
    written: dict[str, Any] = dict(headers)
    if taste.flawed and draw(rarely(20)):
        del written["traceHeader"]
    named, by_service = draw(st.booleans()), draw(rarely(3))
    if lanes and named:
        written["fallbackTarget"] = draw(st.sampled_from(lanes))
    elif taste.flawed and draw(rarely(20)):
        written["fallbackTarget"] = "gone"
    if lanes and by_service:
        spot = draw(st.sampled_from(members))
        target = draw(st.sampled_from(lanes))
        written["serviceLevelFallbackTarget"] = {f"{spot.namespace}/{spot.name}": target}
    return {"isPermissive": True, "permissiveModeConfiguration": written}


@st.composite
def _lane_tags(draw: st.DrawFn, taste: Taste) -> list[str]:
    """Draw the tags that get a lane: two or three as a rule, rarely none."""
    if taste.flawed and draw(rarely(20)):
        return []
    fewest = 1 if draw(rarely(5)) else 2
    return draw(st.lists(st.sampled_from(TAGS), min_size=fewest, max_size=3, unique=True))


@st.composite
def _entry_spec(
    draw: st.DrawFn, members: list[Spot], strategy: str, lane: str, taste: Taste
) -> Object:
    spec: Object = {}
    if strategy == "weighted" and not draw(rarely(10)):
        low = -1 if taste.flawed and draw(rarely(20)) else 0
        weight = draw(st.integers(low, 100))
        spec["ingressWeight"] = {"destination": draw(_target(members, taste)), "weight": weight}
    rules = draw(st.lists(_rule(members, lane, taste), max_size=2))
    if rules and strategy != "weighted":
        spec["ingressRules"] = [{"name": f"r{at}", **rule} for at, rule in enumerate(rules, 1)]
    return spec


@st.composite
def _rule(draw: st.DrawFn, members: list[Spot], lane: str, taste: Taste) -> Object:
    rule: Object = {"hosts": draw(st.sampled_from(HOSTS)), "match": draw(_match(lane))}
    rule["route"] = {"destination": draw(_target(members, taste))}
    online = draw(st.sampled_from((True, True, True, False, None)))
    return rule if online is None else {**rule, "online": online}


@st.composite
def _target(draw: st.DrawFn, members: list[Spot], taste: Taste) -> Object:
    spot = draw(st.sampled_from(members))
    target: dict[str, Any] = {"host": spot.host}
    http = [number for number, name in spot.ports if not name.startswith("tcp")]
    if len(spot.ports) > 1 and http and not (taste.flawed and draw(rarely(10))):
        target["portNum"] = draw(st.sampled_from(http))
    return target


@st.composite
def _match(draw: st.DrawFn, lane: str) -> Object:
    found: Object = {}
    uri = draw(
        st.sampled_from(
            ({}, {"exact": "/mock"}, {"prefix": "/api"}, {"prefix": "/"}, {"regex": "/item/[0-9]+"})
        )
    )
    if uri:
        found["uri"] = uri
    conditions = {
        PREFER: {"exact": lane},
        "x-user": {"prefix": "a"},
        "Cookie": {"regex": ".*beta.*"},
    }
    chosen = draw(st.lists(st.sampled_from(sorted(conditions)), max_size=2, unique=True))
    if chosen:
        found["headers"] = {name: conditions[name] for name in chosen}
    return found


@st.composite
def _aged(draw: st.DrawFn, found: list[Object]) -> list[Object]:
    """Turn the order of the objects and give all, some or none of them a time of creation."""
    turn = draw(st.integers(0, len(found) - 1))
    turned = found[turn:] + found[:turn]
    dated = draw(st.sampled_from(("all", "all", "none", "some")))
    if dated == "none":
        return turned
    ages = draw(st.permutations(range(len(turned)))) if dated == "all" else range(len(turned))
    for at, item in zip(ages, turned, strict=True):
        if dated == "all" or at % 2:
            stamp = f"2026-01-01T{at // 60:02}:{at % 60:02}:00Z"
            item["metadata"]["creationTimestamp"] = stamp
    return turned


def sound_meshes() -> st.SearchStrategy[list[Object]]:
    """Draw meshes for which isolation is promised: nothing flawed, nothing of the user's own."""
    return meshes(SOUND)


def permissive_meshes() -> st.SearchStrategy[list[Object]]:
    """Draw meshes with everything, all of whose groups are permissive."""
    return meshes(PERMISSIVE)


def meshes_without_tcp() -> st.SearchStrategy[list[Object]]:
    """Draw meshes of HTTP ports only, for readers that speak only HTTP."""
    return meshes(replace(EVERYTHING, tcp=False))
