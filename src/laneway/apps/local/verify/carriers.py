"""What programs send on, as their proxies write it down for as long as somebody asks.

Comes in: a running mesh. Goes out: the calls of that time with the header lines that may carry a
lane. Nothing is written before or after: the switch is turned off again whatever happens, and the
mesh itself empties a file that was left to grow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import msgspec

from laneway.apps.local.record.requests import wait_until_written
from laneway.apps.local.verify.running import Running
from laneway.core.emit.envoy.carrier_log import CARRIERS_FILE
from laneway.core.judging.sent_on import SentOn

_TUNNEL = "CONNECT"


class Carriers:
    """The log of carriers of a mesh while the block runs; `seen` is known after it."""

    def __init__(self, running: Running) -> None:
        self.seen: tuple[SentOn, ...] = ()
        self._running = running
        self._files: dict[Path, int] = {}

    def __enter__(self) -> Self:
        """Have it written from here on."""
        files = self._running.fleet.logs(CARRIERS_FILE).values()
        self._files = {file: file.stat().st_size if file.exists() else 0 for file in files}
        self._running.fleet.tell_carriers(on=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Take over what was written, and have no more of it."""
        self._running.fleet.tell_carriers(on=False)
        wait_until_written(self._running.folder)
        found = (one for file, begin in self._files.items() for one in _read(file, begin))
        self.seen = tuple(sorted(found, key=lambda one: one.at))
        for file in self._files:
            with suppress(FileNotFoundError):
                os.truncate(file, 0)


def _read(file: Path, begin: int) -> Iterator[SentOn]:
    with suppress(FileNotFoundError), file.open("rb") as stream:
        stream.seek(begin)
        for line in stream:
            with suppress(ValueError):  # a line that is being written
                if (sent := _sent_on(msgspec.json.decode(line))) is not None:
                    yield sent


def _sent_on(line: dict[str, Any]) -> SentOn | None:
    """Return a call; a tunnel is none."""
    if line["method"] == _TUNNEL:
        return None
    first, whole = ({k: v for k, v in line[key].items() if v} for key in ("first", "whole"))
    return SentOn(float(line["at"]), line["caller"], line["host"] or "", first, whole)
