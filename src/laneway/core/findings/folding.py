"""Folds what follows from a mistake under the mistake.

Comes in: all findings. Goes out: the same without those that follow from another one, which names
them instead. A warning that an error follows from becomes the error: what was wrong stays as wrong
as it was, and is told once.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from laneway.core.findings.codes.shape import MISSPELLED_FIELD, MISSPELLED_FIELD_BREAKS
from laneway.core.findings.finding import ANYWHERE, BESIDE, Finding, Follow
from laneway.core.findings.place import Place

_GRAVER = {MISSPELLED_FIELD.id: MISSPELLED_FIELD_BREAKS}


def fold(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings without those that follow from another."""
    found = tuple(findings)
    causes = [one for one in found if one.follows]
    if not causes:
        return found
    under: dict[int, list[Finding]] = {}
    kept: list[Finding] = []
    for one in found:
        cause = next((of for of in causes if not one.follows and _is_after(one, of)), None)
        if cause is None:
            kept.append(one)
        else:
            under.setdefault(id(cause), []).append(one)
    return tuple(_with(one, under.get(id(one), ())) for one in kept)


def _is_after(one: Finding, cause: Finding) -> bool:
    return any(
        one.code.id == code and _is_own(one, cause, (code, word)) for code, word in cause.follows
    )


def _is_own(one: Finding, cause: Finding, follow: Follow) -> bool:
    word = follow[1]
    if word == ANYWHERE:
        return True
    if word == BESIDE:
        return (
            one.place is not None and cause.place is not None and _is_beside(one.place, cause.place)
        )
    return word == one.subject or word in one.message


def _is_beside(place: Place, other: Place) -> bool:
    around = other.path[:-1]
    return place.source == other.source and place.path[: len(around)] == around


def _with(cause: Finding, folded: Iterable[Finding]) -> Finding:
    under = list(folded)
    if not under:
        return cause
    codes = ", ".join(sorted({one.code.id for one in under}))
    said = f"{cause.message} (from this follows {codes})"
    grave = any(one.level == "error" for one in under)
    code = _GRAVER.get(cause.code.id, cause.code) if grave else cause.code
    return replace(cause, code=code, message=said)
