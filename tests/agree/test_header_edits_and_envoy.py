"""A request leaves the reader with the headers it leaves real Envoy with.

Each case is a route table whose layers edit headers; the program behind Envoy tells what it got.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.agree.envoy_matching import Request, UnreadError
from tests.agree.envoy_probe import ask, envoy_serving
from tests.agree.istio_routes import Forward, decide

SENT = Request("any", headers=(("x", "old1"), ("X", "old2"), ("z", "z1"), ("z", "z2")))


def overwrite(name: str, value: str) -> dict[str, Any]:
    header = {"key": name, "value": value}
    return {"header": header, "appendAction": "OVERWRITE_IF_EXISTS_OR_ADD"}


def append(name: str, value: str) -> dict[str, Any]:
    return {"header": {"key": name, "value": value}, "appendAction": "APPEND_IF_EXISTS_OR_ADD"}


def layer(*add: dict[str, Any], remove: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"requestHeadersToAdd": list(add), "requestHeadersToRemove": list(remove)}


NOTHING = layer()
CASES = {
    "the outermost layer overwrites last": [layer(overwrite("x", at)) for at in "crvt"],
    "layers append from the inside out": [layer(append("x", at)) for at in "crvt"],
    "a layer fills in values from before its own edits": [
        NOTHING,
        layer(overwrite("x", "new"), overwrite("y", "%REQ(x)%")),
    ],
    "a layer sees what an inner one did": [
        layer(overwrite("x", "c")),
        layer(overwrite("y", "%REQ(x)%")),
    ],
    "an empty value edits nothing": [
        layer(overwrite("x", "%REQ(none)%")),
        layer(append("x", "%REQ(none)%")),
    ],
    "two percent signs are one": [layer(overwrite("z", "a%%b"))],
    "a layer removes before it adds": [layer(append("x", "r"), remove=("X",))],
    "a layer removes before it fills in": [layer(append("y", "%REQ(x)%"), remove=("x",))],
    "an outer layer removes what an inner one added": [
        layer(append("x", "c")),
        NOTHING,
        layer(remove=("x",)),
    ],
    "overwriting comes before appending": [
        layer(append("x", "1"), overwrite("x", "2"), append("x", "3"))
    ],
    "without one header the other is filled in": [
        layer(overwrite("y", "%REQ(none?z)%"), overwrite("z", "%REQ(x?z)%"))
    ],
    "of a repeated header the first line is filled in": [layer(overwrite("y", "%REQ(z)%"))],
}


def table_of(layers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a table with edits for cluster, route, virtual host and table, in this order."""
    cluster, route, host, table = [*layers, *[NOTHING] * (4 - len(layers))]
    shares = {"clusters": [{"name": "upstream", "weight": 1, **cluster}]}
    one = {"match": {"prefix": "/"}, "route": {"weightedClusters": shares}, **route}
    return {
        "name": "edits",
        "virtualHosts": [{"name": "any", "domains": ["*"], "routes": [one], **host}],
        **table,
    }


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps([[name.lower(), value] for name, value in self.headers.items()]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the test tells what it got."""


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    """Return the port of a program that answers with the headers it got."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def read(layers: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the headers with which our reader lets the request go on."""
    outcome = decide(table_of(layers), SENT)
    assert isinstance(outcome, Forward)
    (share,) = outcome.shares
    return sorted((name.lower(), value) for name, value in share.headers_after(SENT).headers)


@pytest.mark.envoy
def test_reader_and_envoy_edit_headers_alike(tmp_path: Path, echo: int) -> None:
    tables = [table_of(layers) for layers in CASES.values()]
    sent = {}
    with envoy_serving(tables, tmp_path, echo) as connections:
        for name, connection in zip(CASES, connections, strict=True):
            _, body = ask(connection, SENT)
            sent[name] = sorted((key, value) for key, value in json.loads(body) if key in "xyz")
    assert {name: read(layers) for name, layers in CASES.items()} == sent


@pytest.mark.parametrize("value", ["%START_TIME%", "100%"])
def test_reader_refuses_a_value_it_cannot_fill_in(value: str) -> None:
    with pytest.raises(UnreadError):
        read([layer(overwrite("x", value))])
