"""The weights that lanes had before a release, found in the history of the files.

Comes in: a Mesh, a lane, and earlier states of the same files, newest first. Goes out: moves back
to the last state in which the lane had no weight, for each split by itself. History is read no
further than needed. A split that was not there in a state says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from laneway.core.edits.lane_splits import LaneSplit, lane_splits
from laneway.core.edits.weights import Move, Moves, checked, set_to, shares
from laneway.core.findings.codes import releasing
from laneway.core.findings.finding import Finding, finding
from laneway.core.mesh.mesh import Mesh


class Past(Struct, frozen=True):
    """A state of the files: what a commit is called, and what they meant then."""

    commit: str
    mesh: Mesh


def restored(mesh: Mesh, lane: str, history: Iterable[Past], *, exactly: bool = False) -> Moves:
    """Return the moves back; with `exactly` to the first state of the history, whatever it says."""
    splits = [one for one in lane_splits(mesh) if one.of(lane)]
    if not splits:
        return set_to(mesh, {lane: 0})  # says what there is instead
    waiting = [one for one in splits if exactly or one.weight_of(lane)]
    moves: list[Move] = []
    looked = 0
    for past in history if waiting else ():
        looked += 1
        before = {one.key: one for one in lane_splits(past.mesh)}
        for split in list(waiting):
            then = before.get(split.key)
            if then is not None and (exactly or not then.weight_of(lane)):
                moves.append(_move(split, then, past.commit))
                waiting.remove(split)
        if exactly or not waiting:
            break
    findings = [one for move in moves for one in _wrong(move)]
    findings += [_nowhere(split, lane, looked) for split in waiting]
    return Moves(tuple(moves), tuple(findings))


def _move(split: LaneSplit, then: LaneSplit, commit: str) -> Move:
    weights = {part.said: part.weight for part in then.portions}
    return Move(split, tuple(weights.get(part.said, 0) for part in split.portions), commit)


def _wrong(move: Move) -> Iterator[Finding]:
    for one in checked(move):
        if one.code is not releasing.NOT_100:
            yield one
            continue
        split = move.split
        words = {"split": split.said, "commit": move.origin, "total": sum(move.weights)}
        words["shares"] = shares(split.portions, move)
        yield finding(releasing.EARLIER_NOT_100, split.place, split.subject, **words)


def _nowhere(split: LaneSplit, lane: str, looked: int) -> Finding:
    commits = f"{looked} commit was" if looked == 1 else f"{looked} commits were"
    words = {"split": split.said, "lane": lane, "looked": commits}
    return finding(releasing.NO_EARLIER_WEIGHTS, split.place, split.subject, **words)
