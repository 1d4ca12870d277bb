"""What of the input was not understood, in one line for every page.

Comes in: a snapshot. Goes out: the first error of reading it, with its place, and how many there
are. Nobody knows what such a file holds, so what pages do not show may well be written.
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.findings.line import file_and_line
from laneway.core.mesh.snapshot import Snapshot


class Misread(Struct, frozen=True):
    """Errors of reading: how many, and the first of them."""

    errors: int
    first: str


def misread(snapshot: Snapshot) -> Misread | None:
    """Return what was not understood; None where all was.

    >>> misread(Snapshot()) is None
    True
    """
    errors = [one for one in snapshot.findings if one.level == "error"]
    if not errors:
        return None
    first = errors[0]
    where = f" ({file_and_line(first.place)})" if first.place else ""
    return Misread(len(errors), first.message + where)
