"""Law: no request leaves its lane.

In a strict group a pod's own labels say its lane. Whatever it sends, and by whichever port, each
pod that may answer is of the same lane; where the lane has no pod the answer is 503. At a gateway
every rule of a lane leads to that lane's pods alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from laneway.core.compile import Compilation
from laneway.core.mesh.members import meets
from laneway.core.mesh.mesh import Caller, Group, GroupLane
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import Decision, call, connect, enter
from tests.laws.asks import Ask, entry_requests, requests
from tests.laws.compiling import compile_mesh
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object
from tests.laws.taste import SOUND


@given(st.data(), shared_meshes(SOUND))
def test_a_pod_of_a_lane_meets_only_pods_of_that_lane(
    data: st.DataObject, mesh: list[Object]
) -> None:
    compilation = compile_mesh(mesh)
    ask = data.draw(requests(mesh))
    for group, lane, pod in members(compilation):
        for decision in decisions(compilation, group, pod, ask):
            assert stays(decision, lane)


@given(st.data(), shared_meshes(SOUND))
def test_a_rule_of_a_lane_leads_to_pods_of_that_lane(
    data: st.DataObject, mesh: list[Object]
) -> None:
    compilation = compile_mesh(mesh)
    ask = data.draw(entry_requests(mesh))
    request = Request(ask.host, ask.path, ask.method, headers=ask.headers)
    lanes = {str(lane.name): lane for group in compilation.mesh.groups for lane in group.lanes}
    for port in compilation.plan.gateway_ports:
        decision = enter(compilation.mesh, compilation.plan, request, port)
        for target in decision.targets:
            lane = lanes[target.destination.subset]

            assert all(meets(lane.selector, pod.labels) for pod in target.pods)
            assert decision.rule is None or decision.rule.lane in ("", lane.name)


@given(shared_meshes(SOUND))
def test_every_service_of_a_lane_has_a_last_rule(mesh: list[Object]) -> None:
    plan = compile_mesh(mesh).plan
    for hops in plan.hops.values():
        for hop in hops:
            last = [match for match in hop.rules[-1].matches if match.source_labels]

            assert not hop.group or not last


def members(compilation: Compilation) -> Iterator[tuple[Group, GroupLane, Workload]]:
    """Yield each lane of each group with each workload whose pods wear its labels."""
    for group in compilation.mesh.groups:
        for lane in group.lanes:
            for pod in compilation.mesh.workloads:
                if meets(lane.selector, pod.labels):
                    yield group, lane, pod


def decisions(
    compilation: Compilation, group: Group, pod: Workload, ask: Ask
) -> Iterator[Decision]:
    """Yield what a pod's call meets at every port of every service of a group."""
    mesh, plan, caller = compilation.mesh, compilation.plan, Caller.of(pod)
    for host in group.hosts:
        for port in mesh.services[host].ports:
            if port.protocol == "tcp" or port.sniffed:
                yield connect(mesh, plan, caller, host, port.number)
            if port.protocol == "http":
                request = Request(host, ask.path, ask.method, headers=ask.headers, port=port.number)
                yield call(mesh, plan, caller, host, request)


def stays(decision: Decision, lane: GroupLane) -> bool:
    """Whether every outcome is a pod of the lane, or 503 for want of one."""
    return bool(decision.targets) and all(
        target.status == 503 if not target.pods else all_in(target.pods, lane)
        for target in decision.targets
    )


def all_in(pods: tuple[Workload, ...], lane: GroupLane) -> bool:
    """Whether all pods wear the labels of the lane."""
    return all(meets(lane.selector, pod.labels) for pod in pods)
