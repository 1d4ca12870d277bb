"""Passages added up: who passed lanes on, how often, and how sure that is.

Comes in: the passages of one request after the other, or of live traffic. Goes out: a row for each
caller and service it called. Where requests are sent one at a time, all that is counted belongs to
one of them; of live traffic a call may also have begun by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.judging.passages import Passage
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref

Confidence = Literal["high", "medium", "low"]
FEW = 5
"""Fewer calls than this prove little where calls may begin by themselves."""


class Tallied(Struct, frozen=True):
    """All passages of one kind. `example` is a request in which the lane was lost.

    `is_telling` says that the example went on in another lane than it came in.
    """

    passage: Passage
    example: str = ""
    is_telling: bool = False
    confidence: Confidence = "high"


class Tally(Struct):
    """Adds passages up. `alone` says that nothing but the requests told of was going on."""

    alone: bool = True
    came_in: dict[Ref, int] = {}
    _found: list[Tallied] = []

    def add(self, passage: Passage, request: str = "", lanes: Collection[str] = ()) -> None:
        """Add what came of one request into some of `lanes`, or of all that came in some time."""
        telling = bool(passage.lost) and not set(lanes) <= set(passage.gone_on)
        example = request if passage.lost else ""
        self._found.append(Tallied(passage, example, is_telling=telling))

    def rows(self) -> tuple[Tallied, ...]:
        """Return all rows, in the order of their names.

        Where several may have called a service, it was one of those who alone may have called it
        at another time.
        """
        known: dict[Host, set[tuple[Ref, ...]]] = {}
        for one in self._found:
            known.setdefault(one.passage.host, set()).add(one.passage.callers)
        rows: dict[tuple[tuple[Ref, ...], Host], Tallied] = {}
        for one in self._found:
            passage = one.passage
            fewer = [set(refs) for refs in known[passage.host] if set(refs) <= set(passage.callers)]
            passage = passage.by(min(fewer, key=lambda refs: (len(refs), sorted(refs))))
            key = passage.callers, passage.host
            merged = replace(one, passage=passage)
            rows[key] = _both(rows[key], merged) if key in rows else merged
        found = sorted(rows.items(), key=lambda pair: pair[0])
        return tuple(replace(one, confidence=self._confidence(one.passage)) for _, one in found)

    def _confidence(self, passage: Passage) -> Confidence:
        if len(passage.callers) > 1:
            return "low"
        if self.alone:
            return "high"
        calls = passage.kept + passage.lost
        if calls < FEW:
            return "low"
        is_mixed = passage.kept and passage.lost
        return "medium" if is_mixed or calls < passage.came_in else "high"


def _both(one: Tallied, more: Tallied) -> Tallied:
    """Add two rows of one kind; the more telling example stays."""
    first, then = one.passage, more.passage
    passage = replace(
        first,
        asked=tuple(map(sum, zip(first.asked, then.asked, strict=True))),
        kept=first.kept + then.kept,
        lost=first.lost + then.lost,
        gone_on=tuple(dict.fromkeys(first.gone_on + then.gone_on)),
    )
    better = more.example and (not one.example or (more.is_telling and not one.is_telling))
    shown = more if better else one
    return replace(one, passage=passage, example=shown.example, is_telling=shown.is_telling)


def confidence_text(confidence: Confidence) -> str:
    """Say how sure it is what live traffic shows.

    >>> confidence_text("low")
    'Live traffic shows it, with low confidence.'
    """
    return f"Live traffic shows it, with {confidence} confidence."
