"""Law: while a ChangeSet goes live, every route's subset exists and no request leaves its lane.

A town of three services and up to four lanes is drawn twice, as it was and as it shall be. The
steps between are applied one object at a time, in any order within a step. A small model reads the
objects as Istio does: the oldest VirtualService of a host speaks, DestinationRules are looked for
in the caller's namespace, the service's, and the root namespace: the narrowest host, and of its
rules the one that selects the caller. It knows nothing of the code that orders.

A town is laid out with a subset for each lane, or with rules for single callers: a wildcard for all
services, or rules for each. Then it has clients in another namespace as well.

What is held: a caller whose tag only the old town knows meets what it met there, one that only the
new town knows what it meets there, and one that both know either; as long as a request of it may
be in flight. Behind a service that one of the towns does not route, a request has no lane to keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from random import Random
from typing import Any, Literal

from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from laneway.core.changes.diff import diff
from laneway.core.changes.order import ChangeStep, steps
from laneway.core.emit.manifest import Manifest
from laneway.core.resources.meta import Ref

ROOT = "istio-system"
SERVICES = ("a", "b", "c")
TAGS = ("v1", "v2", "v3", "v4")
LANES = ("s1", "s2", "s3", "s4")
ANYBODY = "every pod"
HOME, SHOP = "default", "shop"
NOBODY = "none"
"""The tag of a caller in no lane."""

State = dict[Ref, Manifest]
Form = Literal["by lane", "wildcard", "exact"]
FORMS: tuple[Form, ...] = ("by lane", "wildcard", "exact")


class Lane(Struct, frozen=True):
    """A lane: the tag of its pods, the services it has, and where its requests come in."""

    name: str
    tag: str
    has: frozenset[str]
    door: str


class Town(Struct, frozen=True):
    """All lanes, the first being the baseline, and where their objects stand."""

    lanes: tuple[Lane, ...] = ()
    services: frozenset[str] = frozenset(SERVICES)
    namespace: str = "default"
    form: Form = "by lane"
    split: tuple[int, int] = (50, 50)


def host(service: str) -> str:
    return f"{service}.default.svc.cluster.local"


def target(town: Town, lane: Lane, service: str) -> Lane:
    return lane if service in lane.has else town.lanes[0]


def route(town: Town, lane: Lane, service: str, match: Mapping[str, Any]) -> dict[str, Any]:
    to = target(town, lane, service)
    destination = {"host": host(service), "port": {"number": 80}, "subset": to.name}
    return {"name": lane.name, "match": [match], "route": [{"destination": destination}]}


def for_callers(
    town: Town, space: str, pattern: str, name: str, more: Sequence[Mapping[str, Any]] = ()
) -> Iterator[Manifest]:
    """Yield the rules by which callers of a namespace are told apart."""
    for lane in town.lanes:
        spec = {
            "host": pattern,
            "workloadSelector": {"matchLabels": {"version": lane.tag}},
            "subsets": [{"name": "lane", "labels": {"version": lane.tag}}],
        }
        ref = Ref("DestinationRule", space, f"{name}-in-{lane.tag}")
        yield Manifest(ref, {"spec": spec})
    yield for_others(town, space, pattern, name, more)


def for_others(
    town: Town, space: str, pattern: str, name: str, more: Sequence[Mapping[str, Any]] = ()
) -> Manifest:
    subset = {"name": "lane", "labels": {"version": town.lanes[0].tag}}
    spec = {"host": pattern, "exportTo": [space], "subsets": [subset, *more]}
    return Manifest(Ref("DestinationRule", space, name), {"spec": spec})


def rules(town: Town) -> Iterator[Manifest]:
    """Yield the rules of a town; gateways run in the root namespace."""
    if town.form == "by lane":
        yield from (rule(town, service) for service in sorted(town.services))
        return
    doors = {lane.door for lane in town.lanes}
    lanes = [{"name": one.name, "labels": {"version": one.tag}} for one in town.lanes]
    if town.form == "wildcard":
        for space in (HOME, SHOP):
            yield from for_callers(town, space, host("*"), "any")
        yield for_others(town, ROOT, host("*"), "any")
    for service in sorted(town.services):
        for space in (HOME, SHOP) if town.form == "exact" else ():
            yield from for_callers(town, space, host(service), service)
        if service in doors or town.form == "exact":
            more = lanes if service in doors else []
            yield for_others(town, ROOT, host(service), service, more)


def rule(town: Town, service: str) -> Manifest:
    named = {target(town, lane, service).name: lane for lane in town.lanes}
    subsets = [
        {"name": lane.name, "labels": {"version": lane.tag}}
        for lane in town.lanes
        if lane.name in named
    ]
    spec = {"host": host(service), "subsets": subsets}
    return Manifest(Ref("DestinationRule", town.namespace, service), {"spec": spec})


def mesh_routes(town: Town, service: str) -> Manifest:
    http = [
        route(town, lane, service, {"sourceLabels": {"version": lane.tag}}) for lane in town.lanes
    ]
    http.append({**route(town, town.lanes[0], service, {}), "name": "baseline"})
    del http[-1]["match"]
    if town.form != "by lane":
        destination = {"host": host(service), "port": {"number": 80}, "subset": "lane"}
        http = [{"name": "lanes", "route": [{"destination": destination}]}]
    spec = {"hosts": [host(service)], "http": http}
    return Manifest(Ref("VirtualService", town.namespace, service), {"spec": spec})


def entry_routes(town: Town) -> Manifest:
    http = [
        route(town, lane, lane.door, {"headers": {"tag": {"exact": lane.name}}})
        for lane in town.lanes
    ]
    first, last = town.lanes[0], town.lanes[-1]
    shares = [
        {**route(town, lane, lane.door, {})["route"][0], "weight": weight}
        for lane, weight in zip((first, last), town.split, strict=True)
    ]
    http.append({"name": "split", "route": shares})
    spec = {"hosts": ["*"], "gateways": ["istio-system/gateway"], "http": http}
    return Manifest(Ref("VirtualService", ROOT, "entry"), {"spec": spec})


def manifests(town: Town) -> list[Manifest]:
    if not town.lanes:
        return []
    services = sorted(town.services)
    return [*rules(town), *(mesh_routes(town, service) for service in services), entry_routes(town)]


class MissingSubsetError(AssertionError):
    """A route leads to a subset that no visible DestinationRule names."""


def is_private(found: Manifest) -> bool:
    spec = found.body["spec"]
    return "workloadSelector" in spec or bool(spec.get("exportTo"))


def seen(state: State, service: str, space: str, tag: str) -> Mapping[str, Any]:
    """Read the one rule that a caller sees of a host."""
    speaking = [
        found
        for found in state.values()
        if found.ref.kind == "DestinationRule"
        and found.body["spec"]["host"] in (service, host("*"))
    ]
    near = [one for one in speaking if one.ref.namespace == space]
    if space == ROOT:
        near = [one for one in near if is_private(one)]
    public = [one for one in speaking if not is_private(one)]
    far = ([one for one in public if one.ref.namespace == place] for place in (HOME, ROOT))
    for found in (near, *far):
        narrowest = [one for one in found if one.body["spec"]["host"] == service] or found
        own: list[Mapping[str, Any]] = [one.body["spec"] for one in narrowest]
        for spec in own:
            if spec.get("workloadSelector") == {"matchLabels": {"version": tag}}:
                return spec
        for spec in own:
            if "workloadSelector" not in spec:
                return spec
        if own:
            break
    return {"subsets": []}


def tag_of(state: State, destination: Mapping[str, Any], space: str, tag: str) -> str:
    """Read what pods a destination means to a caller."""
    for subset in seen(state, destination["host"], space, tag)["subsets"]:
        if subset["name"] == destination["subset"]:
            return str(subset["labels"]["version"])
    raise MissingSubsetError(destination, space, tag)


def virtual_services(state: State) -> Iterator[Mapping[str, Any]]:
    return (m.body["spec"] for m in state.values() if m.ref.kind == "VirtualService")


def met_in_the_mesh(state: State, tag: str, service: str, space: str = HOME) -> str:
    """Read what pods a caller of that tag meets at a service."""
    for spec in virtual_services(state):
        if spec["hosts"] == [host(service)]:
            for one in spec["http"]:
                labels = [match["sourceLabels"]["version"] for match in one.get("match", ())]
                if not labels or tag in labels:
                    return tag_of(state, one["route"][0]["destination"], space, tag)
    return ANYBODY


def let_in(state: State, own: Sequence[Mapping[str, Any]]) -> set[str]:
    """Read the tags of the pods that requests at the gateway meet first.

    `own` are destinations of a user's VirtualService, which is no part of the ChangeSet.
    """
    found = {tag_of(state, destination, ROOT, NOBODY) for destination in own}
    for spec in virtual_services(state):
        if "gateways" in spec:
            for one in spec["http"]:
                for share in one["route"]:
                    found.add(tag_of(state, share["destination"], ROOT, NOBODY))
    return found


def with_calls(state: State, tags: set[str], services: Iterable[str]) -> set[str]:
    """Read the tags that requests of pods with these tags meet, however far they go."""
    while True:
        met = {met_in_the_mesh(state, tag, service) for tag in tags for service in services}
        if met <= tags:
            return tags
        tags = tags | met


def every_subset_exists(state: State) -> None:
    """Hold that whoever calls finds the subset of the route that is for him."""
    let_in(state, ())
    for tag, service, space in product((*TAGS, NOBODY), SERVICES, (HOME, SHOP)):
        met_in_the_mesh(state, tag, service, space)


def every_state(
    live: State, way: Sequence[ChangeStep], chance: Random
) -> Iterator[tuple[State, bool]]:
    """Apply steps one object at a time; tell where nothing older is in flight any more."""
    state = dict(live)
    yield state, True
    for step in way:
        if step.drain:
            yield state, True
        for manifest in chance.sample(step.writes, len(step.writes)):
            state = {**state, manifest.ref: manifest}
            yield state, False
        for ref in chance.sample(step.removes, len(step.removes)):
            state = {key: value for key, value in state.items() if key != ref}
            yield state, False


def follow(before: Town, after: Town, chance: Random) -> int:
    """Hold every state between two towns to the law. Return how many there were."""
    old, new = by_ref(before), by_ref(after)
    way = steps(diff(old.values(), new.values()))
    tags = [{lane.tag for lane in town.lanes} for town in (before, after)]
    own = of_a_user(before, after)
    routed = before.services & after.services if old and new else frozenset()
    in_flight: set[str] = set()
    number = 0
    state = old
    for number, (state, drained) in enumerate(every_state(old, way, chance)):  # noqa: B007
        every_subset_exists(state)
        older = set() if drained else in_flight
        in_flight = with_calls(state, older | let_in(state, own), routed)
        for tag, service in product(in_flight, SERVICES):
            was, will_be = (met_in_the_mesh(town, tag, service) for town in (old, new))
            may = {was, will_be}
            if ANYBODY not in may and (tag in tags[0]) != (tag in tags[1]):
                may = {was} if tag in tags[0] else {will_be}
            if ANYBODY in may and (before.form, after.form) != ("by lane", "by lane"):
                may.add(tag)
            assert met_in_the_mesh(state, tag, service) in may, (tag, service, state)
        for tag, service in product({*(tags[0] & tags[1]), NOBODY}, routed):
            may = {met_in_the_mesh(town, tag, service, SHOP) for town in (old, new)}
            assert met_in_the_mesh(state, tag, service, SHOP) in may, (tag, service, state)
    assert state == new
    return number


def by_ref(town: Town) -> State:
    return {manifest.ref: manifest for manifest in manifests(town)}


def of_a_user(before: Town, after: Town) -> list[Mapping[str, Any]]:
    """Destinations that a user's own VirtualService may name all the time.

    Where rules are for single callers, only what lanes lead to has a rule for gateways.
    """
    if {before.form, after.form} != {"by lane"}:
        return []
    lasting = before.services & after.services
    return [
        {"host": host(service), "subset": one.name}
        for one, other in product(before.lanes, after.lanes)
        for service in sorted(lasting & one.has & other.has)
        if one.name == other.name
    ]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    names = draw(st.lists(st.sampled_from(LANES), unique=True, max_size=4))
    tags = draw(st.permutations(TAGS))
    services = draw(st.sets(st.sampled_from(SERVICES), min_size=1))
    inside = sorted(services)
    lanes: list[Lane] = []
    for name, tag in zip(names, tags, strict=False):
        has = services if not lanes else draw(st.sets(st.sampled_from(inside)))
        lanes.append(Lane(name, tag, frozenset(has), draw(st.sampled_from(inside))))
    split = draw(st.sampled_from(((50, 50), (100, 0), (1, 99))))
    namespace = draw(st.sampled_from(("default", ROOT)))
    return Town(tuple(lanes), frozenset(services), namespace, split=split)


@st.composite
def scoped_towns(draw: st.DrawFn) -> tuple[Town, Town]:
    """Draw two towns, of which one at least has rules for single callers; all lanes are whole."""
    forms = st.sampled_from(FORMS)
    first, second = draw(towns()), draw(towns())
    if draw(st.booleans()):
        second = first
    found = []
    for town, form in ((first, draw(forms)), (second, draw(st.sampled_from(FORMS[1:])))):
        lanes = tuple(replace(lane, has=town.services) for lane in town.lanes)
        found.append(replace(town, lanes=lanes, form=form, namespace=HOME))
    return (found[0], found[1]) if draw(st.booleans()) else (found[1], found[0])


CHANCE = Random(1)  # noqa: S311 - an order of writes, not a secret
EVERYWHERE = frozenset(SERVICES)
ONE = Town((Lane("s1", "v1", EVERYWHERE, "a"), Lane("s2", "v2", EVERYWHERE, "a")))
SWAPPED = Town((Lane("s1", "v2", EVERYWHERE, "a"), Lane("s2", "v1", EVERYWHERE, "a")))
MOVED_ON = Town((Lane("s1", "v1", EVERYWHERE, "a"), Lane("s2", "v3", EVERYWHERE, "a")))
SMALLER = replace(ONE, lanes=ONE.lanes[:1])
WILD, EXACT = replace(ONE, form="wildcard"), replace(ONE, form="exact")


@given(towns(), towns(), st.randoms(use_true_random=False))
@example(ONE, SWAPPED, CHANCE).via("two lanes swap their pods")
@example(ONE, MOVED_ON, CHANCE).via("a lane moves on to other pods")
@example(ONE, SMALLER, CHANCE).via("a lane goes")
@example(SMALLER, ONE, CHANCE).via("a lane comes")
@example(Town(), ONE, CHANCE).via("lanes begin")
@example(ONE, Town(), CHANCE).via("lanes end")
@example(ONE, replace(MOVED_ON, namespace=ROOT), CHANCE).via("objects move to the root namespace")
@example(replace(MOVED_ON, namespace=ROOT), ONE, CHANCE).via("objects move to their services")
def test_no_request_leaves_its_lane_during_a_change(
    before: Town, after: Town, chance: Random
) -> None:
    event(f"{follow(before, after, chance)} states between")


@settings(max_examples=40)
@given(scoped_towns(), st.randoms(use_true_random=False))
@example((ONE, WILD), CHANCE).via("rules for single callers come")
@example((WILD, ONE), CHANCE).via("rules for single callers go")
@example((WILD, EXACT), CHANCE).via("a user's rule makes rules of each service")
@example((EXACT, WILD), CHANCE).via("a user's rule goes")
@example((ONE, EXACT), CHANCE).via("rules of each service come")
@example((EXACT, ONE), CHANCE).via("rules of each service go")
@example((replace(SMALLER, form="wildcard"), WILD), CHANCE).via("a lane comes")
@example((WILD, replace(SMALLER, form="wildcard")), CHANCE).via("a lane goes")
@example((replace(Town(), form="wildcard"), WILD), CHANCE).via("lanes begin")
@example((WILD, replace(Town(), form="wildcard")), CHANCE).via("lanes end")
def test_no_request_leaves_its_lane_where_rules_are_for_single_callers(
    both: tuple[Town, Town], chance: Random
) -> None:
    event(f"{follow(*both, chance)} states between")


@given(towns())
def test_no_change_needs_no_step(town: Town) -> None:
    assert steps(diff(manifests(town), manifests(town))) == ()


@given(towns(), towns())
def test_the_steps_end_at_what_is_desired(before: Town, after: Town) -> None:
    live, desired = by_ref(before), by_ref(after)

    for step in steps(diff(live.values(), desired.values())):
        live |= {manifest.ref: manifest for manifest in step.writes}
        for ref in step.removes:
            del live[ref]

    assert live == desired
