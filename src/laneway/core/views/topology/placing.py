"""Where everything stands: columns by call depth, rows by lane, a box around each namespace.

Comes in: versions, who calls whom, the lanes in their order. Goes out: the place of each node, the
boxes and the size of it all. Inside a box each lane has a band of rows, the pods of no lane the
last; boxes whose columns part stand beside each other. A column that is much too high for its width
is broken into several. Gateways and callers outside stand in the first column, in no box.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from laneway.core.views.topology.depth import Calls, columns
from laneway.core.views.topology.graph import NamespaceBox, Size
from laneway.core.views.topology.order import ordered
from laneway.core.views.topology.rows import settled
from laneway.core.views.topology.versions import Version, version_id

NODE = Size(176, 44)
COLUMN_STEP = 264
ROW_STEP = 60
PADDING = 20
"""Between a box and what is in it."""
TITLE = 26
"""The height of a namespace's name."""
BETWEEN = 28
"""Between boxes, and around everything."""
BAND = 14
"""Between the bands of two lanes, beside what is between rows."""
SHAPE = 1.6
"""How wide the whole best is for its height, as screens are."""
HIGHEST = (6, 8, 10, 12, 16, 20, 28, 40, 60, 90, 1_000_000)
"""The heights, in rows, from which columns are broken that are tried."""

_Place = tuple[int, int]


class LaidOut(Struct, frozen=True):
    """Columns and left upper corners by node, the boxes, and the size."""

    columns: Mapping[str, int]
    corners: Mapping[str, _Place]
    boxes: tuple[NamespaceBox, ...]
    size: Size


def placed(everyone: Sequence[Version], calls: Calls, lanes: Sequence[str]) -> LaidOut:
    """Work out where everybody stands."""
    services = {one.id: _service(one) for one in everyone}
    known = {service: one for one, service in zip(everyone, services.values(), strict=True)}
    between: dict[str, set[str]] = {}
    for caller, called in calls.items():
        if caller in services:
            named = (services[one] for one in called if one in services)
            between.setdefault(services[caller], set()).update(named)
    first = [one for one, version in known.items() if version.kind != "version"]
    depths = columns(known, between, first)
    blocks = {one: version.namespace for one, version in known.items()}
    order = ordered(depths, between, blocks)
    place = {name: at for names in order.values() for at, name in enumerate(names)}
    ranked = sorted(everyone, key=lambda one: (place[services[one.id]], one.id))
    by_id = {one.id: depths[services[one.id]] for one in everyone}
    bands = _bands(ranked, by_id, {name: at for at, name in enumerate(lanes)})
    found = min((_Sheet(by_id, bands, highest) for highest in HIGHEST), key=_Sheet.is_off)
    return found.places([one.id for one in ranked if one.kind != "version"], _both_ways(calls))


def _service(version: Version) -> str:
    """Return what stands in one column for all lanes."""
    return version_id(version.namespace, version.name) if version.host else version.id


def _both_ways(calls: Calls) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for caller in sorted(calls):
        for called in sorted(calls[caller]):
            found.setdefault(caller, []).append(called)
            found.setdefault(called, []).append(caller)
    return found


Band = dict[int, list[str]]
"""The nodes of one lane in one namespace, by column, from top to bottom."""


def _bands(
    ranked: Iterable[Version], depths: Mapping[str, int], lanes: Mapping[str, int]
) -> dict[str, list[Band]]:
    """Return the bands of each namespace, lanes in their order and no lane last."""
    found: dict[str, dict[int, Band]] = {}
    for one in ranked:
        if one.kind == "version":
            lane = lanes.get(one.lane or "", len(lanes))
            band = found.setdefault(one.namespace, {}).setdefault(lane, {})
            band.setdefault(depths[one.id], []).append(one.id)
    return {
        space: [band for _, band in sorted(bands.items())] for space, bands in sorted(found.items())
    }


class _Sheet:
    """One way to lay all out: columns higher than so many rows are broken."""

    def __init__(
        self, depths: Mapping[str, int], bands: Mapping[str, list[Band]], highest: int
    ) -> None:
        self._bands = bands
        self._depths = depths
        parts = dict.fromkeys(sorted(set(depths.values())), 1)
        self._rows: dict[str, list[int]] = {}
        for space, ones in bands.items():
            heights = []
            for band in ones:
                for column, names in band.items():
                    parts[column] = max(parts[column], math.ceil(len(names) / highest))
                heights.append(max(_height(len(names), highest) for names in band.values()))
            self._rows[space] = heights
        self._highest = highest
        self._starts: dict[int, int] = {}
        for column in parts:
            self._starts[column] = sum(parts[one] for one in self._starts)
        self._slots = sum(parts.values())
        self._parts = parts
        self._tops, self._bottom = self._stacked()

    def is_off(self) -> float:
        """Say how far the whole is from its best shape."""
        width, height = self._size()
        return abs(math.log(width / height / SHAPE))

    def _size(self) -> _Place:
        width = self._slots * COLUMN_STEP - (COLUMN_STEP - NODE.width) + 2 * (BETWEEN + PADDING)
        return width, self._bottom + BETWEEN

    def _reach(self, space: str) -> range:
        """Return the slots over which a namespace's box goes."""
        found = [column for band in self._bands[space] for column in band]
        last = max(found)
        return range(self._starts[min(found)], self._starts[last] + self._parts[last])

    def _box_height(self, space: str) -> int:
        rows = self._rows[space]
        return (
            TITLE
            + sum(rows) * ROW_STEP
            - (ROW_STEP - NODE.height)
            + (len(rows) - 1) * BAND
            + 2 * PADDING
        )

    def _stacked(self) -> tuple[dict[str, int], int]:
        """Return the top of each box, and where the last one ends: each as high as it can go."""
        free = [BETWEEN] * self._slots
        tops: dict[str, int] = {}
        order = sorted(
            self._bands, key=lambda one: (self._reach(one)[0], -self._box_height(one), one)
        )
        for space in order:
            reach = self._reach(space)
            tops[space] = max(free[slot] for slot in reach)
            for slot in reach:
                free[slot] = tops[space] + self._box_height(space) + BETWEEN
        loose = sum(1 for one in self._depths.values() if one == 0)
        return tops, max(max(free, default=0) - BETWEEN, loose * ROW_STEP + BETWEEN)

    def places(self, loose: Sequence[str], joined: Mapping[str, Sequence[str]]) -> LaidOut:
        """Return the places of all; `loose` are the nodes in no box."""
        corners: dict[str, _Place] = {}
        boxes = []
        for space, bands in self._bands.items():
            top = self._tops[space]
            inside = top + TITLE + PADDING
            for band, rows in zip(bands, self._rows[space], strict=True):
                corners |= self._band(band, rows, inside, joined)
                inside += rows * ROW_STEP + BAND
            boxes.append(self._box(space, top))
        corners |= self._first_column(loose, corners, joined)
        width, height = self._size()
        return LaidOut(self._depths, corners, tuple(boxes), Size(width, height))

    def _x(self, slot: int) -> int:
        return BETWEEN + PADDING + slot * COLUMN_STEP

    def _box(self, space: str, top: int) -> NamespaceBox:
        reach = self._reach(space)
        left = self._x(reach[0]) - PADDING
        width = (len(reach) - 1) * COLUMN_STEP + NODE.width + 2 * PADDING
        inside = {one for band in self._bands[space] for names in band.values() for one in names}
        nodes = tuple(sorted(inside))
        return NamespaceBox(space, left, top, width, self._box_height(space), nodes)

    def _band(
        self, band: Band, rows: int, top: int, joined: Mapping[str, Sequence[str]]
    ) -> dict[str, _Place]:
        slots = {
            self._starts[column] + part: names
            for column, all_names in sorted(band.items())
            for part, names in enumerate(_broken(all_names, self._highest))
        }
        found = _straightened(slots, rows, joined)
        return {
            name: (self._x(slot), top + math.floor(found[name] * ROW_STEP + 0.5))
            for slot, names in slots.items()
            for name in names
        }

    def _first_column(
        self,
        loose: Sequence[str],
        corners: Mapping[str, _Place],
        joined: Mapping[str, Sequence[str]],
    ) -> dict[str, _Place]:
        """Return the places of gateways and callers outside: beside those they call."""
        room = (self._bottom - BETWEEN - NODE.height) / ROW_STEP + 1
        wanted = {}
        for name in loose:
            there = [corners[one][1] for one in joined.get(name, ()) if one in corners]
            middle = sum(there) / len(there) if there else float(BETWEEN)
            wanted[name] = (middle - BETWEEN) / ROW_STEP
        order = sorted(loose, key=lambda name: (wanted[name], name))
        rows = settled([wanted[name] for name in order], room)
        x = self._x(0)
        return {
            name: (x, BETWEEN + math.floor(row * ROW_STEP + 0.5))
            for name, row in zip(order, rows, strict=True)
        }


def _height(count: int, highest: int) -> int:
    """Return the rows of so many nodes, in as many columns as they are broken into."""
    return math.ceil(count / math.ceil(count / highest))


def _broken(names: Sequence[str], highest: int) -> list[Sequence[str]]:
    rows = _height(len(names), highest)
    return [names[at : at + rows] for at in range(0, len(names), rows)]


def _straightened(
    slots: Mapping[int, Sequence[str]], rows: int, joined: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """Return the row of each node of a band: near those it is joined with in the same band."""
    found = {
        name: (rows - len(names)) / 2 + at
        for names in slots.values()
        for at, name in enumerate(names)
    }
    for turn in (slots, [*slots][::-1], slots):
        for slot in turn:
            names = slots[slot]
            wanted = []
            for name in names:
                there = [found[one] for one in joined.get(name, ()) if one in found]
                wanted.append(sum(there) / len(there) if there else found[name])
            found |= zip(names, settled(wanted, rows), strict=True)
    return found
