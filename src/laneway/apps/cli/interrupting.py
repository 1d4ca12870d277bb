"""What Ctrl-C does: the command ends at once, with its exit code and without a word.

A Python program that is interrupted while it imports, collects garbage or ends prints a traceback
wherever the exception happens to surface. Here nothing is raised. Commands that have something to
take down put a handler of their own in this one's place while they do. This module is the first
that a command loads: it imports only what every interpreter has loaded by then, so that a reader's
Ctrl-C, however early, meets it.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from types import FrameType
else:
    import _signal  # what `signal` wraps in enumerations, which take longer than all the rest here

INTERRUPTED = 130


def end_at_once() -> None:
    """Have Ctrl-C end this process from now on."""
    _signal.signal(_signal.SIGINT, _end)


def _end(number: int, frame: "FrameType | None") -> None:
    del number, frame
    if sys.stderr is not None and sys.stderr.isatty():
        os.write(2, b"\r\x1b[K\n")  # a line of progress is taken away
    os._exit(INTERRUPTED)
