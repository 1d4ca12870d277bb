"""What is outside of a mesh, on this machine: a database, and an API that is asked by HTTPS.

Comes in: a folder that everybody may read, and the Go program. Goes out: where both are. The
database speaks first and listens on localhost alone, as a developer's does; the API has a name, and
listens where another machine would be: on an address that is not localhost's.
"""

import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

GREETING = "welcome to the database"
API = "api.example.test"


class Api(Struct, frozen=True):
    """Where the API is, and the certificate by which a client knows it."""

    address: str
    port: int
    certificate: Path

    @property
    def reached(self) -> str:
        """Where a pod reaches it; this machine's localhost is another there."""
        is_local = self.address.startswith("127.")
        return f"{'host.laneway.internal' if is_local else self.address}:{self.port}"


class _Database(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _Guest(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(f"{GREETING}\n".encode())
        self.rfile.readline()


@contextmanager
def database() -> Iterator[int]:
    """Serve a protocol whose server speaks first, and yield its port on localhost."""
    with _Database(("127.0.0.1", 0), _Guest) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def api(folder: Path, program: Path) -> Iterator[Api]:
    """Serve HTTPS with a certificate for the API's name."""
    certificate = folder / "api.pem"
    words = (program, "https", f"{own_address()}:0", API, certificate)
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            address, _, port = server.stdout.readline().strip().rpartition(":")
            yield Api(address, int(port), certificate)
        finally:
            server.kill()


def own_address() -> str:
    """Return the address of this machine by which it would reach others; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(asked.getsockname()[0])
