"""Ends a fetch that takes too long or sends too much, wherever it waits.

Comes in: limits, and what can be cut off. Goes out: nothing, or an exception out of the very read
that was too much. Apart from the ways, since a server that sends a byte a minute has to be cut off
from outside, whatever way it is asked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from laneway.adapters.gitstore.limits import Limits


class TooMuch(Exception):  # noqa: N818 - the store makes a finding of it
    """A limit was met; `what` and `limit` as a finding says them."""

    def __init__(self, what: str, limit: str) -> None:
        super().__init__(what, limit)
        self.what = what
        self.limit = limit


class FetchWatch:
    """Watches one fetch, from `with` to its end."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._timer = threading.Timer(limits.seconds, self._end)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._cuts: list[Callable[[], None]] = []
        self._after: list[Callable[[], None]] = []
        self._told = 0
        self._packed = 0
        self.is_late = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._cuts.clear()
        for after in self._after:
            after()

    def then(self, after: Callable[[], None]) -> None:
        """Say what is to be done when the fetch has ended, however it did."""
        self._after.append(after)

    def cut_by(self, cut: Callable[[], None]) -> None:
        """Say how what is asked now is cut off."""
        with self._lock:
            self._cuts.append(cut)
            late = self.is_late
        if late:
            cut()

    def told(self, size: int) -> None:
        """Count bytes that came; raises TooMuch where there are too many before the pack."""
        self._told += size
        if not self._packed and self._told > self._limits.names:
            raise TooMuch("the server tells", f"{self._limits.names:,} bytes before its pack")

    def packed(self, size: int) -> None:
        """Count bytes of the pack; raises TooMuch."""
        self._packed += size
        if self._packed > self._limits.pack:
            raise TooMuch("the pack of the commit has", f"{self._limits.pack:,} bytes")

    def _end(self) -> None:
        with self._lock:
            self.is_late = True
            cuts = list(self._cuts)
        for cut in cuts:
            cut()
