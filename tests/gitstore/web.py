"""A server of the web with Git's own backend behind it, which can be made to misbehave.

Comes in: a folder of repositories. Goes out: an address, and the requests that were met. What it
answers can be replaced, request by request.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

from tests.gitstore.remotes import ENVIRONMENT

Misbehaving = Callable[["Handler"], bool]
"""Answers a request in a way of its own, or says False."""


class Handler(BaseHTTPRequestHandler):
    """Hands a request on to `git http-backend`, as any server does by CGI."""

    protocol_version = "HTTP/1.1"
    server: WebServer

    def do_GET(self) -> None:
        self.given = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.met.append((self.path, self.headers.get("Authorization", "")))
        if not self.server.misbehaving(self):
            self._backend()

    do_POST = do_GET  # noqa: N815 - as above

    def say(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _backend(self) -> None:
        path, _, query = self.path.partition("?")
        words = {
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(self.given)),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", "") if self.server.is_new else "",
        }
        ended = subprocess.run(
            ["git", "-c", "safe.directory=*", "http-backend"],
            input=self.given,
            capture_output=True,
            check=True,
            env={**ENVIRONMENT, **words},
        )
        head, _, body = ended.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(headers.pop("Status", "200").split(" ")[0])
        self.say(status, headers, body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own form
        """Say nothing."""


class WebServer(ThreadingHTTPServer):
    """A server on a free port of this machine. `is_new` says that it knows Git's protocol 2."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.met: list[tuple[str, str]] = []
        self.misbehaving: Misbehaving = lambda _: False
        self.is_new = True
        self.way = "http"
        self.pause = threading.Event()
        """Never set: to be waited for with a limit."""

    @property
    def url(self) -> str:
        return f"{self.way}://localhost:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take no note of clients that hang up."""


@contextmanager
def serving(folder: Path, certificate: Path | None = None) -> Iterator[WebServer]:
    """Serve the repositories of a folder, over TLS with a certificate."""
    server = WebServer(folder)
    server.daemon_threads = True
    if certificate is not None:
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.way = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(folder: Path) -> Path:
    """Make a certificate for this machine that nobody signed but itself; in one file."""
    made, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", str(key), "-out", str(made), "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
        ],
        check=True,
        capture_output=True,
        env={"PATH": os.environ["PATH"]},
    )
    made.write_bytes(made.read_bytes() + key.read_bytes())
    return made
