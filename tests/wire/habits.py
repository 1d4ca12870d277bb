"""A program that serves requests and calls on with the header lines that its habit makes.

What it is called, HABIT, says how it treats the lane's carriers, each after what an SDK was seen to
do. It asks every service in NEXT through its proxy, with a socket, so that lines go as written.
"""

import os
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HABIT, NEXT = os.environ["HABIT"], os.environ.get("NEXT", "").split()
STREAMED = "/streamed"
SPAN = "00f067aa0ba902b7"


def lines(baggage: str, traceparent: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield the lines that go on, for a request that came with these."""
    trace = traceparent[3:35] or "1" * 32
    if HABIT == "b3":
        yield "b3", f"{trace}-{SPAN}-1"
        return
    if HABIT == "fresh":
        yield "traceparent", f"00-{'f' * 32}-{SPAN}-01"
        return
    if traceparent:
        yield "traceparent", f"00-{trace}-{SPAN}-01"
    if HABIT == "twice":
        yield "baggage", "sentry-environment=production"
    if HABIT == "folds":
        baggage = baggage.split(",", maxsplit=1)[0].strip() + "%3Bttl%3D1"
    if HABIT == "replaces":
        baggage = "sentry-environment=production,sentry-public_key=public"
    silent = HABIT == "silent" or (HABIT == "streams" and path == STREAMED)
    if baggage and not silent and not (HABIT == "needs-a-trace" and not traceparent):
        yield "baggage", baggage


class Habit(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for url in NEXT:
            self.piece(self.ask(url))
        self.piece(b"done")
        self.piece(b"")

    def piece(self, body: bytes) -> None:
        """Send a piece of the answer; an empty one is the last."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(body), body))

    def ask(self, url: str) -> bytes:
        """Ask a service; a called service that does not answer is an error of the test."""
        baggage, trace = (self.headers.get(key, "") for key in ("baggage", "traceparent"))
        told = "".join(f"{key}: {value}\r\n" for key, value in lines(baggage, trace, self.path))
        proxy = urlsplit(os.environ["http_proxy"])
        with socket.create_connection((proxy.hostname, proxy.port or 80), 10) as to:
            to.sendall(
                f"GET {url}{self.path} HTTP/1.1\r\nhost: {urlsplit(url).netloc}\r\n{told}"
                "connection: close\r\n\r\n".encode()
            )
            answer = b"".join(iter(lambda: to.recv(65536), b""))
        assert b" 200 " in answer.split(b"\r\n")[0], answer
        return url.encode()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


if __name__ == "__main__":
    place = (os.environ["HOST"], int(os.environ["PORT"]))
    ThreadingHTTPServer(place, Habit).serve_forever()
