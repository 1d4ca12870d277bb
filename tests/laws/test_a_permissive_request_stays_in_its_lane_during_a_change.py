"""Law: while permissive lanes change, a request that carries its lane goes on in it.

A town is drawn as it was and as it shall be: lanes come and go, and so do pods, with which a lane
has a route of its own at a service or shares that of others. The steps between are applied one
object at a time, in any order within a step. A small model reads the objects as Istio does. It
knows nothing of the code that plans or orders.

What is held: a request of a lane meets what either town says of that lane there, and leaves with
the lane still in it. One whose lane only one of the towns knows meets what that town says, as long
as it may be in flight. A request that carries nothing goes where either town leads its caller.
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

State = Mapping[Ref, Manifest]
Headers = Mapping[str, str]


class Live(Struct, frozen=True):
    """What a town is compiled to."""

    group: Group
    objects: State

    @classmethod
    def of(cls, town: Town) -> Live:
        found = compile_mesh(town.objects())
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
    """Return the object of a kind that speaks of a service."""
    host = f"{service}.{SPACE}.svc.cluster.local"
    found = (m.body["spec"] for m in state.values() if m.ref.kind == kind)
    return next(one for one in found if host in (one.get("hosts") or [one.get("host")]))


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
    """Return the lane whose pods a request meets, and the one that it carries when it leaves."""
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


def follow(before: Town, after: Town, chance: Random) -> int:
    """Hold every state between two towns to the law. Return how many there were."""
    old, new = Live.of(before), Live.of(after)
    way = steps(diff(old.objects.values(), new.objects.values()))
    number = 0
    for state, entered, drained in every_state(old.objects, way, chance):
        number += 1
        for service in HOSTS:
            for lane in dict.fromkeys((*before.lanes, *after.lanes)):
                towns_of = [one for one in (old, new) if lane in lanes_of(one)]
                in_flight = len(towns_of) == 2 or (not drained if towns_of == [old] else entered)
                if in_flight:
                    held_to(state, service, lane, towns_of)
            for caller in ("", *(set(before.lanes) & set(after.lanes))):
                may = {one.answering(one.lane("", caller), service) for one in (old, new)}
                assert met(state, service, caller, {})[0] in may, (service, caller)
    return number


def held_to(state: State, service: str, lane: str, known: Sequence[Live]) -> None:
    """Hold the requests of a lane to what the towns that know it say, whoever calls."""
    headers = {HEADER: lane, "baggage": f"user=7,{HEADER}={lane}"}
    may = {one.answering(lane, service) for one in known}
    for caller in ("", *LANES):
        where, carried = met(state, service, caller, headers)
        assert where in may, (service, lane, caller, where, may)
        assert carried == lane, (service, lane, caller, carried)


def lanes_of(live: Live) -> list[str]:
    return [str(one.name) for one in live.group.lanes]


CHANCE = Random(1)  # noqa: S311 - an order of writes, not a secret
BASE = tuple(Pods(host, "s1") for host in HOSTS)
SMALL = Town(("s1", "s2"), (*BASE, Pods("a", "s2")))
COME = Town(("s1", "s2", "s3"), (*BASE, Pods("a", "s2"), Pods("b", "s3")))
DOWN = replace(SMALL, pods=(*BASE, Pods("a", "s2", is_ready=False)))
AIDED = replace(COME, targets={"b": "s3"}, pods=COME.pods[:1] + COME.pods[2:])


@settings(max_examples=40)
@given(towns(), towns(), st.randoms(use_true_random=False))
@example(SMALL, COME, CHANCE).via("a lane comes")
@example(COME, SMALL, CHANCE).via("a lane goes")
@example(SMALL, DOWN, CHANCE).via("the last pod of a lane goes")
@example(DOWN, SMALL, CHANCE).via("pods of a lane come back")
@example(COME, AIDED, CHANCE).via("a lane is made to stand in at a service")
@example(AIDED, COME, CHANCE).via("a lane no longer stands in")
def test_a_request_that_carries_its_lane_goes_on_in_it(
    before: Town, after: Town, chance: Random
) -> None:
    # what carries lanes is not changed while they are in use
    event(f"{follow(before, replace(after, carrier=before.carrier), chance)} states between")


def test_the_last_pod_of_a_lane_is_stood_in_for_before_anything_is_let_out() -> None:
    way = steps(diff(Live.of(SMALL).objects.values(), Live.of(DOWN).objects.values()))
    [first] = [one for one in way[0].writes if one.ref.kind == "VirtualService"]

    state = {**Live.of(SMALL).objects, first.ref: first}
    found = met(state, "a", "", {HEADER: "s2"})

    assert not way[0].drain
    assert found == ("s1", "s2")
