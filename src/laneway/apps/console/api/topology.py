"""The topology, what goes over it, and both at an earlier second."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from laneway.apps.console.api.calls import ApiCall, CallAsked, CallRefused, Parameter
from laneway.core.views.topology.graph import Graph
from laneway.core.views.topology.picture import picture
from laneway.core.views.topology.table import table
from laneway.core.views.traffic.traffic import MeshTraffic, leaks_of


class TableAnswer(Struct, frozen=True):
    """A table: its head and its rows."""

    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


class FrameAnswer(Struct, frozen=True):
    """What went over a graph in a second; `span` is from the first to the last second held."""

    graph: Graph
    traffic: MeshTraffic
    span: tuple[int, int]


async def _graph(asked: CallAsked) -> Graph:
    return (await asyncio.to_thread(asked.picture.shown, asked.seen)).graph


async def _table(asked: CallAsked) -> TableAnswer:
    head, rows = table(await _graph(asked))
    return TableAnswer(head, list(rows))


async def _svg(asked: CallAsked) -> str:
    now = asked.picture.now
    return picture(await _graph(asked), leaks_of(now) if now else ())


async def _frame(asked: CallAsked) -> FrameAnswer:
    second = asked.words.get("second")
    found = await asyncio.to_thread(asked.picture.at, int(second)) if second is not None else None
    span = asked.picture.recording.span
    if found is None or span is None:
        raise CallRefused(404, "Nothing is held of that second", "The last ten minutes are.")
    return FrameAnswer(found.graph, found.traffic, span)


async def _traffic(asked: CallAsked) -> MeshTraffic:
    now = asked.picture.now
    return now if now is not None else MeshTraffic(0, 0.0, known=False)


CALLS = (
    ApiCall(
        "GET", "/topology", "Who calls whom in which lanes, and where each stands", _graph, Graph
    ),
    ApiCall("GET", "/topology/table", "The topology as a table", _table, TableAnswer),
    ApiCall("GET", "/topology.svg", "The topology as a picture", _svg, str, media="image/svg+xml"),
    ApiCall("GET", "/traffic", "What goes over the topology now", _traffic, MeshTraffic),
    ApiCall(
        "GET",
        "/traffic/{second}",
        "What went over the topology at a second of the last ten minutes",
        _frame,
        FrameAnswer,
        parameters=(Parameter("second", "Seconds since 1970", int),),
    ),
)
