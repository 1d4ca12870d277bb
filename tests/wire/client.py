"""One client that asks without a pause, on a connection that stays open."""

import http.client
import threading
from contextlib import closing
from types import TracebackType
from typing import Self

from tests.wire.laneway_up import Answer


class Client:
    """Asks for `/mock` from the beginning of a block to its end, and keeps every answer.

    A request that got no answer at all counts as one of status 0.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._found: list[Answer] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def answers(self) -> list[Answer]:
        """Stop asking and return all answers."""
        self._over.set()
        self._thread.join()
        return self._found

    def _ask(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)) as connection:
            while not self._over.is_set():
                try:
                    connection.request("GET", "/mock")
                    response = connection.getresponse()
                    self._found.append(Answer(response.status, response.read().decode()))
                except (OSError, http.client.HTTPException) as problem:
                    connection.close()
                    self._found.append(Answer(0, repr(problem)))
