"""Findings on a terminal or in a pipe, and the exit code they mean.

Comes in: findings and a stream. Goes out: text on the stream. Color and width are those of the
stream: a pipe gets plain text, and NO_COLOR is respected (https://no-color.org).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from laneway.apps.cli.entry import ERRORS_FOUND, FINE

if TYPE_CHECKING:
    from laneway.core.findings.finding import Finding, Level

WIDTH = 80
WIDEST = 120


def has_color(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colors and whose user wants them."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and stream.isatty()


def width_of(stream: TextIO) -> int:
    """Return how wide text for a stream may be."""
    if not stream.isatty():
        return WIDTH
    return min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST)


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
