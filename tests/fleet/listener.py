"""Where programs are asked past every proxy: header lines as they come and go, byte by byte.

Comes in: lines to send, in order, doubled ones twice. Goes out: the lines in which a program asked
the next service, as they stood on the wire. No library is between that could join or sort them.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Sequence
from typing import Self

Line = tuple[str, str]
"""A header's name and value."""
OF_THE_CONNECTION = frozenset(
    {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "content-length",
        "sec-fetch-mode",
        "upgrade",
        "http2-settings",
    }
)
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nok\n"


class Listener(socketserver.ThreadingTCPServer):
    """The next service: it answers everybody and keeps the lines of each request."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.heard: list[list[Line]] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        """What programs are told to ask."""
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Asked(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Listener)
        lines = list(iter(lambda: self.rfile.readline().rstrip(b"\r\n").decode("latin-1"), ""))
        parted = [line.partition(":") for line in lines[1:]]
        found = [(name, value.strip(" \t")) for name, _, value in parted]
        self.server.heard.append([one for one in found if one[0].lower() not in OF_THE_CONNECTION])
        self.wfile.write(_ANSWER)


def ask(port: int, lines: Sequence[Line], patience: float = 30) -> tuple[int, str]:
    """Send one GET with these lines to this machine; return status and body."""
    head = ["GET / HTTP/1.1", f"host: 127.0.0.1:{port}", "connection: close"]
    head += [f"{name}: {value}" for name, value in lines]
    with socket.create_connection(("127.0.0.1", port), patience) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode("latin-1"))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2].decode()
