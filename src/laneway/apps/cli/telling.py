"""Findings on a terminal or in a pipe, and the exit code they mean.

Comes in: findings and a stream. Goes out: text on the stream, in its color and width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from laneway.apps.cli.entry import ERRORS_FOUND, FINE
from laneway.apps.local.screen import has_color, width_of

if TYPE_CHECKING:
    from laneway.core.findings.finding import Finding, Level


def tell(findings: Sequence[Finding], stream: TextIO) -> None:
    """Write findings for people; nothing where there are none."""
    if findings:
        from laneway.core.findings.render import as_text

        stream.write(as_text(findings, width=width_of(stream), color=has_color(stream)))
        stream.flush()


def exit_code(findings: Sequence[Finding], fail_on: Level = "error") -> int:
    """Return 1 if any finding is of a level or worse, else 0."""
    levels: tuple[Level, ...] = ("error", "warning", "info")
    counted = levels[: levels.index(fail_on) + 1]
    return ERRORS_FOUND if any(found.level in counted for found in findings) else FINE
