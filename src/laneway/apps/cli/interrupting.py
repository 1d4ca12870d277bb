"""What Ctrl-C does: the command ends at once, with its exit code and without a word.

A Python program that is interrupted while it imports, collects garbage or ends prints a traceback
wherever the exception happens to surface. Here nothing is raised. Commands that have something to
take down put a handler of their own in this one's place while they do.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130


def end_at_once() -> None:
    """Have Ctrl-C end this process from now on."""
    signal.signal(signal.SIGINT, _end)


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    if sys.stderr is not None and sys.stderr.isatty():
        os.write(2, b"\r\x1b[K\n")  # a line of progress is taken away
    os._exit(INTERRUPTED)
