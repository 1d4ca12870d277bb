"""Sends one request many times and counts the answers by status.

Comes in: an address, a request and a number. Goes out: how many were sent, what came back. A few
connections are kept alive and used at once, as clients do; a body is read only so far as the
connection needs it. It never judges an answer.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

from laneway.adapters.asking.send import REQUEST_ID
from laneway.core.emit.envoy.request_log import TRYING
from laneway.core.judging.sent import Sent
from laneway.core.routing.ask.request import Request

Address = tuple[str, int]

AT_ONCE = 8
PATIENCE = 10.0
"""Seconds an answer may take; after one that took longer no more are asked for."""

_MOST_OF_A_BODY = 1 << 20
_PIECE = 1 << 16


def send(
    address: Address,
    request: Request,
    count: int,
    progressed: Callable[[int], None] = lambda _: None,
    patience: float = PATIENCE,
) -> Sent:
    """Send a request `count` times; `progressed` hears how many are done."""
    errand = _Errand(address, request, count, progressed, patience)
    with ThreadPoolExecutor(min(AT_ONCE, count)) as pool:
        for done in [pool.submit(errand.run) for _ in range(min(AT_ONCE, count))]:
            done.result()
    return Sent(errand.begun, dict(errand.statuses), dict(errand.lost))


class _Errand:
    """The work that several threads share."""

    def __init__(
        self,
        address: Address,
        request: Request,
        count: int,
        progressed: Callable[[int], None],
        patience: float,
    ) -> None:
        self.statuses: Counter[int] = Counter()
        self.lost: Counter[str] = Counter()
        self.begun = 0
        self._address = address
        self._request = request
        self._count = count
        self._progressed = progressed
        self._patience = patience
        self._lock = threading.Lock()

    def run(self) -> None:
        """Send one after the other on a connection of this thread's own."""
        with closing(http.client.HTTPConnection(*self._address, timeout=self._patience)) as client:
            while self._begin():
                self._note(self._ask(client))

    def _begin(self) -> bool:
        with self._lock:
            if self.begun >= self._count:
                return False
            self.begun += 1
            return True

    def _note(self, answer: int | str) -> None:
        with self._lock:
            if isinstance(answer, int):
                self.statuses[answer] += 1
            else:
                self.lost[answer] += 1
                self._count = self.begun  # what is under way ends, nothing more begins
            self._progressed(self.statuses.total() + self.lost.total())

    def _ask(self, client: http.client.HTTPConnection) -> int | str:
        """Send once; a kept connection that was closed meanwhile is opened again."""
        kept = client.sock is not None
        try:
            return self._exchange(client)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            client.close()
            return self._ask(client) if kept else _reason(error)
        except (OSError, http.client.HTTPException) as error:
            client.close()
            return _reason(error)

    def _exchange(self, client: http.client.HTTPConnection) -> int:
        request = self._request
        client.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
        client.putheader("host", request.host)
        if not request.values(REQUEST_ID):
            client.putheader(REQUEST_ID, f"{TRYING}{uuid4()}")
        for name, value in request.headers:
            client.putheader(name, value)
        client.endheaders()
        response = client.getresponse()
        left = _MOST_OF_A_BODY
        while left > 0 and (piece := response.read(_PIECE)):
            left -= len(piece)
        if not response.isclosed():
            client.close()
        return response.status


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError | socket.timeout):
        return "none within the time"
    return str(error) or type(error).__name__
