"""The last minutes of traffic, held small enough to be kept for every console.

Comes in: each second's traffic with the graph it is of. Goes out: what it was at any second that is
held, with that graph. Frames stand in blocks: the first of a block is whole, those after it say
what changed; names are numbers, numbers are whole, and all of it is packed. Whatever goes through a
mesh, no more is held than the bounds say: the oldest block goes first.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct, field

from laneway.core.views.topology.graph import Graph
from laneway.core.views.traffic.traffic import EdgeTraffic, MeshTraffic, SeenEdge

SECONDS = 600
MOST = 16 << 20
"""Bytes that are held at most, but for the block that is being written."""
BLOCK = 20
"""Frames in a block: a replay that jumps unpacks no more than these."""

_QUICK = 1
_RATE, _SHARE, _TIME, _WINDOW = 1000, 10_000, 10, 1000
"""Steps in which numbers are held; they are those in which traffic says them."""

_Row = tuple[int, int, int, int, tuple[int, ...], tuple[int, ...]]
"""A name, rate, errors and time (-1: none), lanes each with a rate, and of a seen edge its ends."""


class Recorded(Struct, frozen=True):
    """Traffic of a second, and the graph whose edges it speaks of."""

    graph: Graph
    traffic: MeshTraffic


class _Frame(Struct, frozen=True, array_like=True):
    """What is written of a second: new names, the rows that changed, and those that are gone."""

    at: int
    window: int
    known: bool
    names: tuple[str, ...]
    rows: tuple[_Row, ...]
    gone: tuple[int, ...]
    untold: tuple[str, ...]
    why: str


class _Block(Struct):
    """Some frames in a row, of one graph."""

    graph: str
    times: list[int] = field(default_factory=list)
    packed: list[bytes] = field(default_factory=list)
    size: int = 0


class Recording:
    """A ring of frames: no longer than so many seconds, no larger than so many bytes."""

    def __init__(self, seconds: int = SECONDS, most: int = MOST) -> None:
        """Begin with nothing."""
        self._seconds = seconds
        self._most = most
        self._blocks: deque[_Block] = deque()
        self._graphs: dict[str, bytes] = {}
        self._numbers: dict[str, int] = {}
        self._rows: dict[int, _Row] = {}
        self._is_open = False

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last second that is held."""
        if not self._blocks:
            return None
        return self._blocks[0].times[0], self._blocks[-1].times[-1]

    @property
    def size(self) -> int:
        """The bytes of everything that is packed."""
        frames = sum(block.size for block in self._blocks)
        return frames + sum(len(packed) for packed in self._graphs.values())

    def add(self, graph: Graph, traffic: MeshTraffic) -> None:
        """Hold one more second; it is later than all before, or it takes their place."""
        if self.span and traffic.at <= self.span[1]:
            self._forget_from(traffic.at)
        last = self._blocks[-1] if self._is_open else None
        if last is None or last.graph != graph.id or len(last.times) == BLOCK:
            self._begin(graph)
        self._write(self._blocks[-1], traffic)
        self._forget_oldest(traffic.at)

    def at(self, second: int) -> Recorded | None:
        """Return what is held of a second, or of the last one before it; None before the first."""
        block = next((one for one in reversed(self._blocks) if one.times[0] <= second), None)
        if block is None:
            return None
        graph = msgspec.msgpack.decode(zlib.decompress(self._graphs[block.graph]), type=Graph)
        names: list[str] = []
        rows: dict[int, _Row] = {}
        last: _Frame | None = None
        for at, packed in zip(block.times, block.packed, strict=True):
            if at > second:
                break
            last = msgspec.msgpack.decode(zlib.decompress(packed), type=_Frame)
            names += last.names
            rows |= {row[0]: row for row in last.rows}
            for one in last.gone:
                del rows[one]
        return Recorded(graph, _unpacked(last, names, rows)) if last else None

    def _begin(self, graph: Graph) -> None:
        if graph.id not in self._graphs:
            self._graphs[graph.id] = zlib.compress(msgspec.msgpack.encode(graph))
        self._blocks.append(_Block(graph.id))
        self._numbers, self._rows, self._is_open = {}, {}, True

    def _write(self, block: _Block, traffic: MeshTraffic) -> None:
        known = len(self._numbers)
        rows = {row[0]: row for row in self._packed(traffic)}
        frame = _Frame(
            traffic.at,
            round(traffic.window * _WINDOW),
            traffic.known,
            tuple(self._numbers)[known:],
            tuple(row for name, row in rows.items() if self._rows.get(name) != row),
            tuple(name for name in self._rows if name not in rows),
            traffic.untold,
            traffic.why,
        )
        packed = zlib.compress(msgspec.msgpack.encode(frame), _QUICK)
        self._rows = rows
        block.times.append(traffic.at)
        block.packed.append(packed)
        block.size += len(packed)

    def _packed(self, traffic: MeshTraffic) -> Iterable[_Row]:
        for name, edge in traffic.edges.items():
            yield self._row(name, edge, ())
        for one in traffic.seen:
            ends = (self._number(one.source), self._number(one.target), int(one.leak))
            yield self._row(one.id, one, ends)

    def _row(self, name: str, edge: EdgeTraffic | SeenEdge, ends: tuple[int, ...]) -> _Row:
        lanes: list[int] = []
        for lane, rate in edge.lanes.items():
            lanes += self._number(lane), round(rate * _RATE)
        time = -1 if edge.p95 is None else round(edge.p95 * _TIME)
        whole = round(edge.rate * _RATE), round(edge.errors * _SHARE), time
        return (self._number(name), *whole, tuple(lanes), ends)

    def _number(self, name: str) -> int:
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = len(self._numbers)
        return found

    def _forget_oldest(self, now: int) -> None:
        while len(self._blocks) > 1 and (
            self._blocks[0].times[-1] < now - self._seconds or self.size > self._most
        ):
            self._blocks.popleft()
            held = {one.graph for one in self._blocks}
            self._graphs = {name: one for name, one in self._graphs.items() if name in held}

    def _forget_from(self, second: int) -> None:
        """Forget what is said to be later than now: a clock was set back."""
        while self._blocks and self._blocks[-1].times[-1] >= second:
            self._blocks.pop()
        self._is_open = False


def _unpacked(frame: _Frame, names: Sequence[str], rows: Mapping[int, _Row]) -> MeshTraffic:
    edges: dict[str, EdgeTraffic] = {}
    seen: list[SeenEdge] = []
    for name, rate, errors, time, lanes, ends in rows.values():
        told = {names[one]: part / _RATE for one, part in zip(lanes[::2], lanes[1::2], strict=True)}
        p95 = None if time < 0 else time / _TIME
        edge = EdgeTraffic(rate / _RATE, errors / _SHARE, p95, told)
        if ends:
            seen.append(_as_seen(names, name, ends, edge))
        else:
            edges[names[name]] = edge
    ordered = dict(sorted(edges.items()))
    window = frame.window / _WINDOW
    seen.sort(key=lambda one: (one.source, one.target, one.leak))
    missing = frame.untold, frame.why
    return MeshTraffic(frame.at, window, frame.known, ordered, tuple(seen), *missing)


def _as_seen(names: Sequence[str], name: int, ends: tuple[int, ...], edge: EdgeTraffic) -> SeenEdge:
    source, target, leak = ends
    return SeenEdge(
        names[name],
        names[source],
        names[target],
        edge.rate,
        edge.errors,
        edge.p95,
        bool(leak),
        edge.lanes,
    )
