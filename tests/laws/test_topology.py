"""Law: a topology says what the plan says, each thing in one place, in any order of the input."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laneway.core.compile import compile_snapshot
from laneway.core.mesh.names import Host
from laneway.core.routing.ask.journey import JourneyStep, journey
from laneway.core.search.probes import probes
from laneway.core.views.topology import paths
from laneway.core.views.topology.topology import topology
from laneway.core.views.topology.versions import SeenCall, Versions, gateway_id
from tests.laws.compiling import compile_mesh, placed
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object
from tests.snapshot import snapshot_of_objects
from tests.topology.asserting import assert_is_sound


@given(st.data(), shared_meshes())
def test_edges_end_at_nodes_and_nothing_overlaps(data: st.DataObject, mesh: list[Object]) -> None:
    compiled = compile_mesh(mesh)
    nodes = [one.id for one in topology(compiled.mesh, compiled.plan).graph.nodes]
    callers = st.sampled_from([*nodes, "outside:shop/curl"])
    hosts = st.sampled_from([*compiled.mesh.services, Host("nowhere.example.com")])
    seen = data.draw(st.lists(st.builds(SeenCall, callers, hosts), max_size=8))

    assert_is_sound(topology(compiled.mesh, compiled.plan, seen).graph)


@given(st.data(), shared_meshes())
def test_what_is_asked_once_for_all_callers_is_so_for_each(
    data: st.DataObject, mesh: list[Object]
) -> None:
    compiled = compile_mesh(mesh)
    nodes = [one.id for one in topology(compiled.mesh, compiled.plan).graph.nodes]
    ends = [(node, host) for node in nodes for host in compiled.mesh.services]
    pairs = st.lists(st.sampled_from(ends), min_size=4, max_size=12) if ends else st.just([])
    seen = [SeenCall(*pair) for pair in data.draw(pairs)]
    quickly = topology(compiled.mesh, compiled.plan, seen).graph

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "_told_by_lanes", lambda *_: ())
        assert topology(compiled.mesh, compiled.plan, seen).graph == quickly


@given(st.data(), shared_meshes())
def test_the_order_of_the_input_changes_nothing(data: st.DataObject, mesh: list[Object]) -> None:
    files = placed(mesh)
    written = compile_snapshot(snapshot_of_objects(files))
    shuffled = compile_snapshot(snapshot_of_objects(data.draw(st.permutations(files))))

    graph = topology(written.mesh, written.plan).graph
    assert topology(shuffled.mesh, shuffled.plan).graph == graph


@given(shared_meshes())
def test_every_known_pod_of_a_lane_service_stands_once(mesh: list[Object]) -> None:
    compiled = compile_mesh(mesh)
    found = topology(compiled.mesh, compiled.plan)
    shown = {one.id: one for one in found.graph.nodes}

    for host in compiled.mesh.owner_of:
        service = compiled.mesh.services[host]
        there = [one for one in shown.values() if one.host == host]
        assert there, host
        wanted = sum(pod.replicas for pod in service.workloads)
        assert sum(one.pods for one in there) == wanted


@given(shared_meshes())
def test_every_step_of_a_journey_is_an_edge_of_its_lane(mesh: list[Object]) -> None:
    compiled = compile_mesh(mesh)
    found = topology(compiled.mesh, compiled.plan)
    edges = {(one.source, one.target): one.lanes for one in found.graph.edges}

    for probe in probes(compiled.mesh, compiled.plan).sent:
        if probe.purpose == "rule":
            start = gateway_id(probe.gateway.selector)
            step = journey(compiled.mesh, compiled.plan, probe.request, probe.gateway)
            for source, target, lane in _steps(found.known, start, step):
                assert lane in (edges[source, target] or ("",)), (source, target, lane)


def _steps(known: Versions, source: str, step: JourneyStep) -> Iterator[tuple[str, str, str]]:
    """Yield the pairs of nodes that a journey goes between, with the lane its proxy knows."""
    for at, target in enumerate(step.decision.targets):
        for pod in target.pods:
            node = known.at[target.destination.host, pod.meta.ref]
            if target.lane and node != source:
                yield source, node, target.lane
            for one in step.next:
                if one.answer == at and one.caller == pod.meta.name and not one.assumed:
                    yield from _steps(known, known.home[pod.meta.ref], one)
