"""The order in which findings are shown: file by file, from top to bottom.

Comes in: findings of readers and rules as they were made. Goes out: each once, sorted by file,
document and path, then by code. Findings without a place speak of the whole input and come first.
"""

from __future__ import annotations

from collections.abc import Iterable

from laneway.core.findings.finding import Finding

Key = tuple[str, int, tuple[tuple[int, str], ...], str, str]


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return each finding once, in the order of its place."""
    return tuple(sorted(dict.fromkeys(findings), key=_key))


def _key(found: Finding) -> Key:
    place = found.place
    if place is None:
        return ("", -1, (), found.code.id, found.message)
    steps = tuple((step, "") if isinstance(step, int) else (-1, step) for step in place.path)
    return (place.source.path, place.source.number, steps, found.code.id, found.message)
