"""What is to be written, before anything is: changes in files, new files, and what is said of them.

Comes in: moves of weights, or a lane more or less. Goes out: a draft, and from it the files as they
are to be. A draft with errors is not written: either all of it comes true or nothing does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.edits.file_text import FileEdit, edited
from laneway.core.edits.intents import Intent
from laneway.core.edits.lane_splits import LaneSplit, Portion
from laneway.core.edits.told import moves_told
from laneway.core.edits.weights import Moves
from laneway.core.findings.finding import Finding
from laneway.core.resources.lanes.read_swim_lanes import LANE


class NewFile(Struct, frozen=True):
    """A file that is not there yet; `beside` is the one that it is a copy from."""

    path: str
    raw: bytes
    beside: str = ""


class Draft(Struct, frozen=True):
    """What is to be written. `said` is told before, `title` is what a commit of it is called.

    `subjects` are the objects whose weights, or which themselves, are changed.
    """

    intents: tuple[Intent, ...] = ()
    new_files: tuple[NewFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    said: tuple[str, ...] = ()
    title: str = ""
    subjects: frozenset[str] = frozenset()

    @property
    def is_refused(self) -> bool:
        """Whether nothing may be written."""
        return any(one.level == "error" for one in self.findings)


def draft_of(moves: Moves, verb: str) -> Draft:
    """Return the draft of moved weights."""
    shares = [_shares(one.split.portions, one.weights) for one in moves.moves]
    return Draft(
        intents=tuple(moves.intents()),
        findings=moves.findings,
        said=tuple(moves_told(moves.moves)),
        title=f"{verb}: {'; '.join(dict.fromkeys(shares))}",
        subjects=frozenset(ref for one in moves.moves for ref in _written_in(one.split)),
    )


def _written_in(split: LaneSplit) -> Iterator[str]:
    """Yield the objects that hold the weights of a split."""
    if split.in_routes:
        yield split.subject
    else:
        yield from (f"{LANE} {part.lane}" for part in split.portions)


def _shares(portions: Sequence[Portion], weights: tuple[int, ...]) -> str:
    pairs = zip(portions, weights, strict=True)
    return ", ".join(f"{part.said} {weight} %" for part, weight in pairs)


def file_edits(
    draft: Draft, held: Mapping[str, bytes]
) -> tuple[tuple[FileEdit, ...], tuple[Finding, ...]]:
    """Return the files as they are to be, from the bytes they hold; or why that cannot be."""
    edits: list[FileEdit] = []
    findings: list[Finding] = []
    for path in sorted({one.place.source.path for one in draft.intents}):
        mine = [one for one in draft.intents if one.place.source.path == path]
        found = edited(path, held[path], mine)
        if isinstance(found, FileEdit):
            edits.append(found)
        else:
            findings.append(found)
    edits += [FileEdit(one.path, None, one.raw) for one in draft.new_files]
    return tuple(edits), tuple(findings)
