"""The traffic of a mesh as pages show it: rate, errors and time of each edge, and what leaks.

Comes in: a topology and what was counted over a window. Goes out: by edge of the plan what went
over it, and the edges that were seen though no plan has them. Each request counts on one edge, and
the rates of lanes add up to the edge's. An edge without a count has no entry; that nobody counted
is said once for all and is never a zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from laneway.core.mesh.mesh import Mesh
from laneway.core.views.topology.graph import GraphEdge, edge_id
from laneway.core.views.topology.topology import Topology
from laneway.core.views.topology.versions import SeenCall, Versions
from laneway.core.views.traffic.counts import CountedAnswers, Passing, ToldCounts, added, quantile
from laneway.core.views.traffic.leaving import is_leak

SLOW = 0.95


class EdgeTraffic(Struct, frozen=True):
    """Requests a second, the share of errors, the time in milliseconds of 95 % of them, by lane.

    `p95` is None where nobody took the time. The lane that has no name is none, or not known.
    """

    rate: float
    errors: float
    p95: float | None
    lanes: Mapping[str, float]


class SeenEdge(Struct, frozen=True):
    """An edge that no plan has: with `leak` its requests left their lane there."""

    id: str
    source: str = field(name="from")
    target: str = field(name="to")
    rate: float
    errors: float
    p95: float | None
    leak: bool
    lanes: Mapping[str, float]


class MeshTraffic(Struct, frozen=True):
    """All that was counted in `window` seconds up to `at`, in seconds since 1970.

    Without `known` nobody counted, and nothing is said of any edge. Of those in `untold` nothing
    is said either. `why` tells why not.
    """

    at: int
    window: float
    known: bool
    edges: Mapping[str, EdgeTraffic] = {}
    seen: tuple[SeenEdge, ...] = ()
    untold: tuple[str, ...] = ()
    why: str = ""


def traffic(mesh: Mesh, shown: Topology, told: ToldCounts, at: int, window: float) -> MeshTraffic:
    """Return what was counted as traffic.

    Nodes that the topology does not have yet are left out: see `calls_among`.
    """
    if told.counts is None:
        return MeshTraffic(at, window, known=False, why=told.why)
    planned: dict[str, list[tuple[str, CountedAnswers]]] = {}
    strange: dict[tuple[str, str, bool], list[tuple[str, CountedAnswers]]] = {}
    edges = {(one.source, one.target): one for one in shown.graph.edges}
    nodes = {one.id for one in shown.graph.nodes}
    for passing, tally in told.counts.items():
        edge = edges.get((passing.caller, passing.callee))
        if edge is None and not nodes.issuperset((passing.caller, passing.callee)):
            continue
        lane = lane_told(shown, edge, passing)
        leaks = not _is_planned(edge, lane) and is_leak(mesh, shown.known, passing)
        if edge is not None and not leaks:
            planned.setdefault(edge.id, []).append((lane, tally))
        else:
            key = (passing.caller, passing.callee, leaks)
            strange.setdefault(key, []).append((lane, tally))
    untold = tuple(one.id for one in shown.graph.edges if one.source in told.untold)
    of_edges = {name: _edge(found, window) for name, found in sorted(planned.items())}
    seen = tuple(_seen(strange, window))
    return MeshTraffic(at, window, True, of_edges, seen, untold, told.why)  # noqa: FBT003


def _is_planned(edge: GraphEdge | None, lane: str) -> bool:
    return edge is not None and (lane in edge.lanes or not lane)


def lane_told(shown: Topology, edge: GraphEdge | None, passing: Passing) -> str:
    """Return the lane of requests; where no source told, the only one it can be, or none.

    That is the only lane of the edge's plan, or the own lane of a caller that serves no other.
    """
    if passing.lane is not None:
        return passing.lane
    if edge is not None and edge.only_lane:
        return edge.only_lane
    own = shown.known.all[passing.caller].lane
    group = shown.known.all[passing.caller].group
    is_own = own is not None and (edge is None or own in edge.lanes)
    return own if own and is_own and own != shown.baselines.get(group) else ""


def calls_among(known: Versions, counts: Iterable[Passing]) -> frozenset[SeenCall]:
    """Return the calls that were seen and that a topology does not have, for it to have them.

    Gateways call by no name, and of a callee that is unknown no host is known.
    """
    return frozenset(
        SeenCall(one.caller, host)
        for one in counts
        if one.callee in known.all and (host := known.all[one.callee].host)
        if one.caller not in known.all or known.all[one.caller].kind != "gateway"
        if (one.caller, host) not in known.called
    )


def _edge(found: Sequence[tuple[str, CountedAnswers]], window: float) -> EdgeTraffic:
    rates: dict[str, float] = {}
    for lane, tally in found:
        rates[lane] = rates.get(lane, 0.0) + tally.answers / window
    whole = added([tally for _, tally in found])
    lanes = {lane: round(rate, 3) for lane, rate in sorted(rates.items())}
    slow = quantile(whole.within, SLOW)
    share = whole.errors / whole.answers if whole.answers else 0.0
    p95 = None if slow is None else round(slow, 1)
    return EdgeTraffic(round(sum(lanes.values()), 3), round(share, 4), p95, lanes)


def _seen(
    strange: Mapping[tuple[str, str, bool], Sequence[tuple[str, CountedAnswers]]], window: float
) -> Iterator[SeenEdge]:
    for (source, target, leaks), found in sorted(strange.items()):
        one = _edge(found, window)
        name = edge_id(source, target) + ("!" if leaks else "?")
        yield SeenEdge(name, source, target, one.rate, one.errors, one.p95, leaks, one.lanes)


def leaks_of(found: MeshTraffic) -> list[tuple[str, str]]:
    """Return the pairs of nodes between which requests leak, as a picture wants them."""
    return [(one.source, one.target) for one in found.seen if one.leak]
