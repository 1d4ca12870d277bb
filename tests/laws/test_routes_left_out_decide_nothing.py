"""Law: the routes that a permissive lane is spared would have changed no journey.

A full plan gives each lane a route by what a request carries and one by who calls, everywhere.
Whoever begins a request, whatever it carries, and wherever programs forget it, the pods that answer
at each hop, and those that stand in for them, are the same by the full plan and by the one that is
made. Each hop may be followed by any other.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import event, given, settings
from msgspec import Struct
from msgspec.structs import replace

from laneway.core.compile import Compilation
from laneway.core.mesh.mesh import Caller, Group, Mesh, MeshPort
from laneway.core.mesh.names import Host, LaneName
from laneway.core.mesh.propagation import BAGGAGE, CORRELATION
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.matching import Match
from laneway.core.resources.meta import Ref
from laneway.core.routing.ask.passing import passed_on
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Decision, Target, call, connect
from laneway.core.routing.plan.members import Members
from laneway.core.routing.plan.route_plan import (
    Destination,
    Forward,
    Hop,
    Origin,
    Pairs,
    RoutePlan,
    Rule,
    Share,
)
from laneway.core.routing.plan.stamps import conditions, stamps
from tests.laws.compiling import compile_mesh
from tests.laws.permissive_towns import HEADER, HOSTS, OUTSIDE, SPACE, Pods, Town, towns

ORIGIN = Origin(Ref("ASMSwimLane", "", "any"))


def full_plan(mesh: Mesh, plan: RoutePlan) -> RoutePlan:
    """Return a plan in which every lane has every route at every service."""
    [group] = mesh.groups
    hops = {host: tuple(full_hops(mesh, group, host)) for host in group.hosts}
    return replace(plan, hops={**plan.hops, **hops})


def full_hops(mesh: Mesh, group: Group, host: Host) -> Iterator[Hop]:
    for port in mesh.services[host].ports:
        rules = tuple(full_rules(group, host, port))
        yield Hop(host, port.number, port.protocol, rules, group.name)


def full_rules(group: Group, host: Host, port: MeshPort) -> Iterator[Rule]:
    """Yield the routes by what is carried, lane by lane, those by who calls, and the last one."""

    def rule(lane: LaneName, match: Match) -> Rule:
        to = Destination(host, port.number, group.resolve(lane, host))
        one = (replace(match, port=port.number),)
        return Rule("full", one, Forward((Share(100, to),)), ORIGIN)

    signs = [conditions(group.propagation, lane.name) for lane in group.lanes]
    if port.protocol == "http":
        for place in range(len(signs[0])):
            for lane, found in zip(group.lanes, signs, strict=True):
                yield from (rule(lane.name, match) for match in found[place][1])
    for lane in group.lanes:
        caller = Match(source_labels=lane.selector)
        for stamp in stamps(group.propagation):
            if port.protocol == "http":
                written = rule(lane.name, stamp.onto(caller))
                yield replace(written, headers=stamp.edits(lane.name))
            else:
                yield rule(lane.name, caller)
    assert group.baseline is not None
    yield rule(group.baseline, Match())


class Stand(Struct, frozen=True):
    """A pod that serves a request, with the headers it has by the full plan and by ours."""

    pod: str
    full: Pairs
    ours: Pairs


class Journeys:
    """All journeys from some beginnings, hop by hop, by both plans at once."""

    def __init__(self, compilation: Compilation) -> None:
        self.mesh = compilation.mesh
        self.plan = compilation.plan
        self.full = full_plan(compilation.mesh, compilation.plan)
        self.pods = {pod.meta.name: pod for pod in self.mesh.workloads}
        self.seen: set[Stand] = set()

    def follow(self, carried: Pairs) -> int:
        """Follow a request that each pod of the mesh begins. Return how many stands there were."""
        waiting = [Stand(name, carried, carried) for name in self.pods]
        while waiting:
            stand = waiting.pop()
            if stand not in self.seen:
                self.seen.add(stand)
                waiting += self.next(stand)
        return len(self.seen)

    def next(self, stand: Stand) -> Iterator[Stand]:
        """Yield who serves what a pod calls, after holding both plans against each other."""
        caller = Caller.of(self.pods[stand.pod])
        for host, service in self.mesh.services.items():
            for port in service.ports:
                full = self.decide(self.full, caller, host, port, stand.full)
                ours = self.decide(self.plan, caller, host, port, stand.ours)
                assert where(full) == where(ours), (stand, host, port.number)
                for one, other in zip(full.targets, ours.targets, strict=True):
                    if port.protocol == "http":
                        yield from self.serving(one, other)

    def decide(
        self, plan: RoutePlan, caller: Caller, host: Host, port: MeshPort, carried: Pairs
    ) -> Decision:
        if port.protocol == "tcp":
            return connect(self.mesh, plan, caller, host, port.number)
        request = Request(host, port=port.number, headers=carried)
        return call(self.mesh, plan, caller, host, request)

    def serving(self, full: Target, ours: Target) -> Iterator[Stand]:
        """Yield the pods that answer or stand in, each once with a program that forgets."""
        for pod in (*ours.pods, *self.standing_in(ours.destination)):
            for forgets in ((), (pod.meta.name,)):
                yield Stand(
                    pod.meta.name,
                    passed_on(self.mesh, pod, full.request, forgets),
                    passed_on(self.mesh, pod, ours.request, forgets),
                )

    def standing_in(self, to: Destination) -> Iterator[Workload]:
        view = self.plan.view(to.host, Caller(SPACE, ()))
        others = view.stand_ins.get(to.subset, ()) if view else ()
        for subset in view.subsets if view else ():
            for pod in self.mesh.services[to.host].workloads if subset.name in others else ():
                if set(subset.labels) <= set(pod.labels.items()):
                    yield pod


def where(decision: Decision) -> list[tuple[str, int | None, list[str]]]:
    """Return what a caller can tell of a decision: whose pods, and an error."""
    return [
        (one.destination.subset, one.status, sorted(pod.meta.name for pod in one.pods))
        for one in decision.targets
    ]


def carried_by(town: Town) -> Iterator[Pairs]:
    """Yield what a request may carry at its beginning: nothing, a lane, or what is none."""
    yield ()
    for name in (*town.lanes, "gone", ""):
        yield ((HEADER, name),)
        if town.carrier == "baggage":
            yield ((BAGGAGE, f"user=7, {HEADER} = {name};p=1"),)
            yield ((BAGGAGE, f"{HEADER}={name}"), (HEADER, town.lanes[-1]))
        if town.carrier == "correlation":
            pair = Members(CORRELATION, HEADER).member(name)
            yield ((CORRELATION, f"YQ==:MQ==,{pair}"),)
            yield ((CORRELATION, pair), (HEADER, town.lanes[-1]))
    if town.carrier == "baggage":
        yield ((BAGGAGE, "user=7"),)


@settings(max_examples=40)
@given(towns())
def test_every_journey_is_as_with_all_routes(town: Town) -> None:
    journeys = Journeys(compile_mesh(town.objects()))
    stands = sum(journeys.follow(carried) for carried in carried_by(town))
    event("long" if stands > 100 else "short")


USUAL = Town(
    ("s1", "s2", "s3"),
    (*(Pods(host, "s1") for host in HOSTS), Pods("a", "s2"), Pods("c", "s2"), Pods("b", "s3")),
)


@pytest.mark.parametrize("caller", ["s1", "s2", "s3", ""])
@pytest.mark.parametrize("carried", [None, "s1", "s2", "s3", "gone", ""])
def test_whoever_calls_and_whatever_it_carries_the_same_pods_answer(
    caller: str, carried: str | None
) -> None:
    found = compile_mesh(replace(USUAL, outsiders=("",)).objects())
    full = full_plan(found.mesh, found.plan)
    host = Host(f"a.{SPACE}.svc.cluster.local")
    names = {"s1": "a-s1", "s2": "a-s2", "s3": "b-s3", "": f"{OUTSIDE}-none"}
    pod = next(pod for pod in found.mesh.workloads if pod.meta.name == names[caller])
    request = Request(host, headers=() if carried is None else ((HEADER, carried),))
    own = carried if carried in USUAL.lanes else caller

    decisions = [
        call(found.mesh, plan, Caller.of(pod), host, request) for plan in (full, found.plan)
    ]

    assert [[one.meta.name for one in each.pods] for each in decisions] == [
        ["a-s2" if own == "s2" else "a-s1"]
    ] * 2
