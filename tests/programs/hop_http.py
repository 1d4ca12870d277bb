"""A hop of a chain, as people write them in Python: a server on a port of its own, and a client.

The client to the next hop is requests, httpx or a plain socket, as the argument says; with none
this is the last hop. It knows no proxy. README.md says what its variables mean.
"""

import os
import socket
import sys
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

FORWARD, NEXT = os.environ["FORWARD"], os.environ.get("NEXT", "")
ME = "-> {NAME}(version: {VERSION}, ip: {POD_IP})".format_map(os.environ)

Headers = dict[str, str]
Client = Callable[[Headers], tuple[int, str]]


def no_client(_: Headers) -> tuple[int, str]:
    """Nobody is next."""
    return 200, ""


def by_requests() -> Client:
    """Open a connection for every request, as `requests.get` does."""
    import requests

    def ask(headers: Headers) -> tuple[int, str]:
        response = requests.get(NEXT, headers=headers, timeout=10)
        return response.status_code, response.text

    return ask


def by_httpx() -> Client:
    """Keep connections, as one client of httpx for all threads does."""
    import httpx

    client = httpx.Client(timeout=10)

    def ask(headers: Headers) -> tuple[int, str]:
        response = client.get(NEXT, headers=headers)
        return response.status_code, response.text

    return ask


def by_socket() -> Client:
    """Wait for the server's first word, as clients of many databases do."""
    url = urlsplit(NEXT)
    address = (url.hostname or "", url.port or 0)

    def ask(_: Headers) -> tuple[int, str]:
        with socket.create_connection(address, 10) as opened, opened.makefile("rw") as stream:
            greeting = stream.readline().rstrip("\n")
            stream.write("quit\n")
            stream.flush()
            assert stream.readline() == "bye\n"
            return 200, greeting

    return ask


CLIENTS = {"requests": by_requests, "httpx": by_httpx, "socket": by_socket}


@cache
def client() -> Client:
    return CLIENTS[sys.argv[1]]() if NEXT else no_client


class Hop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        lane = self.headers[FORWARD]
        try:
            status, said = client()({FORWARD: lane} if lane else {})
        except Exception as problem:  # noqa: BLE001 - whatever it is, the test shall read it
            status, said = 502, f" {problem!r}"
        body = f"{ME}{said}".encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_: object) -> None:
        """Requests are many."""


class Server(ThreadingHTTPServer):
    request_queue_size = 128


if __name__ == "__main__":
    client()
    Server(("", 8080), Hop).serve_forever()
