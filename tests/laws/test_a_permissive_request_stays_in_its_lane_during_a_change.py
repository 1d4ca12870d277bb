"""Law: while permissive lanes change, a request that carries its lane goes on in it.

A town is drawn as it was and as it shall be: lanes come and go, and so do pods, with which a lane
has a route of its own at a service or shares that of others. The steps between are applied one
object at a time, in any order within a step. A small model reads the objects as Istio does. It
knows nothing of the code that plans or orders.

What is held: a request of a lane meets what either town says of that lane there, and leaves with
the lane still in it. One whose lane only one of the towns knows meets what that town says, as long
as it may be in flight. A request that carries nothing goes where either town leads its caller. The
same holds where a sparse output has no objects for a service: all its pods are the baseline's. It
is not promised of lanes that come or go in a change in which services get objects or lose them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from laneway.core.changes.diff import diff
from laneway.core.changes.order import ChangeStep, steps
from laneway.core.emit.istio import manifests
from laneway.core.emit.manifest import Manifest
from laneway.core.mesh.mesh import Group
from laneway.core.resources.meta import Ref
from tests.laws.compiling import compile_mesh
from tests.laws.permissive_towns import HEADER, HOSTS, LANES, SPACE, Pods, Town, tag, towns

ANYBODY = "every pod"
State = Mapping[Ref, Manifest]
Headers = Mapping[str, str]


class Live(Struct, frozen=True):
    """What a town is compiled to."""

    group: Group
    objects: State

    @classmethod
    def of(cls, town: Town, is_sparse: bool = False) -> Live:  # noqa: FBT001, FBT002 - a flag
        found = compile_mesh(town.objects())
        found = found.sparse() if is_sparse else found
        made = manifests(found.mesh, found.plan)
        return cls(found.mesh.groups[0], {one.ref: one for one in made})

    def answering(self, lane: str, service: str) -> str:
        """Return the lane whose pods answer for another at a service."""
        names = {host.partition(".")[0]: host for host in self.group.hosts}
        name = next(one.name for one in self.group.lanes if one.name == lane)
        return self.group.resolve(name, names[service])

    def lane(self, carried: str, caller: str) -> str:
        """Return whose a request is: the lane's that it names, its caller's, or the baseline's."""
        known = [str(one.name) for one in self.group.lanes]
        return next((one for one in (carried, caller) if one in known), str(self.group.baseline))


def spec(state: State, kind: str, service: str) -> Mapping[str, Any]:
    """Return the object of a kind that speaks of a service; empty without one."""
    host = f"{service}.{SPACE}.svc.cluster.local"
    found = (m.body["spec"] for m in state.values() if m.ref.kind == kind)
    return next((one for one in found if host in (one.get("hosts") or [one.get("host")])), {})


def taken(state: State, service: str, caller: str, headers: Headers) -> Mapping[str, Any]:
    """Return the route that a caller's request takes."""
    for route in spec(state, "VirtualService", service)["http"]:
        matches = route.get("match") or [{}]
        if any(is_met(match, caller, headers) for match in matches):
            return dict(route)
    raise AssertionError((service, caller, headers))


def is_met(match: Mapping[str, Any], caller: str, headers: Headers) -> bool:
    worn = {tag(caller): "on"} if caller else {}
    asked = match.get("headers", {}).items()
    missing = match.get("withoutHeaders", {}).items()
    return (
        match.get("sourceLabels", {}).items() <= worn.items()
        and all(name in headers and holds(way, headers[name]) for name, way in asked)
        and not any(name in headers and holds(way, headers[name]) for name, way in missing)
    )


def holds(condition: Mapping[str, str], value: str) -> bool:
    if "exact" in condition:
        return condition["exact"] == value
    return not condition or re.fullmatch(condition["regex"], value) is not None


def met(state: State, service: str, caller: str, headers: Headers) -> tuple[str, str | None]:
    """Return the lane whose pods a request meets, and the one that it carries when it leaves.

    Without a VirtualService it meets any pod, and leaves as it came.
    """
    if not spec(state, "VirtualService", service):
        return ANYBODY, headers.get(HEADER)
    route = taken(state, service, caller, headers)
    [share] = route["route"]
    subsets = spec(state, "DestinationRule", service)["subsets"]
    name = share["destination"]["subset"]
    [labels] = [one["labels"] for one in subsets if one["name"] == name]
    [key] = labels
    written = dict(headers) | route.get("headers", {}).get("request", {}).get("set", {})
    return key.removeprefix("tag-"), written.get(HEADER)


def every_state(
    live: State, way: Sequence[ChangeStep], chance: Random
) -> Iterator[tuple[State, bool, bool]]:
    """Apply steps one object at a time; say whether entries were written, and requests let out."""
    state, entered, drained = dict(live), False, False
    yield state, entered, drained
    for step in way:
        drained = drained or step.drain
        entered = entered or step.phase == "entry routes" or step.drain
        for manifest in chance.sample(step.writes, len(step.writes)):
            state = {**state, manifest.ref: manifest}
            yield state, entered, drained
        for ref in chance.sample(step.removes, len(step.removes)):
            state = {key: value for key, value in state.items() if key != ref}
            yield state, entered, drained


def follow(before: Town, after: Town, chance: Random, *, sparse: tuple[bool, bool]) -> int:
    """Hold every state between two towns to the law. Return how many there were.

    `sparse` says of each town whether its output leaves services out.
    """
    old, new = (Live.of(*one) for one in zip((before, after), sparse, strict=True))
    way = steps(diff(old.objects.values(), new.objects.values()))
    number = 0
    for state, entered, drained in every_state(old.objects, way, chance):
        number += 1
        for service in HOSTS:
            for lane in dict.fromkeys((*before.lanes, *after.lanes)):
                towns_of = [one for one in (old, new) if lane in lanes_of(one)]
                in_flight = len(towns_of) == 2 or (not drained if towns_of == [old] else entered)
                is_promised = len(towns_of) == 2 or not left_out(service, (old, new))
                if in_flight and is_promised:
                    may = {one.answering(lane, service) for one in towns_of}
                    held_to(state, service, lane, may | left_out(service, (old, new)))
            for caller in ("", *(set(before.lanes) & set(after.lanes))):
                may = {one.answering(one.lane("", caller), service) for one in (old, new)}
                may |= left_out(service, (old, new))
                assert met(state, service, caller, {})[0] in may, (service, caller)
    return number


def held_to(state: State, service: str, lane: str, may: set[str]) -> None:
    """Hold the requests of a lane to the pods that they may meet, whoever calls."""
    headers = {HEADER: lane, "baggage": f"user=7,{HEADER}={lane}"}
    for caller in ("", *LANES):
        where, carried = met(state, service, caller, headers)
        assert where in may, (service, lane, caller, where, may)
        assert carried == lane, (service, lane, caller, carried)


def left_out(service: str, towns_of: Sequence[Live]) -> set[str]:
    """Return what is met where an output has nothing for a service: any of its pods."""
    there = [bool(spec(one.objects, "VirtualService", service)) for one in towns_of]
    return set() if all(there) else {ANYBODY}


def lanes_of(live: Live) -> list[str]:
    return [str(one.name) for one in live.group.lanes]


CHANCE = Random(1)  # noqa: S311 - an order of writes, not a secret
BASE = tuple(Pods(host, "s1") for host in HOSTS)
SMALL = Town(("s1", "s2"), (*BASE, Pods("a", "s2")))
COME = Town(("s1", "s2", "s3"), (*BASE, Pods("a", "s2"), Pods("b", "s3")))
DOWN = replace(SMALL, pods=(*BASE, Pods("a", "s2", is_ready=False)))
AIDED = replace(COME, targets={"b": "s3"}, pods=COME.pods[:1] + COME.pods[2:])
ONE_FOR_ALL = replace(COME, targets={"b": "s3"}, pods=(BASE[0], *BASE[2:], *COME.pods[3:]))


FULL = (False, False)


@settings(max_examples=40)
@given(towns(), towns(), st.randoms(use_true_random=False), st.tuples(st.booleans(), st.booleans()))
@example(SMALL, COME, CHANCE, FULL).via("a lane comes")
@example(COME, SMALL, CHANCE, FULL).via("a lane goes")
@example(SMALL, DOWN, CHANCE, FULL).via("the last pod of a lane goes")
@example(DOWN, SMALL, CHANCE, FULL).via("pods of a lane come back")
@example(COME, AIDED, CHANCE, FULL).via("a lane is made to stand in at a service")
@example(AIDED, COME, CHANCE, FULL).via("a lane no longer stands in")
@example(ONE_FOR_ALL, COME, CHANCE, FULL).via("one lane's pods were there for all lanes")
@example(SMALL, SMALL, CHANCE, (False, True)).via("services are left out")
@example(SMALL, SMALL, CHANCE, (True, False)).via("services are no longer left out")
@example(SMALL, COME, CHANCE, (True, True)).via("a lane comes to a service that was left out")
def test_a_request_that_carries_its_lane_goes_on_in_it(
    before: Town, after: Town, chance: Random, sparse: tuple[bool, bool]
) -> None:
    # what carries lanes is not changed while they are in use
    after = replace(after, carrier=before.carrier)
    event(f"{follow(before, after, chance, sparse=sparse)} states between")


def test_a_lane_that_comes_or_goes_has_each_route_written_once() -> None:
    there, more = (list(Live.of(one).objects.values()) for one in (SMALL, COME))

    comes, goes = steps(diff(there, more)), steps(diff(more, there))

    assert [one.phase for one in comes] == ["subsets", "mesh routes"]
    assert [one.phase for one in goes] == ["mesh routes", "subsets"]
    assert [one.drain for one in (*comes, *goes)] == [False, False, True, True]


def test_what_is_left_out_is_removed_in_order() -> None:
    old, new = Live.of(SMALL), Live.of(SMALL, is_sparse=True)
    way = steps(diff(old.objects.values(), new.objects.values()))

    assert [(step.phase, step.drain, sorted(map(str, step.removes))) for step in way] == [
        (
            "mesh routes",
            True,
            [f"VirtualService default/trafficlabel-vs-g-default-{one}" for one in "bc"],
        ),
        (
            "subsets",
            True,
            [f"DestinationRule default/trafficlabel-dr-g-default-{one}" for one in "bc"],
        ),
    ]


def test_the_last_pod_of_a_lane_is_stood_in_for_before_anything_is_let_out() -> None:
    way = steps(diff(Live.of(SMALL).objects.values(), Live.of(DOWN).objects.values()))
    [first] = [one for one in way[0].writes if one.ref.kind == "VirtualService"]

    state = {**Live.of(SMALL).objects, first.ref: first}
    found = met(state, "a", "", {HEADER: "s2"})

    assert not way[0].drain
    assert found == ("s1", "s2")
