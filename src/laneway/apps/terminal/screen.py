"""What a person at the terminal sees: results on standard output, progress on standard error.

A line that rewrites itself is only for a terminal; anywhere else a step is a line of its own and is
said once. Nothing here is parsed by anyone: machines read `mesh.json` and exit codes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sequence
from typing import TextIO

from msgspec import Struct

from laneway.apps.terminal.tables import WIDTH, cut
from laneway.core.findings.finding import Finding

CLEAR = "\r\x1b[K"
WIDEST = 120


def has_color(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colors and whose user wants them.

    https://no-color.org
    """
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and stream.isatty()


def width_of(stream: TextIO) -> int:
    """Return how wide text for a stream may be."""
    if not stream.isatty():
        return WIDTH
    import shutil

    return min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDEST)


def table_width_of(stream: TextIO) -> int:
    """Return how wide a table for a stream may be: in a pipe a row is one line."""
    return width_of(stream) if stream.isatty() else sys.maxsize


def findings_on(findings: Sequence[Finding], stream: TextIO) -> str:
    """Return findings as people read them on a stream; in a pipe a message is one line."""
    from laneway.core.findings.render import as_text

    return as_text(
        findings, width=width_of(stream), color=has_color(stream), whole=not stream.isatty()
    )


class Screen(Struct):
    """Where a mesh speaks."""

    out: TextIO
    err: TextIO
    _progress: str = ""

    def progress(self, step: str, detail: str = "") -> None:
        """Say what is being done; on a terminal the details change in place."""
        if self.err.isatty():
            self.err.write(CLEAR + cut(f"{step} {detail}".rstrip(), width_of(self.err) - 1))
        elif step != self._progress:
            self.err.write(f"{step.rstrip(':')} …\n")
        self._progress = step
        self.err.flush()

    def _settle(self) -> None:
        if self._progress and self.err.isatty():
            self.err.write(CLEAR)
            self.err.flush()
        self._progress = ""

    def show(self, lines: Iterable[str]) -> None:
        """Print lines of the result."""
        self._settle()
        self.out.write("".join(f"{line}\n" for line in lines))
        self.out.flush()

    def tell(self, text: str) -> None:
        """Print something that happened, with the time of day."""
        self._settle()
        self.out.write(f"{time.strftime('%H:%M:%S')}  {text}\n")
        self.out.flush()

    def warn(self, text: str) -> None:
        """Print something that is wrong."""
        self._settle()
        self.err.write(f"{text.rstrip()}\n")
        self.err.flush()
