"""What traffic says of edges: all of what was counted, once, and leaks where lanes are left."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from laneway.core.compile import Compilation
from laneway.core.mesh.names import service_host
from laneway.core.views.topology.topology import Topology, topology
from laneway.core.views.traffic.counts import ALL, CountedAnswers, Counts, Passing, ToldCounts
from laneway.core.views.traffic.traffic import (
    EdgeTraffic,
    MeshTraffic,
    SeenEdge,
    calls_among,
    leaks_of,
    traffic,
)
from tests.topology.towns import Town

_HOST = service_host("service-2", "shop")
GATEWAY = "gateway:istio=ingressgateway"
SPARSE, STRICT = Town(7, 3, own=3), Town(3, 3, permissive=False)


def _shown(town: Town) -> tuple[Compilation, Topology]:
    compiled = town.compiled()
    return compiled, topology(compiled.mesh, compiled.plan)


def _told(town: Town, counts: Counts, window: float = 10) -> MeshTraffic:
    compiled, shown = _shown(town)
    return traffic(compiled.mesh, shown, ToldCounts(counts), 100, window)


def test_an_edge_tells_rate_share_of_errors_and_time() -> None:
    edge = Passing(GATEWAY, "shop/service-0@lane-0", "lane-0")
    found = _told(SPARSE, {edge: CountedAnswers(200, 50, {10: 100, 20: 200, ALL: 200})})

    (told,) = found.edges.values()
    assert (told.rate, told.errors, told.p95) == (20, 0.25, 19)
    assert (told.lanes, found.seen, found.known) == ({"lane-0": 20}, (), True)


def test_what_nobody_counted_is_unknown_and_no_zero() -> None:
    compiled, shown = _shown(STRICT)
    found = traffic(compiled.mesh, shown, ToldCounts(None, "Nobody counts."), 100, 10)

    plain = msgspec.to_builtins(found)
    assert [*plain] == ["at", "window", "known", "edges", "seen", "untold", "why"]
    assert (plain["known"], plain["edges"], [*plain["seen"]]) == (False, {}, [])
    assert plain["why"] == "Nobody counts."


@pytest.mark.parametrize("lane", ["lane-1", None])
def test_a_strict_lane_that_is_left_leaks_whoever_counted(lane: str | None) -> None:
    strays = Passing("shop/service-0@lane-1", "shop/service-1@lane-2", lane)
    found = _told(STRICT, {strays: CountedAnswers(10)})

    (seen,) = found.seen
    assert (seen.leak, seen.rate, seen.lanes) == (True, 1, {"lane-1": 1})
    assert leaks_of(found) == [(strays.caller, strays.callee)]


def test_a_request_that_lost_its_lane_leaks_where_its_lane_has_pods_of_its_own() -> None:
    _, shown = _shown(SPARSE)
    edge = next(
        one
        for one in shown.graph.edges
        if one.source.endswith("@lane-0") and one.target.endswith("@lane-1")
    )
    baseline = edge.target.replace("lane-1", "lane-0")
    lost = Passing(edge.source, baseline, "lane-1", lost=True)
    kept = Passing(edge.source, baseline, "lane-0")

    found = _told(SPARSE, {lost: CountedAnswers(20), kept: CountedAnswers(40)})
    (seen,) = found.seen
    assert (seen.leak, seen.lanes, seen.id[-1]) == (True, {"lane-1": 2}, "!")
    assert [one.lanes for one in found.edges.values()] == [{"lane-0": 4}]


def test_who_stands_in_while_pods_are_down_is_no_leak() -> None:
    instead = Passing("shop/service-0@lane-0", "shop/service-2@lane-0", "lane-1")
    compiled, _ = _shown(Town(7, 2, own=2))
    group = compiled.mesh.groups[0]
    assert group.resolve(group.lanes[1].name, _HOST) == "lane-1"

    assert _told(Town(7, 2, own=2), {instead: CountedAnswers(10)}).seen == ()


def test_a_call_that_the_plan_allows_and_nobody_wrote_down_is_no_leak() -> None:
    call = Passing("shop/service-1@lane-0", "shop/service-5@lane-0", "lane-0")
    found = _told(SPARSE, {call: CountedAnswers(10)})

    (seen,) = found.seen
    assert not seen.leak

    compiled, shown = _shown(SPARSE)
    then = topology(compiled.mesh, compiled.plan, calls_among(shown.known, [call]))
    later = traffic(compiled.mesh, then, ToldCounts({call: CountedAnswers(10)}), 100, 10)
    assert (later.seen, len(later.edges)) == ((), 1)
    assert calls_among(then.known, [call]) == frozenset()


def test_a_baseline_that_serves_all_lanes_leaks_nothing_where_nobody_knows_the_lane() -> None:
    call = Passing("shop/service-1@lane-0", "shop/service-5@lane-0", None)

    assert [one.leak for one in _told(SPARSE, {call: CountedAnswers(10)}).seen] == [False]


def _counts() -> st.SearchStrategy[dict[Passing, CountedAnswers]]:
    _, shown = _shown(SPARSE)
    nodes = st.sampled_from([one.id for one in shown.graph.nodes])
    lanes = st.sampled_from(["", None, *(mark.name for mark in shown.graph.lanes)])
    tallies = st.builds(
        lambda all_of, bad: CountedAnswers(all_of + bad, bad), st.integers(0, 99), _FEW
    )
    return st.dictionaries(st.builds(Passing, nodes, nodes, lanes), tallies, max_size=30)


_FEW = st.integers(0, 9)
COMPILED, SHOWN = _shown(SPARSE)


@given(_counts())
def test_each_request_is_counted_once_and_lanes_add_up(
    counts: dict[Passing, CountedAnswers],
) -> None:
    found = traffic(COMPILED.mesh, SHOWN, ToldCounts(counts), 100, 1)

    told: list[EdgeTraffic | SeenEdge] = [*found.edges.values(), *found.seen]
    assert sum(one.rate for one in told) == sum(one.answers for one in counts.values())
    assert all(one.rate == pytest.approx(sum(one.lanes.values())) for one in told)
    bad = sum(one.errors * one.rate for one in told)
    assert bad == pytest.approx(sum(one.errors for one in counts.values()), abs=0.5)
