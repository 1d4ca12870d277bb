"""Weights that somebody wants → what is to change, and how it is told.

Comes in: a Mesh and weights of lanes. Goes out: moves, one for each split that has all the lanes
named, and findings where the weights would not add up, or there is nothing to set. Weights of a
split are moved together or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.edits.intents import Intent, SetKey
from laneway.core.edits.lane_splits import LaneSplit, Portion, lane_splits
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Group, GroupLane, Mesh
from laneway.core.resources.yaml.nearness import likest


class Move(Struct, frozen=True):
    """New weights of a split, in the order of its parts. `origin` says where they come from."""

    split: LaneSplit
    weights: tuple[int, ...]
    origin: str = ""


class Moves(Struct, frozen=True):
    """All that is to be moved, and what is to be said of it. Errors mean: nothing is written."""

    moves: tuple[Move, ...] = ()
    findings: tuple[Finding, ...] = ()

    def intents(self) -> Iterator[Intent]:
        """Yield the weights that change."""
        for move in self.moves:
            for portion, weight in zip(move.split.portions, move.weights, strict=True):
                if weight != portion.weight and portion.place is not None:
                    yield SetKey(portion.place, "weight", weight)


def set_to(mesh: Mesh, wanted: Mapping[str, int]) -> Moves:
    """Return the moves that give lanes these weights; all others keep theirs."""
    unknown = list(strangers(mesh, wanted))
    if unknown:
        return Moves(findings=tuple(unknown))
    splits = [one for one in lane_splits(mesh) if any(one.of(lane) for lane in wanted)]
    whole = [one for one in splits if all(one.of(lane) for lane in wanted)]
    if not whole:
        return Moves(findings=tuple(_without_split(mesh, splits, wanted)))
    left = [_left(one, wanted) for one in splits if one not in whole]
    moves = [
        Move(one, tuple(wanted.get(part.lane, part.weight) for part in one.portions))
        for one in whole
    ]
    return _checked(moves, left)


def promoted(mesh: Mesh, lane: str) -> Moves:
    """Return the moves that give a lane all requests of every split it has a part in."""
    found = set_to(mesh, {lane: 100})
    moves = [
        Move(one.split, tuple(100 * (part.lane == lane) for part in one.split.portions))
        for one in found.moves
    ]
    return _checked(moves) if moves else found


def strangers(mesh: Mesh, lanes: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding for each name that is no lane's."""
    known = [lane.name for group in mesh.groups for lane in group.lanes]
    for lane in lanes:
        if lane not in known:
            near = likest(lane, known)
            hint = f"; did you mean {near}?" if near else ""
            yield finding(releasing.NO_SUCH_LANE, None, "", lane=lane, hint=hint)


def group_lane(mesh: Mesh, name: str) -> tuple[Group, GroupLane] | None:
    """Return a lane and its group."""
    found = ((group, lane) for group in mesh.groups if (lane := group.lane(name)))
    return next(found, None)


def checked(move: Move) -> Iterator[Finding]:
    """Yield what keeps new weights of a split from being written."""
    split = move.split
    for name, count in Counter(part.said for part in split.portions).items():
        if count > 1:
            words = {"lane": name, "split": split.said}
            yield finding(releasing.TWICE_IN_A_SPLIT, split.place, split.subject, **words)
            return
    total = sum(move.weights)
    if total != 100:
        told = shares(split.portions, move)
        words = {"split": split.said, "total": str(total), "shares": told}
        yield finding(releasing.NOT_100, split.place, split.subject, **words)
    for part, weight in zip(split.portions, move.weights, strict=True):
        if part.place is None and weight:
            words = {"lane": part.said, "split": split.said}
            fix = f"Add `ingressWeight` with a destination and `weight: {weight}` to the lane."
            yield finding(releasing.NOT_IN_A_SPLIT, split.place, split.subject, **words, fix=fix)


def shares(portions: Sequence[Portion], move: Move) -> str:
    """Return the new weights in words."""
    pairs = zip(portions, move.weights, strict=True)
    return ", ".join(f"{part.said} {weight}" for part, weight in pairs)


def _checked(moves: Sequence[Move], findings: Sequence[Finding] = ()) -> Moves:
    wrong = [one for move in moves for one in checked(move)]
    return Moves(tuple(moves), (*wrong, *findings))


def _left(split: LaneSplit, wanted: Mapping[str, int]) -> Finding:
    missing = next(lane for lane in wanted if not split.of(lane))
    words = {"split": split.said, "lane": missing}
    return finding(releasing.SPLIT_LEFT, split.place, split.subject, **words)


def _without_split(
    mesh: Mesh, splits: Sequence[LaneSplit], wanted: Mapping[str, int]
) -> Iterator[Finding]:
    """Yield what is missing in the split that has most of the lanes; all, where there is none."""
    nearest = max(splits, key=lambda one: sum(map(bool, map(one.of, wanted))), default=None)
    fix = "Add it there as a destination with `weight: 0`"
    for lane in wanted:
        if nearest is not None and nearest.of(lane) is None:
            words = {"lane": lane, "split": nearest.said, "fix": f"{fix}."}
            yield finding(releasing.NOT_IN_A_SPLIT, nearest.place, nearest.subject, **words)
        elif nearest is None and (found := group_lane(mesh, lane)):
            meta = found[1].lane.meta
            fix = (
                "Write a VirtualService for the group's gateway with the lanes as subsets, or make "
                "the group weighted and give its lanes an ingressWeight; if that is in another "
                "folder, name it as well."
            )
            words = {"lane": lane, "split": "any split of the input", "fix": fix}
            place = meta.place("metadata", "name")
            yield finding(releasing.NOT_IN_A_SPLIT, place, str(meta.ref), **words)
