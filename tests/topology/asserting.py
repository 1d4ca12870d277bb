"""What every graph keeps, whatever mesh it is of."""

from __future__ import annotations

from itertools import combinations, pairwise

from laneway.core.views.topology.graph import Graph, GraphNode, NamespaceBox


def assert_is_sound(graph: Graph) -> None:
    """Edges end at nodes, nothing overlaps, and boxes hold just what is theirs."""
    nodes = {one.id: one for one in graph.nodes}
    assert len(nodes) == len(graph.nodes)
    assert len({one.id for one in graph.edges}) == len(graph.edges)
    assert all(one.source in nodes and one.target in nodes for one in graph.edges)
    named = {mark.name for mark in graph.lanes}
    assert all(named.issuperset(one.lanes) for one in graph.edges)
    assert {one.lane for one in graph.nodes if one.lane} <= named
    _assert_apart(graph)
    _assert_boxed(graph, nodes)


def _assert_apart(graph: Graph) -> None:
    width, height = graph.node_size.width, graph.node_size.height
    by_column: dict[int, list[int]] = {}
    for one in graph.nodes:
        assert 0 <= one.x <= graph.size.width - width, one
        assert 0 <= one.y <= graph.size.height - height, one
        by_column.setdefault(one.x, []).append(one.y)
    columns = sorted(by_column)
    assert all(other - one > width for one, other in pairwise(columns))
    for rows in by_column.values():
        rows.sort()
        assert all(other - one > height for one, other in pairwise(rows))


def _assert_boxed(graph: Graph, nodes: dict[str, GraphNode]) -> None:
    for box in graph.namespaces:
        inside = {one.id for one in graph.nodes if _holds(box, one, graph)}
        assert inside == set(box.nodes)
        assert all(nodes[name].namespace == box.name for name in inside)
        assert 0 <= box.x <= graph.size.width - box.width
        assert 0 <= box.y <= graph.size.height - box.height
    boxed = {name for box in graph.namespaces for name in box.nodes}
    assert boxed == {one.id for one in graph.nodes if one.kind == "version"}
    for one, other in combinations(graph.namespaces, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y


def _holds(box: NamespaceBox, node: GraphNode, graph: Graph) -> bool:
    """Whether a node touches a box at all; then it has to be in it whole."""
    right, bottom = node.x + graph.node_size.width, node.y + graph.node_size.height
    apart = right <= box.x or node.x >= box.x + box.width
    if apart or bottom <= box.y or node.y >= box.y + box.height:
        return False
    assert box.x <= node.x
    assert right <= box.x + box.width
    assert box.y <= node.y
    assert bottom <= box.y + box.height
    return True
