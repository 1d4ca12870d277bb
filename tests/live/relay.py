"""A port that leads to another, and can stop to lead without closing anything.

Comes in: a port of this machine. Goes out: another one. While it holds, what either side says stays
where it is: to both it looks like a peer that is there and silent, which is what a connection is
whose other end was cut off.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self


class Relay:
    """Leads connections on for as long as its context lasts."""

    def __init__(self, port: int) -> None:
        self._beyond = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self._goes_on = threading.Event()
        self._goes_on.set()
        self._open: list[socket.socket] = [self._door]
        self.port: int = self._door.getsockname()[1]

    def hold(self) -> None:
        """Lead nothing on; connections stay open."""
        self._goes_on.clear()

    def go_on(self) -> None:
        """Lead on again, what was held back first."""
        self._goes_on.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._goes_on.set()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near = self._door.accept()[0]
                far = socket.create_connection(("127.0.0.1", self._beyond))
                self._open += [near, far]
                for some, other in ((near, far), (far, near)):
                    threading.Thread(target=self._copy, args=(some, other), daemon=True).start()

    def _copy(self, some: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while said := some.recv(65536):
                self._goes_on.wait()
                other.sendall(said)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)
