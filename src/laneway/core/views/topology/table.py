"""A topology as a table: the same that the picture says, for screen readers and for terminals.

Comes in: a graph. Goes out: a head and rows of words: who calls, who answers, in which lanes, and
whether another lane stands in. Who calls and answers nobody has a row of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.views.topology.graph import Graph, GraphNode

Row = tuple[str, str, str, str, str]

HEAD: Row = ("CALLER", "CALLEE", "LANES", "KIND", "BY")
_NOTHING = "-"


def table(graph: Graph) -> tuple[Row, list[Row]]:
    """Return the head and the rows, callers in the order in which requests meet them."""
    nodes = {one.id: one for one in graph.nodes}
    place = {one.id: (one.column, one.y, one.id) for one in graph.nodes}
    edges = sorted(graph.edges, key=lambda one: (place[one.source], place[one.target]))
    rows = [
        (
            name_of(nodes[one.source]),
            name_of(nodes[one.target]),
            ", ".join(one.lanes) or _NOTHING,
            one.kind,
            one.what,
        )
        for one in edges
    ]
    return HEAD, [*rows, *_alone(graph)]


def _alone(graph: Graph) -> Iterator[Row]:
    met = {name for one in graph.edges for name in (one.source, one.target)}
    for one in graph.nodes:
        if one.id not in met:
            yield (name_of(one), _NOTHING, one.lane or _NOTHING, _NOTHING, _NOTHING)


def name_of(node: GraphNode) -> str:
    """Name a node as a row does.

    >>> name_of(GraphNode("a/b@s1", "version", "b", "a", "b.a.svc", "s1", {}, 1, None))
    'a/b (s1)'
    """
    if node.kind == "gateway":
        return f"gateway {node.name}"
    return f"{node.namespace}/{node.name}" + (f" ({node.lane})" if node.lane else "")
