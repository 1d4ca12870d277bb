"""Findings on a terminal or in a pipe, and the exit code they mean.

Comes in: findings and a stream. Goes out: text on the stream, in its color and width.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from laneway.apps.terminal.exit_codes import ERRORS_FOUND, FINE
from laneway.apps.terminal.screen import findings_on

if TYPE_CHECKING:
    from laneway.core.findings.finding import Finding, Level


def tell(findings: Sequence[Finding], stream: TextIO) -> None:
    """Write findings for people; nothing where there are none."""
    if findings:
        stream.write(findings_on(findings, stream))
        stream.flush()


def tell_meanwhile(words: str) -> None:
    """Say on standard error what is waited for."""
    sys.stderr.write(f"{words} …\n")
    sys.stderr.flush()


def counted(findings: Sequence[Finding], fail_on: Level = "error") -> list[Finding]:
    """Return the findings of a level or worse."""
    levels: tuple[Level, ...] = ("error", "warning", "info")
    return [one for one in findings if one.level in levels[: levels.index(fail_on) + 1]]


def exit_code(findings: Sequence[Finding], fail_on: Level = "error") -> int:
    """Return 1 if any finding is of a level or worse, else 0."""
    return ERRORS_FOUND if counted(findings, fail_on) else FINE
