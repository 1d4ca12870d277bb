"""A topology as a picture and as a table: both say all of it, and names are only ever text."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

from msgspec.structs import replace

from laneway.core.views.topology.graph import Graph
from laneway.core.views.topology.picture import picture
from laneway.core.views.topology.table import HEAD, name_of, table
from laneway.core.views.topology.topology import topology
from tests.topology.towns import Town

SVG = "{http://www.w3.org/2000/svg}"
MARKUP = '</title><script>alert(1)</script>"&'


def _graph(town: Town) -> Graph:
    compiled = town.compiled()
    return topology(compiled.mesh, compiled.plan).graph


def _classes(text: str, tag: str = "g") -> list[set[str]]:
    root = fromstring(text)  # noqa: S314 - our own text
    return [set(one.get("class", "").split()) for one in root.iter(SVG + tag)]


def test_each_edge_and_node_is_drawn_and_what_stands_in_is_dashed() -> None:
    graph = _graph(Town(20, 3, own=4))
    drawn = _classes(picture(graph))

    for kind in ("route", "fallback"):
        wanted = [one for one in graph.edges if one.kind == kind]
        assert wanted
        assert sum(kind in one for one in drawn) == len(wanted)
    assert sum("version" in one for one in drawn) == len(graph.nodes) - 1
    assert sum("gateway" in one for one in drawn) == 1


def test_a_leak_is_drawn_as_one_whether_the_plan_has_the_edge_or_not() -> None:
    graph = _graph(Town(3, 3))
    edge = graph.edges[0]
    planned, strange = (edge.source, edge.target), (graph.nodes[-1].id, graph.nodes[1].id)

    drawn = _classes(picture(graph, [planned, strange]))
    assert sum("leak" in one for one in drawn) == 2
    assert sum("route" in one for one in drawn) == len(graph.edges) + 1


def test_markup_in_names_is_text_and_nothing_else() -> None:
    graph = _graph(Town(3, 2))
    nodes = tuple(replace(one, name=MARKUP, namespace=MARKUP) for one in graph.nodes)
    boxes = tuple(replace(one, name=MARKUP) for one in graph.namespaces)
    lanes = tuple(replace(one, name=MARKUP) for one in graph.lanes)
    text = picture(replace(graph, nodes=nodes, namespaces=boxes, lanes=lanes))

    root = fromstring(text)  # noqa: S314 - our own text
    allowed = {SVG + tag for tag in ("svg", "style", "rect", "text", "g", "path", "title")}
    assert {one.tag for one in root.iter()} == allowed
    assert MARKUP in {one.text for one in root.iter(SVG + "text")}


def test_the_table_says_every_edge_once_and_whom_nobody_calls() -> None:
    graph = _graph(Town(20, 3, own=4))
    head, rows = table(graph)

    assert head == HEAD
    names = {one.id: name_of(one) for one in graph.nodes}
    wanted = sorted((names[one.source], names[one.target], one.kind) for one in graph.edges)
    assert sorted((row[0], row[1], row[3]) for row in rows if row[1] != "-") == wanted
    assert {row[0] for row in rows} | {row[1] for row in rows} >= set(names.values())
