"""The topology as it is shown: versions of services, who calls whom in which lanes, and where.

These types are what pages read; they say nothing that a plan does not say. `x` and `y` are the left
upper corner of a node, which is as large as `node_size` says; all lengths are in CSS pixels at the
scale of 1. Names of fields are camelCase in JSON, as in Kubernetes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

NodeKind = Literal["gateway", "version", "outside"]
EdgeKind = Literal["route", "fallback"]


class Size(Struct, frozen=True):
    """A width and a height."""

    width: int
    height: int


class LaneMark(Struct, frozen=True):
    """How a lane is told from others: by a color and a pattern, no two of 56 by the same pair."""

    name: str
    group: str
    color: int
    pattern: int


class GraphNode(Struct, frozen=True, rename="camel"):
    """A gateway, the pods of a service that one lane or none has, or a program behind no service.

    Pods of a lane that no service selects are a version, too, whose `host` is empty. `pods` are the
    wanted ones; `ready` is None where nobody says. `labels` are those that all its pods wear. An
    outside node is a program that calls and is in no lane.
    """

    id: str
    kind: NodeKind
    name: str
    namespace: str
    host: str
    lane: str | None
    labels: Mapping[str, str]
    pods: int
    ready: int | None
    column: int = 0
    x: int = 0
    y: int = 0


class NamespaceBox(Struct, frozen=True):
    """A namespace's rectangle, which holds all its versions and no others."""

    name: str
    x: int
    y: int
    width: int
    height: int
    nodes: tuple[str, ...]


class GraphEdge(Struct, frozen=True):
    """Requests that lead from one node to another by the plan.

    `lanes` are those they are of, empty where they are of none. It is a fallback where all of them
    are answered by another lane that stands in. `what` says by what they come here, in few words.
    """

    id: str
    source: str = field(name="from")
    target: str = field(name="to")
    lanes: tuple[str, ...]
    kind: EdgeKind
    what: str

    @property
    def only_lane(self) -> str:
        """The lane of all its requests; empty where they are of several, or of none."""
        return "".join(self.lanes) if len(self.lanes) == 1 else ""


class Graph(Struct, frozen=True, rename="camel"):
    """The whole picture. `id` is a digest of all the rest: it changes with it and only then."""

    id: str
    size: Size
    node_size: Size
    lanes: tuple[LaneMark, ...]
    nodes: tuple[GraphNode, ...]
    namespaces: tuple[NamespaceBox, ...]
    edges: tuple[GraphEdge, ...]


def graph_object(graph: Graph) -> dict[str, Any]:
    """Return a graph as plain data, with the names that pages know."""
    plain: dict[str, Any] = msgspec.to_builtins(graph)
    return plain


def edge_id(source: str, target: str) -> str:
    """Return the id of the edge between two nodes.

    >>> edge_id("default/mocka@s1", "default/mockb@s1")
    'default/mocka@s1>default/mockb@s1'
    """
    return f"{source}>{target}"
