"""What was changed by a console, by whom and with which end: a line for each write.

Comes in: calls that write. Goes out: lines of JSON, to a file or a stream. No value that was
written stands there, and no secret: names of objects and what was done.
"""

from __future__ import annotations

import json
import time
from typing import TextIO

from msgspec import Struct


class Audit(Struct, frozen=True):
    """Writes the lines."""

    stream: TextIO

    def note(self, by: str, call: str, outcome: str) -> None:
        """Write a line, at once."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = {"time": moment, "by": by, "call": call, "outcome": outcome}
        self.stream.write(json.dumps(line) + "\n")
        self.stream.flush()
