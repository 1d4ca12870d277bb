"""In which order services stand in their columns, so that few calls cross.

Comes in: columns and who calls whom. Goes out: each column's names from top to bottom. Columns are
swept to and fro, each name going to the middle of those it is joined with (the barycenter method),
and the order with the fewest crossings is kept. Ties are settled by what was before, and that by
names. K. Sugiyama et al., Methods for Visual Understanding of Hierarchical System Structures, 1981.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence

from laneway.core.views.topology.depth import Calls

SWEEPS = 6

Columns = dict[int, list[str]]


def ordered(depths: Mapping[str, int], calls: Calls, blocks: Mapping[str, str]) -> Columns:
    """Return names by column, top to bottom; those of a block stay together in each column."""
    columns: Columns = {}
    for name in sorted(depths, key=lambda one: (blocks.get(one, ""), one)):
        columns.setdefault(depths[name], []).append(name)
    joined = _joined(depths, calls)
    best, fewest = columns, _crossings(columns, joined)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        columns = _swept(columns, joined, blocks, sweep)
        count = _crossings(columns, joined)
        if count < fewest:
            best, fewest = columns, count
    return best


def _joined(depths: Mapping[str, int], calls: Calls) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in depths}
    for name, others in calls.items():
        for one in sorted(others):
            if name in found and one in found and depths[name] != depths[one]:
                found[name].append(one)
                found[one].append(name)
    return found


def _swept(
    before: Columns, joined: Mapping[str, Sequence[str]], blocks: Mapping[str, str], sweep: int
) -> Columns:
    """Return columns after one sweep: by those on the left, then by those on the right."""
    columns = dict(before)
    leftward = bool(sweep % 2)
    depth = {name: column for column, names in columns.items() for name in names}
    place = {name: _part(at, names) for names in columns.values() for at, name in enumerate(names)}
    for column in sorted(columns, reverse=leftward):
        wanted = {
            name: _mean(
                [place[one] for one in joined[name] if (depth[one] > column) is leftward],
                place[name],
            )
            for name in columns[column]
        }
        columns[column] = _by_blocks(columns[column], wanted, blocks)
        place |= {name: _part(at, columns[column]) for at, name in enumerate(columns[column])}
    return columns


def _by_blocks(
    names: Sequence[str], wanted: Mapping[str, float], blocks: Mapping[str, str]
) -> list[str]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(blocks.get(name, ""), []).append(name)
    means = {block: _mean([wanted[one] for one in ones], 0.0) for block, ones in groups.items()}
    found = sorted(groups, key=lambda block: means[block])
    return [name for block in found for name in sorted(groups[block], key=wanted.__getitem__)]


def _part(at: int, names: Sequence[str]) -> float:
    return (at + 0.5) / len(names)


def _mean(found: Sequence[float], otherwise: float) -> float:
    return sum(found) / len(found) if found else otherwise


def _crossings(columns: Columns, joined: Mapping[str, Iterable[str]]) -> int:
    """Count the pairs of calls between neighboring columns that cross."""
    count = 0
    for column, names in columns.items():
        place = {name: at for at, name in enumerate(columns.get(column + 1, ()))}
        ends = (
            at
            for name in names
            for at in sorted(place[one] for one in joined[name] if one in place)
        )
        before: list[int] = []
        for at in ends:
            count += len(before) - bisect_right(before, at)
            insort(before, at)
    return count
