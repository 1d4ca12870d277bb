"""Weights that are moved in a cluster itself: what is applied, and what is written down of it.

Comes in: objects as a cluster has them, moves. Goes out: for each object the fields to apply, and a
record that outlives whoever moves them. The record is written before any weight: it holds where the
release stands, the weights of before, and the weights that are to come until all of them are there.
So whoever is killed in between leaves a move that the next one finishes, by the same record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from msgspec import Struct

from laneway.core.edits.lane_splits import LaneSplit, lane_splits
from laneway.core.edits.weights import Move, Moves, checked
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import unplaced
from laneway.core.mesh.mesh import Mesh
from laneway.core.release.standing import ReleaseStanding, read_standing

Body = Mapping[str, Any]
SplitWeights = Mapping[tuple[str, ...], Mapping[str, int]]
"""By split the weight of each part, by what it is called."""


class ClusterRecord(Struct, frozen=True):
    """What is written of a release in its status. `coming` are the weights of a move under way."""

    standing: ReleaseStanding
    before: SplitWeights
    coming: SplitWeights = {}

    def as_value(self) -> dict[str, Any]:
        """Return it as it is written."""
        return {
            "standing": self.standing.trailer(),
            "before": _written(self.before),
            "coming": _written(self.coming),
        }


def read_record(value: object) -> ClusterRecord | None:
    """Read a record; None where there is none, or somebody wrote another text there."""
    if not isinstance(value, dict):
        return None
    standing = read_standing(str(value.get("standing", "")))
    before, coming = (_read(value.get(key)) for key in ("before", "coming"))
    if standing is None or before is None or coming is None:
        return None
    return ClusterRecord(standing, before, coming)


def moves_to(mesh: Mesh, wanted: SplitWeights) -> Moves:
    """Return the moves to weights that were written down; a part that came later has none."""
    found = [(_again(mesh, key, weights), weights) for key, weights in wanted.items()]
    moves = [_move(split, weights) for split, weights in found if split is not None]
    return Moves(tuple(moves), tuple(found for one in moves for found in checked(one)))


def moves_back(mesh: Mesh, before: SplitWeights) -> Moves:
    """Return the moves to the weights of before; a split that is not found again is an error."""
    gone = [key for key, weights in before.items() if _again(mesh, key, weights) is None]
    findings = [unplaced(releasing.SPLIT_GONE, split=" ".join(key)) for key in gone]
    found = moves_to(mesh, before)
    return Moves(found.moves, (*found.findings, *findings))


def weights_before(moves: Iterable[Move]) -> SplitWeights:
    """Return the weights that moves come from."""
    return {one.split.key: {part.said: part.weight for part in one.split.portions} for one in moves}


def weights_after(moves: Iterable[Move]) -> SplitWeights:
    """Return the weights that moves come to."""
    return {
        one.split.key: {
            part.said: weight for part, weight in zip(one.split.portions, one.weights, strict=True)
        }
        for one in moves
    }


def touched(bodies: Sequence[Body], moves: Iterable[Move]) -> list[Body]:
    """Return the objects that hold weights of the moves' splits."""
    numbers = {
        part.place.source.number
        for move in moves
        for part in move.split.portions
        if part.place is not None
    }
    return [bodies[number] for number in sorted(numbers)]


def applications(bodies: Sequence[Body], moves: Iterable[Move]) -> list[dict[str, Any]]:
    """Return what is applied, for each object that changes; `bodies` are those the mesh is of.

    Of a list the API server takes no single item, so it is applied whole, and only if the object is
    still the one that was seen. A lane that gets more
    comes before one that gets less: proxies refuse a split whose weights are all 0.
    """
    changed: dict[int, tuple[int, dict[str, Any]]] = {}
    for move in moves:
        for part, weight in zip(move.split.portions, move.weights, strict=True):
            if part.place is None or weight == part.weight:
                continue
            number = part.place.source.number
            more, body = changed.get(number, (0, {}))
            body = body or _head(bodies[number])
            _set(body, bodies[number], part.place.path, weight)
            changed[number] = (max(more, weight - part.weight), body)
    ordered = sorted(changed.values(), key=lambda one: -one[0])
    return [body for _, body in ordered]


def _head(body: Body) -> dict[str, Any]:
    metadata = body["metadata"]
    kept = {key: metadata[key] for key in ("name", "namespace") if key in metadata}
    return {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": kept}


def _set(made: dict[str, Any], body: Body, path: Sequence[str | int], weight: int) -> None:
    """Put a weight into what is applied, with the whole of the outermost list around it."""
    into: Any = made
    of: Any = body
    for step in path:
        of = of[step]
        if isinstance(into, dict) and step not in into:
            into[step] = deepcopy(of) if isinstance(of, list) else {}
            if isinstance(of, list):
                made["metadata"]["resourceVersion"] = body["metadata"]["resourceVersion"]
        into = into[step]
    into["weight"] = weight


def _again(mesh: Mesh, key: tuple[str, ...], weights: Mapping[str, int]) -> LaneSplit | None:
    """Return the split that weights were written down of.

    A route without a name is known by its number, and that is another once a route is put before
    it: then it is the only one of its object that has all parts which had a weight.
    """
    parts = {said for said, weight in weights.items() if weight}
    near = [one for one in lane_splits(mesh) if one.key[:2] == key[:2]]
    fit = [one for one in near if parts <= {part.said for part in one.portions}]
    same = [one for one in near if one.key == key]
    kept = [one for one in same if one in fit]
    if kept or len(fit) == 1:
        return (kept or fit)[0]
    return same[0] if same else None


def _move(split: LaneSplit, wanted: Mapping[str, int]) -> Move:
    return Move(split, tuple(wanted.get(part.said, 0) for part in split.portions))


def _written(weights: SplitWeights) -> list[dict[str, Any]]:
    return [{"split": list(key), "weights": dict(found)} for key, found in weights.items()]


def _read(value: object) -> SplitWeights | None:
    items = value if isinstance(value, list) else []
    found = dict(_entries(items))
    return found if len(found) == len(items) else None


def _entries(items: Sequence[object]) -> Iterator[tuple[tuple[str, ...], Mapping[str, int]]]:
    for one in items:
        match one:
            case {"split": list(key), "weights": dict(weights)} if all(
                type(weight) is int for weight in weights.values()
            ):
                yield tuple(map(str, key)), weights
