"""Requests that never cease, and what becomes of them.

Comes in: the port of a gateway. Goes out: for each span of time how many requests met which
versions, and how many failed. A request fails that is not answered with status 200 by three
programs of one version. Callers are paced, so that they leave the machine to those they watch.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from msgspec import Struct, field

from tests.wire.laneway_up import VERSION

CALLERS = 3
PACE = 0.02
"""Seconds a caller rests after an answer."""


class Span(Struct):
    """What came of the requests of a span of time, and of those that failed when."""

    met: Counter[Any] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many there were."""
        return self.met.total()

    @property
    def failed(self) -> Counter[Any]:
        """Those that failed, by status, by versions that do not belong together, or by words."""
        bad = {outcome: number for outcome, number in self.met.items() if not _is_whole(outcome)}
        return Counter(bad)


def _is_whole(outcome: object) -> bool:
    return isinstance(outcome, tuple) and len(outcome) == 3 and len(set(outcome)) == 1


class Load:
    """The callers; `lap` returns what came of the requests since the last one."""

    def __init__(self, port: int, path: str) -> None:
        self.port, self.path = port, path
        self._span = Span()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._callers = [threading.Thread(target=self._call) for _ in range(CALLERS)]

    def lap(self) -> Span:
        """Return the span since the last lap, and begin another."""
        with self._lock:
            span, self._span = self._span, Span()
        return span

    def start(self) -> None:
        """Begin."""
        for caller in self._callers:
            caller.start()

    def end(self) -> None:
        """Have the callers end."""
        self._ended.set()
        for caller in self._callers:
            caller.join()

    def _call(self) -> None:
        while not self._ended.is_set():
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as asked:
                self._ask_on(asked)

    def _ask_on(self, asked: http.client.HTTPConnection) -> None:
        """Ask over one connection until it breaks."""
        while not self._ended.is_set():
            try:
                asked.request("GET", self.path)
                answer = asked.getresponse()
                text = answer.read().decode()
            except (OSError, http.client.HTTPException) as problem:
                self._count(type(problem).__name__)
                return
            versions = tuple(version for _, version, _ in VERSION.findall(text))
            self._count(versions if answer.status == 200 else answer.status)
            time.sleep(PACE)

    def _count(self, outcome: object) -> None:
        with self._lock:
            self._span.met[outcome] += 1


@contextmanager
def load(port: int, path: str = "/mock") -> Iterator[Load]:
    """Have requests go to a gateway for the length of a block."""
    found = Load(port, path)
    found.start()
    try:
        yield found
    finally:
        found.end()
