"""Passages added up: who passed lanes on, how often, and how sure that is.

Comes in: the passages of one request after the other, or of live traffic. Goes out: a row for each
caller and service it called. Where requests are sent one at a time, all that is counted belongs to
one of them; of live traffic a call may also have begun by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.judging.passages import Passage
from laneway.core.judging.sent_on import Saw
from laneway.core.judging.trying import Form
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref

Confidence = Literal["high", "medium", "low"]
_NONE = (0, 0)
FEW = 5
"""Fewer calls than this prove little where calls may begin by themselves."""


class Tried(Struct, frozen=True):
    """One request that was sent: its form, the lanes it leads into, and how it is told of.

    `trace` is the id of the trace it came with, empty without one; `since` is when it was sent, in
    seconds of the machine's clock.
    """

    text: str
    lanes: tuple[str, ...]
    form: Form
    trace: str = ""
    since: float = 0.0


class Noticed(Struct, frozen=True):
    """Something odd that a caller sent on: how often, and of requests in which forms.

    `manifest` is what in the caller's manifest makes it lose the lane, empty where nothing is known
    or the lane goes on.
    """

    caller: Ref
    saw: Saw
    calls: int
    forms: tuple[Form, ...]
    manifest: str = ""


class Tallied(Struct, frozen=True):
    """All passages of one kind. `example` is a request in which the lane was lost.

    `is_telling` says that the example went on in another lane than it came in; `forms` counts the
    calls that carried a lane and those that lost it by the form of the request; `sightings` are
    what was odd in what was sent on.
    """

    passage: Passage
    example: str = ""
    is_telling: bool = False
    confidence: Confidence = "high"
    forms: Mapping[Form, tuple[int, int]] = {}
    sightings: tuple[Noticed, ...] = ()

    @property
    def losing(self) -> tuple[Form, ...]:
        """The only forms of requests that lost the lane; none where each did, or some of each."""
        lost = tuple(form for form, (kept, gone) in self.forms.items() if gone and not kept)
        others = [gone for form, (_, gone) in self.forms.items() if form not in lost]
        return lost if others and not any(others) else ()


class Tally(Struct):
    """Adds passages up. `alone` says that nothing but the requests told of was going on."""

    alone: bool = True
    came_in: dict[Ref, int] = {}
    _found: list[Tallied] = []

    def add(self, passage: Passage, tried: Tried | None = None) -> None:
        """Add what came of one request, or without one of all that came in some time."""
        lanes = tried.lanes if tried else ()
        telling = bool(passage.lost) and not set(lanes) <= set(passage.gone_on)
        example = tried.text if tried and passage.lost else ""
        forms = {tried.form: (passage.kept, passage.lost)} if tried else {}
        self._found.append(Tallied(passage, example, is_telling=telling, forms=forms))

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
    forms = {
        form: tuple(
            map(sum, zip(one.forms.get(form, _NONE), more.forms.get(form, _NONE), strict=True))
        )
        for form in dict.fromkeys((*one.forms, *more.forms))
    }
    return replace(
        one, passage=passage, example=shown.example, is_telling=shown.is_telling, forms=forms
    )


def confidence_text(confidence: Confidence) -> str:
    """Say how sure it is what live traffic shows.

    >>> confidence_text("low")
    'Live traffic shows it, with low confidence.'
    """
    return f"Live traffic shows it, with {confidence} confidence."
