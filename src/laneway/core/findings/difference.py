"""What differs between the findings of one state of the files and those of the next.

Comes in: two lists of findings. Goes out: which are new, which are gone, which are as before, and
how that is told. A person who edits reads each finding once, and is told when it is fixed. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from laneway.core.findings.finding import Finding

MOST = 6
"""Findings of a kind that are told one by one."""


class Difference(Struct, frozen=True):
    """Findings that are new, gone, and as before. A finding that only moved is as before."""

    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    same: tuple[Finding, ...]

    @classmethod
    def between(cls, before: Iterable[Finding], after: Iterable[Finding]) -> Difference:
        """Compare what was told with what is found now."""
        old = {_identity(one): one for one in before}
        now = {_identity(one): one for one in after}
        return cls(
            tuple(one for key, one in now.items() if key not in old),
            tuple(one for key, one in old.items() if key not in now),
            tuple(one for key, one in now.items() if key in old),
        )


def _identity(one: Finding) -> tuple[str, str, str, str]:
    file = one.place.source.path if one.place is not None else ""
    return one.code.id, one.subject, file, one.message


def in_short(word: str, findings: Sequence[Finding]) -> list[str]:
    """Return a line for each of the first findings, and one that counts the rest.

    `word` says what they are.
    """
    lines = [f"{word}: {one.code.id} {one.message}" for one in findings[:MOST]]
    if len(findings) > MOST:
        lines.append(f"{word}: {len(findings) - MOST} more")
    return lines
