"""Whether there was anything to look at.

Comes in: the findings of reading. Goes out: those that say that a path holds nothing at all. With
one of them no command has an answer, so all of them end with it, whatever else was found.
"""

from __future__ import annotations

from collections.abc import Iterable

from laneway.core.findings.codes.reading import MISSING_PATH, NO_INPUT, NOTHING_FOUND
from laneway.core.findings.finding import Finding

_NOTHING = frozenset({MISSING_PATH, NOTHING_FOUND, NO_INPUT})


def about_nothing(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings about paths that hold nothing."""
    return tuple(one for one in findings if one.code in _NOTHING)


def is_only_empty(findings: Iterable[Finding]) -> bool:
    """Whether nothing worse is said than that a folder is empty."""
    return all(one.code is NOTHING_FOUND for one in findings)


def is_path_missing(findings: Iterable[Finding]) -> bool:
    """Whether a path is not there."""
    return any(one.code is MISSING_PATH for one in findings)
