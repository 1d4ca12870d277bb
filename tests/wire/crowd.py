"""Several clients that ask again and again, and what each request met, in the order of asking.

Comes in: a gateway's port and the headers of a lane. Goes out: outcomes: the version that answered,
or what went wrong. A test waits for so many outcomes of a kind in a row, never for a time.
"""

import http.client
import threading
from collections.abc import Mapping
from contextlib import closing
from types import TracebackType
from typing import Self

MOST = 20_000
"""Requests after which what is waited for is taken never to happen."""
PAUSE = 0.01
"""Seconds a client takes for each answer, so that what fails and heals has time of the machine."""


class Crowd:
    """Clients for the length of a block. `outcomes` are those of all requests that have ended."""

    def __init__(self, port: int, headers: Mapping[str, str], clients: int = 4) -> None:
        self.clients = clients
        self._port = port
        self._headers = dict(headers)
        self._found: list[tuple[int, str]] = []
        self._begun = 0
        self._over = threading.Event()
        self._news = threading.Condition()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def mark(self) -> int:
        """The number of the next request; `since` takes it."""
        with self._news:
            return self._begun

    def since(self, mark: int) -> list[str]:
        """Return the outcomes of the requests from a mark on, in the order in which they began."""
        with self._news:
            return [outcome for number, outcome in sorted(self._found) if number >= mark]

    def until(self, outcome: str, count: int = 200) -> None:
        """Wait until so many requests in a row, from now on, have met one outcome."""
        row, seen = 0, len(self._found)
        with self._news:
            while row < count:
                self._news.wait(10)
                fresh = self._found[seen:]
                assert fresh, f"no request ends while {outcome} is waited for"
                for _, one in fresh:
                    row = row + 1 if one == outcome else 0
                seen += len(fresh)
                assert seen < MOST, f"{outcome} is not met {count} times in a row"

    def _ask(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)) as client:
            while not self._over.wait(PAUSE):
                with self._news:
                    number, self._begun = self._begun, self._begun + 1
                outcome = self._outcome(client)
                with self._news:
                    self._found.append((number, outcome))
                    self._news.notify_all()

    def _outcome(self, client: http.client.HTTPConnection) -> str:
        try:
            client.request("POST", "/mock", headers=self._headers)
            response = client.getresponse()
            body = response.read().decode()
        except (OSError, http.client.HTTPException) as problem:
            client.close()
            return repr(problem)
        return body[-2:] if response.status == 200 else f"{response.status} {body}"
