"""What layouts cost as a table: what is counted down the side, one column for each layout.

Pure text. Classes of proxies that hold the same in every layout are one block, so that fifty lanes
alike are a few lines. Memory and time are rounded as they were measured: they are no exact numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laneway.apps.terminal.tables import table
from laneway.core.cost import price
from laneway.core.cost.compare import ClassCost, Comparison
from laneway.core.cost.measured import MEASURED_WITH

_ROWS = ("clusters", "routes", "configuration", "memory", "CPU at start")


def cost_lines(found: Comparison, width: int) -> Iterator[str]:
    """Yield the lines of a comparison."""
    head = ["", *(one.layout for one in found.layouts)]
    rows: list[Sequence[str]] = []
    for name, at in _blocks(found):
        rows.append((name, *("" for _ in found.layouts)))
        costs = [one.classes[at] for one in found.layouts]
        cells = [_cells(one) for one in costs]
        rows += [
            (f"  {word}", *column)
            for word, column in zip(_ROWS, zip(*cells, strict=True), strict=True)
        ]
    everywhere = [one.control_plane for one in found.layouts]
    rows.append((f"all {found.proxies:,} proxies", *("" for _ in found.layouts)))
    rows.append(("  memory", *(_size(one.memory) for one in found.layouts)))
    rows.append(("istiod, while they join", *("" for _ in found.layouts)))
    rows.append(("  memory", *(_size(one.memory) for one in everywhere)))
    rows.append(("  CPU", *(_seconds(one.seconds) for one in everywhere)))
    rows.append(("to write", *("" for _ in found.layouts)))
    rows.append(("  objects", *(f"{one.objects:,}" for one in found.layouts)))
    rows.append(("  their JSON", *(_size(one.object_bytes) for one in found.layouts)))
    right = _right([head, *rows])
    yield from table(right[0], right[1:], width)
    yield ""
    yield "Clusters, routes and objects are counted: those of what PATH holds, and of the Service"
    yield "kubernetes. Memory and CPU are of configuration alone, by constants measured with"
    yield f"{MEASURED_WITH}."


def _blocks(found: Comparison) -> Iterator[tuple[str, int]]:
    """Yield each class that differs from those before, named with how many are like it."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for at, one in enumerate(found.classes):
        held = tuple(layout.classes[at].held for layout in found.layouts)
        alike.setdefault((one.kind, *((each.clusters, each.routes) for each in held)), []).append(
            at
        )
    for places in alike.values():
        first = found.classes[places[0]].name
        count = sum(found.layouts[0].classes[at].proxies for at in places)
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        yield f"{first}{more} ({count:,})", places[0]


def _cells(cost: ClassCost) -> tuple[str, ...]:
    held = cost.held
    return (
        f"{held.clusters:,}",
        f"{held.routes:,}",
        _size(held.bytes),
        _size(price.memory(held)),
        _seconds(price.start(held)),
    )


def _right(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Set the cells of all columns but the first flush right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        [row[0], *(cell.rjust(widths[at]) for at, cell in enumerate(row[1:], 1))] for row in rows
    ]


def _size(count: int) -> str:
    """Say bytes with two digits or three.

    >>> _size(1_108_000_000), _size(85_400_000), _size(64_000), _size(0)
    ('1.1 GB', '85 MB', '64 KB', '0')
    """
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= size:
            value = count / size
            return f"{value:.1f} {unit}" if value < 10 else f"{value:,.0f} {unit}"
    return f"{count} B" if count else "0"


def _seconds(count: float) -> str:
    if count >= 100:
        return f"{count:,.0f} s"
    return f"{count:.2f} s" if count < 1 else f"{count:.1f} s"
