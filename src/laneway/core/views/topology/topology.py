"""The topology of a mesh: who calls whom in which lanes, and where each stands in the picture.

Comes in: the mesh, its plan, and calls that were seen and no manifest names. Goes out: the graph
that is shown, and who is meant by its nodes. Who is in no lane group, has no proxy and calls or
answers nobody of them, is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from laneway.core.mesh.mesh import Mesh
from laneway.core.views.topology.graph import Graph, GraphEdge, GraphNode, LaneMark, edge_id
from laneway.core.views.topology.paths import LedBy, Paths, paths
from laneway.core.views.topology.placing import NODE, LaidOut, placed
from laneway.core.views.topology.versions import SeenCall, Version, Versions, versions

if TYPE_CHECKING:
    from laneway.core.routing.plan.route_plan import RoutePlan

COLORS, PATTERNS = 8, 7
"""How many there are of each; with no common divisor, so that pairs repeat as late as can be."""


class Topology(Struct, frozen=True):
    """A graph, the versions that its nodes are, and the baseline of each group that has one."""

    graph: Graph
    known: Versions
    baselines: Mapping[str, str] = {}


def topology(mesh: Mesh, plan: RoutePlan, seen: Iterable[SeenCall] = ()) -> Topology:
    """Return the topology of a mesh."""
    told = sorted(set(seen), key=lambda one: (one.caller, one.host))
    known = versions(mesh, plan, told)
    followed = paths(mesh, plan, known, told)
    found = followed.paths
    marks = lane_marks(mesh)
    shown = list(_shown(known.all.values(), found))
    calls: dict[str, list[str]] = {}
    for source, target in sorted(found):
        calls.setdefault(source, []).append(target)
    places = placed(shown, calls, [mark.name for mark in marks])
    nodes = tuple(_node(one, places) for one in sorted(shown, key=lambda one: one.id))
    edges = tuple(_edges(found, known, marks))
    graph = Graph("", places.size, NODE, marks, nodes, places.boxes, edges)
    baselines = {one.name: one.baseline for one in mesh.groups if one.baseline is not None}
    known = replace(known, called=followed.called)
    return Topology(replace(graph, id=_digest(graph)), known, baselines)


def lane_marks(mesh: Mesh) -> tuple[LaneMark, ...]:
    """Return how each lane is marked: older lanes keep their marks when others come."""
    lanes = [(group.name, lane.name) for group in mesh.groups for lane in group.lanes]
    return tuple(
        LaneMark(lane, group, at % COLORS, at % PATTERNS) for at, (group, lane) in enumerate(lanes)
    )


def _shown(everyone: Iterable[Version], found: Paths) -> Iterator[Version]:
    touched = {name for pair in found for name in pair}
    for one in everyone:
        if one.id in touched or one.kind == "gateway" or (one.is_meshed and one.kind == "version"):
            yield one


def _node(version: Version, places: LaidOut) -> GraphNode:
    x, y = places.corners[version.id]
    return GraphNode(
        version.id,
        version.kind,
        version.name,
        version.namespace,
        version.host,
        version.lane,
        version.labels,
        version.pods,
        version.ready,
        places.columns[version.id],
        x,
        y,
    )


def _edges(found: Paths, known: Versions, marks: Sequence[LaneMark]) -> Iterator[GraphEdge]:
    rank = {mark.name: at for at, mark in enumerate(marks)}
    for (source, target), ways in sorted(found.items()):
        lanes = tuple(sorted((lane for lane in ways if lane), key=lambda one: rank.get(one, 0)))
        is_fallback = all(way.stands_in for way in ways.values())
        yield GraphEdge(
            edge_id(source, target),
            source,
            target,
            lanes,
            "fallback" if is_fallback else "route",
            _words(known.all[target], ways, lanes, is_fallback=is_fallback),
        )


def _words(
    target: Version, ways: Mapping[str, LedBy], lanes: Sequence[str], *, is_fallback: bool
) -> str:
    if is_fallback:
        more = f" and {len(lanes) - 3} more" if len(lanes) > 3 else ""
        return f"{target.lane} stands in for {', '.join(lanes[:3])}{more}"
    by = dict.fromkeys(way.what for way in ways.values() if not way.stands_in)
    first = next(iter(by))
    return first if len(by) == 1 else f"{first}, and {len(by) - 1} more"


def _digest(graph: Graph) -> str:
    from hashlib import blake2b  # noqa: PLC0415 - it loads OpenSSL, which only a picture needs

    return blake2b(msgspec.json.encode(graph), digest_size=8).hexdigest()
