"""The recording gives back what it was given, for as long as it says, in as little as it says."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from laneway.core.views.recording import BLOCK, Recording
from laneway.core.views.topology.topology import topology
from laneway.core.views.traffic.traffic import EdgeTraffic, MeshTraffic, SeenEdge
from tests.topology.towns import Town
from tests.traffic.weighing import bytes_of

_TOWN = Town(3, 2).compiled()
GRAPH = topology(_TOWN.mesh, _TOWN.plan).graph
OTHER = replace(GRAPH, id="other")

_LANES = st.dictionaries(
    st.sampled_from(["", "lane-0", "lane-1"]),
    st.integers(0, 9_999_999).map(lambda one: one / 1000),
    max_size=3,
)
_TIMES = st.none() | st.integers(0, 300_000).map(lambda one: one / 10)
_SHARES = st.integers(0, 10_000).map(lambda one: one / 10_000)
_RATES = st.integers(0, 9_999_999).map(lambda one: one / 1000)
_EDGES = st.dictionaries(
    st.sampled_from(["a>b", "a>c", "b>c"]),
    st.builds(EdgeTraffic, _RATES, _SHARES, _TIMES, _LANES),
    max_size=3,
)


def _seen(number: int, rate: float, lanes: dict[str, float], *, leak: bool) -> SeenEdge:
    return SeenEdge(f"x{number}>y", f"x{number}", "y", rate, 0.0, None, leak, lanes)


_SEEN = st.lists(
    st.builds(_seen, st.integers(0, 3), _RATES, _LANES, leak=st.booleans()),
    unique_by=lambda one: one.id,
    max_size=3,
).map(lambda ones: tuple(sorted(ones, key=lambda one: one.source)))
_FRAMES = st.builds(
    MeshTraffic, st.just(0), st.sampled_from([1.0, 10.0]), st.booleans(), _EDGES, _SEEN
)


@given(st.lists(st.tuples(st.sampled_from([GRAPH, OTHER]), _FRAMES), min_size=1, max_size=50))
def test_every_second_is_given_back_as_it_was(frames: list[tuple[Any, MeshTraffic]]) -> None:
    recording = Recording()
    told = [(graph, replace(frame, at=at)) for at, (graph, frame) in enumerate(frames)]
    for graph, frame in told:
        recording.add(graph, frame)

    assert recording.span == (0, len(told) - 1)
    for at, (graph, frame) in enumerate(told):
        found = recording.at(at)
        assert found
        assert (found.graph, found.traffic) == (graph, frame)
    assert recording.at(-1) is None


def test_what_is_older_than_the_span_is_gone_and_between_frames_the_last_one_stands() -> None:
    recording = Recording(seconds=60)
    for at in range(0, 300, 2):
        recording.add(GRAPH, MeshTraffic(at, 10, known=False))

    span = recording.span
    assert span
    assert span[1] == 298
    assert 60 <= span[1] - span[0] <= 60 + 2 * BLOCK
    found = recording.at(251)
    assert found
    assert found.traffic.at == 250
    assert recording.at(span[0] - 1) is None


def test_a_clock_that_is_set_back_goes_on_from_there() -> None:
    recording = Recording()
    for at in (100, 101, 102, 101, 103):
        recording.add(GRAPH, MeshTraffic(at, 10, known=True))

    assert recording.span == (101, 103)
    assert [found.traffic.at for at in (101, 102, 103) if (found := recording.at(at))] == [
        *(101, 101),
        103,
    ]


def _busy(at: int, chance: random.Random) -> MeshTraffic:
    """Return a second in which all of 1,200 edges have another rate, each for several lanes."""
    edges = {}
    for number in range(1200):
        lanes = {f"lane-{lane}": chance.randrange(99_999) / 1000 for lane in range(1 + number % 3)}
        time, share = chance.randrange(9999) / 10, chance.randrange(10_000) / 10_000
        name = f"shop/service-{number}@lane-0>shop/service-{number + 1}@lane-0"
        edges[name] = EdgeTraffic(round(sum(lanes.values()), 3), share, time, lanes)
    untold = () if at % 3 else tuple(edges)[:2]
    return MeshTraffic(at, 10, known=True, edges=edges, untold=untold, why="" if at % 3 else "So.")


def test_ten_minutes_of_1200_busy_edges_are_held_in_20_megabytes() -> None:
    recording, chance = Recording(), random.Random(7)  # noqa: S311 - no secret
    busy = [_busy(at, chance) for at in range(30)]
    for at in range(600):
        recording.add(GRAPH, replace(busy[at % 30], at=at))

    assert recording.span == (0, 599)
    assert bytes_of(recording) <= 20 << 20


def test_more_than_fits_is_never_held() -> None:
    recording, chance = Recording(most=1 << 20), random.Random(7)  # noqa: S311 - no secret
    for at in range(120):
        recording.add(GRAPH, _busy(at, chance))

    assert recording.span
    assert recording.span[0] > 0
    assert recording.size < (1 << 20) * 2
