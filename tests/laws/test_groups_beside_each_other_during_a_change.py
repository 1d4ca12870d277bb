"""Law: while layout scoped comes, goes or is edited, each request meets what it met or will meet.

A namespace has a permissive group and a strict one. The objects of every state between are read
back by a walk that knows of no lanes, one object after the other and in any order within a step:
what rules for the callers of one group hide of the other is there before them and after them, and
a service that another group takes over is led to by both names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random

import pytest
from msgspec import Struct

from laneway.apps.terminal.layouts import Laying
from laneway.core.changes.diff import diff
from laneway.core.changes.order import steps
from laneway.core.emit.manifest import Manifest
from laneway.core.proof.judged import judged
from laneway.core.resources.meta import Ref
from tests.agree.decisions import Outcome, by_walk
from tests.laws import objects
from tests.laws.asks import Ask
from tests.laws.compiling import compile_mesh
from tests.laws.objects import Object, host_of

HEADER = "x-lane"
TEAM = ("web", "cart")
SHOP = ("book", "ink")
ISTIO, WILD, EXACT = Laying("istio"), Laying("scoped"), Laying("scoped", "exact")
State = dict[Ref, Manifest]


def scenery(space: str) -> list[Object]:
    """Return services with a pod of each version, and a pod that probes them from a namespace."""
    ports: list[Object] = [{"port": 80, "name": "http", "protocol": "TCP"}]
    found = [objects.gateway("ingressgateway", {"istio": "ingressgateway"}, 80, ["*"])]
    for place, name in enumerate((*TEAM, *SHOP)):
        found.append(objects.service(name, "default", ports, cluster_ip=f"10.0.0.{place + 1}"))
        for tag in ("v1", "v2", "v3"):
            labels = {"app": name, "version": tag}
            found.append(objects.deployment(f"{name}-{tag}", "default", labels))
    return [*found, objects.deployment("probe", space, {"app": "probe"})]


def team() -> list[Object]:
    """Return a permissive group that is entered by a header."""
    found = group("team", TEAM, "web", ("v1", "v2"))
    found[0]["spec"] |= {
        "isPermissive": True,
        "permissiveModeConfiguration": {
            "fallbackTarget": "team-v1",
            "routeHeader": HEADER,
            "traceHeader": HEADER,
        },
    }
    return found


def group(name: str, services: Sequence[str], entry: str, tags: Sequence[str]) -> list[Object]:
    """Return a strict group, whose lanes are entered at one service."""
    gateway = {"name": "ingressgateway", "namespace": "istio-system", "type": "ASM"}
    members = [objects.reference(one, "default") for one in services]
    return [
        objects.lane_group(name, members, {"gateway": gateway}),
        *(
            objects.lane(f"{name}-{tag}", name, {"version": tag}, ingressRules=[rule(entry, tag)])
            for tag in tags
        ),
    ]


def rule(entry: str, tag: str) -> Object:
    match = {"uri": {"prefix": f"/{entry}"}, "headers": {HEADER: {"exact": tag}}}
    route = {"destination": {"host": host_of(entry, "default")}}
    return {"name": "r", "online": True, "hosts": ["*"], "match": match, "route": route}


STRICT = group("shop", SHOP, "book", ("v1", "v3"))
RENAMED = group("press", SHOP, "ink", ("v1", "v2", "v3"))
FEWER = group("shop", SHOP[:1], "book", ("v1", "v3"))
CHANGES = {
    "the layout comes": (ISTIO, WILD, STRICT, STRICT),
    "the layout goes": (WILD, ISTIO, STRICT, STRICT),
    "exact rules take the place of wildcards": (WILD, EXACT, STRICT, STRICT),
    "a strict group comes": (WILD, WILD, [], STRICT),
    "a strict group goes": (WILD, WILD, STRICT, []),
    "a strict group goes and so does the layout": (WILD, ISTIO, STRICT, []),
    "another group with one lane more takes over": (WILD, WILD, STRICT, RENAMED),
    "another group takes over rules of each host": (EXACT, EXACT, STRICT, RENAMED),
    "a group loses a service": (WILD, WILD, STRICT, FEWER),
}
NEAR = {"another group takes over rules of each host": "istio-system"}
"""Where the pod that probes runs, if not in a namespace of clients: beside the gateways."""


def requests(space: str) -> Iterator[Ask]:
    for entry in ("web", "book", "ink"):
        for tag in ("v1", "v2", "v3"):
            header = ((HEADER, tag),)
            yield Ask("", "istio=ingressgateway", "x.test", 80, f"/{entry}", "GET", header)
    for caller in ("default/web-v2", "default/book-v2", "default/ink-v3", f"{space}/probe"):
        for name in (*TEAM, *SHOP):
            yield Ask(caller, "", f"{name}.default", 80, "/")


class Reading(Struct):
    """What stays as it is while objects come and go, and the requests that are asked."""

    mesh: list[Object]
    asks: tuple[Ask, ...]

    def met(self, state: State) -> list[Outcome]:
        found = [json.loads(json.dumps(one.body)) for one in state.values()]
        read = judged(compile_mesh([*self.mesh, *found]).mesh, "objects")
        return [by_walk(read, ask) for ask in self.asks]


@pytest.mark.parametrize("name", CHANGES)
def test_each_request_meets_what_it_met_or_what_it_will(name: str) -> None:
    before, after, old, new = CHANGES[name]
    space, chance = NEAR.get(name, "clients"), Random(name)  # noqa: S311 - an order is no secret
    reading = Reading([*scenery(space), *team(), *new], tuple(requests(space)))
    was = compile_mesh([*scenery(space), *team(), *old])
    live: State = {one.ref: one for one in before.objects(was)}
    desired = {one.ref: one for one in after.objects(compile_mesh(reading.mesh))}
    may = list(zip(reading.met(live), reading.met(desired), strict=True))

    def holds(when: str) -> None:
        for ask, outcome, known in zip(reading.asks, reading.met(live), may, strict=True):
            assert outcome in known, (when, ask)

    for step in steps(diff(live.values(), desired.values())):
        for one in chance.sample(step.writes, len(step.writes)):
            live[one.ref] = one
            holds(f"{step.phase}, {one.ref} written")
        for ref in chance.sample(step.removes, len(step.removes)):
            del live[ref]
            holds(f"{step.phase}, {ref} removed")

    assert live == desired
