"""What a copied curl command asks for is what curl itself sends."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator

import pytest
from msgspec import Struct

from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.typed.read_request import read_request

pytestmark = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="curl or bash is not installed"
)
OF_CURL = {"accept": "*/*", "content-length": None}
"""Headers that curl adds and no route of lanes asks for; their values, None for any."""
COMMANDS = (
    "curl -s http://shop.test:PORT/a/../b/./c?x=1&y=2#z",
    "curl -s 'http://shop.test:PORT/a/../b/./c?x=1&y=2#z'",
    "curl -s --path-as-is http://shop.test:PORT/a/../b",
    "curl -s -g 'http://shop.test:PORT/{a}'",
    "curl -s http://shop.test:PORT",
    "curl -s 'http://shop.test:PORT?q'",
    "curl -sX DELETE http://shop.test:PORT/",
    "curl -sXPATCH http://shop.test:PORT/",
    "curl -sI http://shop.test:PORT/",
    "curl -s -H 'a: b' --header \"c:d  \" -H 'e;' -H 'x: y' http://shop.test:PORT/",
    "curl -s -HHost:other.test http://shop.test:PORT/",
    "curl -s -d a=1 --data b=2 http://shop.test:PORT/",
    "curl -s --data-raw $'{\"it\\'s\": \"\\u00e9\"}' -H 'content-type: text/x' http://shop.test:PORT/",
    "curl -s --data-urlencode 'q=a b&c' --data-urlencode '=x/y' http://shop.test:PORT/",
    "curl -s -G -d q=1 --data-urlencode 'z=a b' 'http://shop.test:PORT/s?x=1'",
    "curl -s --json '{}' http://shop.test:PORT/",
    "curl -s -u me:secret -b 'a=b' -b 'c=d' -A agent -e http://from.test http://shop.test:PORT/",
    "curl -s http://me:secret@shop.test:PORT/",
    "curl -s -r 0-9 --oauth2-bearer token http://shop.test:PORT/",
    "curl -s -d x -H 'Content-Type:' http://shop.test:PORT/",
    'curl -s \\\n  \'http://shop.test:PORT/mock\' \\\n  -H "say: \\"\\$hi\\"" | cat; echo',
    "for i in 1; do curl -s -H 'x-asm-prefer-tag: s1' http://shop.test:PORT/mock; echo ''; done;",
)


class Sent(Struct, frozen=True):
    """A request as it came in."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: str


class _Handler(http.server.BaseHTTPRequestHandler):
    def take(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode()
        pairs = [(name.lower(), value) for name, value in self.headers.items()]
        self.server.got.append(Sent(self.command, self.path, pairs, body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


for _method in ("GET", "POST", "DELETE", "PATCH", "HEAD"):
    setattr(_Handler, f"do_{_method}", _Handler.take)


@pytest.fixture(scope="module")
def server() -> Iterator[http.server.HTTPServer]:
    with http.server.HTTPServer(("127.0.0.1", 0), _Handler) as one:
        one.got = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        yield one
        one.shutdown()
        thread.join()


@pytest.mark.parametrize("command", COMMANDS)
def test_request_is_the_one_that_curl_sends(command: str, server: http.server.HTTPServer) -> None:
    port = server.server_port
    text = command.replace("PORT", str(port))
    resolved = text.replace("curl ", f"curl --resolve shop.test:{port}:127.0.0.1 ", 1)
    own = {**os.environ, "no_proxy": "*", "CURL_HOME": os.devnull}
    subprocess.run(["bash", "-c", resolved], check=True, env=own, capture_output=True, timeout=30)
    (sent,) = server.got  # type: ignore[attr-defined]
    server.got.clear()  # type: ignore[attr-defined]

    read = read_request(resolved)

    assert read.findings == ()
    assert read.request is not None
    assert (read.request.method, read.request.path) == (sent.method, sent.path)
    assert read.body == sent.body
    assert read.port == port
    assert _headers(read.request) == _told(sent, read.request)


def _headers(request: Request) -> list[tuple[str, str]]:
    return sorted(
        [("host", request.host), *((name.lower(), value) for name, value in request.headers)]
    )


def _told(sent: Sent, request: Request) -> list[tuple[str, str]]:
    """Return the headers that came in, but for those curl always adds."""
    named = {name.lower() for name, _ in request.headers}
    return sorted(
        (name, value.strip())
        for name, value in sent.headers
        if name in named or (name not in OF_CURL and not value.startswith("curl/"))
    )
