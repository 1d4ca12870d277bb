"""Carries notices to one place, beside whoever sends them: who answers late holds nobody up.

Comes in: a place, bodies in order. Goes out: nothing; what was not taken is told in words. A notice
that is still on its way at the end gets a moment, and is then given up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from queue import SimpleQueue

from laneway.adapters.notices.sending import notify

Body = Mapping[str, object]


class Courier:
    """Who carries notices to a place; `failed` hears of each that was not taken.

    `token` is asked before each: tokens are replaced while programs run.
    """

    def __init__(self, url: str, token: Callable[[], str], failed: Callable[[str], None]) -> None:
        self._url, self._token = url, token
        self._failed = failed
        self._waiting: SimpleQueue[Body | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def send(self, body: Body) -> None:
        """Hand over a notice; it is sent after those before it."""
        self._waiting.put(body)

    def end(self, patience: float) -> None:
        """Wait so many seconds for what is on its way."""
        self._waiting.put(None)
        self._thread.join(patience)
        if self._thread.is_alive():
            self._failed(f"no answer within {patience:g} s")

    def _carry(self) -> None:
        while (body := self._waiting.get()) is not None:
            try:
                notify(self._url, self._token(), body)
            except OSError as error:
                self._failed(str(error))
