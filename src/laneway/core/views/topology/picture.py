"""A topology as one SVG that needs nothing beside itself: to download, to print, to send on.

Comes in: a graph, and edges that are leaks. Goes out: the text of an SVG. A lane is told by a color
and by a sign on its nodes and at the beginning of its edges, so that neither eyes nor printers need
colors; what another lane answers for is dashed, a leak is red. It is light or dark as its reader
likes it. All names are escaped, and nothing is fetched from anywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from html import escape

from laneway.core.views.topology.graph import (
    Graph,
    GraphEdge,
    GraphNode,
    LaneMark,
    NamespaceBox,
    edge_id,
)

LEGEND = 36
"""The height of a row that says which lane has which mark."""
_LEGEND_WIDTH = 210
_LONGEST = 21
"""Characters of a name that fit into a node."""
_DENSE = 250
"""Edges from which on each is drawn thinner."""

_LIGHT = "#1f6feb #c2410c #15803d #8b3fd6 #0e7490 #be185d #5f6f0a #7a5230".split()  # noqa: SIM905
_DARK = "#6cb1ff #ffa657 #56d364 #d2a8ff #39c5cf #ff9bce #c5d86a #d9b48f".split()  # noqa: SIM905
_SIGNS = (
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0z",
    "M-4,-4h8v8h-8z",
    "M-4.5,4L0,-4.5L4.5,4z",
    "M0,-5L5,0L0,5L-5,0z",
    "M-5,-1.5h3.5v-3.5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5z",
    "M-4.5,-4L0,4.5L4.5,-4z",
    "M-5,-2h10v4h-10z",
)
"""A path for each pattern, around the origin."""

_STYLE = """
svg{{--paper:#fff;--card:#fff;--box:#f6f8fa;--line:#d0d7de;--ink:#1f2328;--soft:#59636e;
--leak:#cf222e;{light}}}
@media (prefers-color-scheme:dark){{svg{{--paper:#0d1117;--card:#161b22;--box:#11161d;
--line:#3d444d;--ink:#e6edf3;--soft:#9198a1;--leak:#ff7b72;{dark}}}}}
.paper{{fill:var(--paper)}}
text{{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink)}}
.name{{font-weight:600}}
.soft{{fill:var(--soft);font-size:11.5px}}
.box{{fill:var(--box);stroke:var(--line)}}
.card{{fill:var(--card);stroke:var(--line);stroke-width:1.2}}
.outside .card{{stroke-dasharray:3 3}}
.gateway .card{{fill:var(--box);stroke:var(--soft)}}
.edge{{fill:none;stroke-width:1.7;stroke-opacity:.72}}
.fallback .edge{{stroke-dasharray:7 5}}
.head,.sign{{stroke:none}}
.none .edge{{stroke:var(--soft)}}
.none .head{{fill:var(--soft)}}
.dense .edge{{stroke-opacity:.38;stroke-width:1.3}}
.leak .edge,.dense .leak .edge{{stroke:var(--leak);stroke-width:2.6;stroke-opacity:1}}
.leak .head{{fill:var(--leak)}}
{lanes}
"""


def picture(graph: Graph, leaks: Collection[tuple[str, str]] = ()) -> str:
    """Return a graph as SVG; leaks are pairs of nodes, with or without an edge of the plan."""
    rows = -(-len(graph.lanes) // _per_row(graph)) if graph.lanes else 0
    width, height = graph.size.width, graph.size.height + rows * LEGEND
    whole = f'width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {whole} viewBox="0 0 {width} {height}"',
        f'class="{"dense" if len(graph.edges) > _DENSE else "clear"}"',
        'role="img" aria-label="Topology of the mesh">',
        f"<style>{_style()}</style>",
        f'<rect class="paper" {whole}/>',
        *(_box(one) for one in graph.namespaces),
        *_edges(graph, frozenset(leaks)),
        *_nodes(graph),
        *_legend(graph),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _style() -> str:
    light = "".join(f"--lane-{at}:{color};" for at, color in enumerate(_LIGHT))
    dark = "".join(f"--lane-{at}:{color};" for at, color in enumerate(_DARK))
    lanes = "\n".join(
        f".lane-{at} .edge{{stroke:var(--lane-{at})}}"
        f".lane-{at} .head,.lane-{at} .sign{{fill:var(--lane-{at})}}"
        for at in range(len(_LIGHT))
    )
    return _STYLE.format(light=light, dark=dark, lanes=lanes)


def _box(box: NamespaceBox) -> str:
    name = escape(box.name)
    return (
        f'<rect class="box" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" '
        f'rx="12"/><text class="soft" x="{box.x + 16}" y="{box.y + 24}">{name}</text>'
    )


def _edges(graph: Graph, leaks: Collection[tuple[str, str]]) -> Iterator[str]:
    """Yield all edges, leaks last, so that nothing hides them."""
    nodes = {one.id: one for one in graph.nodes}
    marks = {mark.name: mark for mark in graph.lanes}
    for one in graph.edges:
        if (one.source, one.target) not in leaks:
            yield _edge(graph, nodes, one, _mark(one, nodes, marks))
    for source, target in sorted(leaks):
        if source in nodes and target in nodes:
            edge = GraphEdge(edge_id(source, target), source, target, (), "route", "a leak")
            yield _edge(graph, nodes, edge, None, "leak")


def _mark(
    edge: GraphEdge, nodes: dict[str, GraphNode], marks: dict[str, LaneMark]
) -> LaneMark | None:
    """Return the mark of an edge: of several lanes that of the pods that answer, if it is one."""
    if edge.only_lane:
        return marks.get(edge.only_lane)
    lane = nodes[edge.target].lane
    return marks.get(lane) if lane in edge.lanes and lane else None


def _edge(
    graph: Graph,
    nodes: dict[str, GraphNode],
    edge: GraphEdge,
    mark: LaneMark | None,
    more: str = "",
) -> str:
    source, target = nodes[edge.source], nodes[edge.target]
    middle = graph.node_size.height // 2
    x, y = source.x + graph.node_size.width, source.y + middle
    to_x, to_y = target.x - 7, target.y + middle
    bend = max(48, abs(to_x - x) // 2)
    path = f"M{x},{y}C{x + bend},{y} {to_x - bend},{to_y} {to_x},{to_y}"
    kinds = " ".join(filter(None, (f"lane-{mark.color}" if mark else "none", edge.kind, more)))
    at = _on_the_way((x, y), (to_x, to_y), bend)
    lanes = ", ".join(edge.lanes) or "no lane"
    title = escape(f"{source.name} to {target.name}: {lanes}; {edge.what}")
    return (
        f'<g class="{kinds}"><title>{title}</title><path class="edge" d="{path}"/>'
        f'<path class="head" d="M{to_x},{to_y - 4}l8,4l-8,4z"/>{_sign(mark, *at)}</g>'
    )


def _on_the_way(start: tuple[int, int], end: tuple[int, int], bend: int) -> tuple[int, int]:
    """Return the point of an edge where its sign stands: where edges of one node have parted."""
    part, rest = 0.3, 0.7
    ends, middle = (rest**3, part**3), (3 * rest**2 * part, 3 * rest * part**2)
    x = ends[0] * start[0] + middle[0] * (start[0] + bend) + middle[1] * (end[0] - bend)
    y = (ends[0] + middle[0]) * start[1] + (ends[1] + middle[1]) * end[1]
    return round(x + ends[1] * end[0]), round(y)


def _nodes(graph: Graph) -> Iterator[str]:
    marks = {mark.name: mark for mark in graph.lanes}
    width, height = graph.node_size.width, graph.node_size.height
    for one in graph.nodes:
        mark = marks.get(one.lane or "")
        classes = one.kind + (f" lane-{mark.color}" if mark else "")
        radius = height // 2 if one.kind == "gateway" else 8
        sign = _sign(mark, 18, 31)
        below = 28 if mark else 14
        yield (
            f'<g class="{classes}" transform="translate({one.x},{one.y})">'
            f"<title>{escape(one.id)}</title>"
            f'<rect class="card" width="{width}" height="{height}" rx="{radius}"/>'
            f'<text class="name" x="14" y="19">{escape(_short(one.name, _LONGEST))}</text>'
            f"{sign if mark else ''}"
            f'<text class="soft" x="{below}" y="35">{escape(_short(_below(one), 25))}</text></g>'
        )


def _sign(mark: LaneMark | None, x: int, y: int) -> str:
    if mark is None:
        return ""
    return f'<path class="sign" d="{_SIGNS[mark.pattern]}" transform="translate({x},{y})"/>'


def _below(node: GraphNode) -> str:
    if node.kind != "version":
        return node.kind if node.kind == "gateway" else f"outside, {node.namespace}"
    pods = f"{node.pods} pod{'s' * (node.pods != 1)}"
    if node.ready is not None and node.ready != node.pods:
        pods = f"{node.ready} of {pods}"
    return f"{_short(node.lane, 15)} · {pods}" if node.lane else pods


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _per_row(graph: Graph) -> int:
    return max(1, (graph.size.width - 56) // _LEGEND_WIDTH)


def _legend(graph: Graph) -> Iterator[str]:
    names: Sequence[LaneMark] = graph.lanes
    for at, mark in enumerate(names):
        row, column = divmod(at, _per_row(graph))
        x, y = 36 + column * _LEGEND_WIDTH, graph.size.height + row * LEGEND + 8
        yield (
            f'<g class="lane-{mark.color}" transform="translate({x},{y})">'
            f'<path class="sign" d="{_SIGNS[mark.pattern]}"/>'
            f'<text class="soft" x="12" y="4">{escape(_short(mark.name, 26))}</text></g>'
        )
