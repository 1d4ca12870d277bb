"""Notices of a release: others that answer late, or never, hold nobody up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from laneway.adapters.notices import Courier


class Slow(ThreadingHTTPServer):
    """A place that answers nobody before it may."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.may = threading.Event()
        self.told: list[object] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Taking(BaseHTTPRequestHandler):
    server: Slow

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.may.wait(30)
        self.server.told.append(json.loads(body)["text"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def slow() -> Iterator[Slow]:
    server = Slow()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.may.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_who_sends_goes_on_before_the_answer_and_order_is_kept(slow: Slow) -> None:
    failed: list[str] = []
    courier = Courier(slow.url, str, failed.append)

    for text in ("one", "two"):
        courier.send({"text": text})
    slow.may.set()  # whoever waits for an answer never comes here
    courier.end(30)

    assert (slow.told, failed) == (["one", "two"], [])


def test_in_the_end_who_does_not_answer_is_given_up_and_that_is_said(slow: Slow) -> None:
    failed: list[str] = []
    courier = Courier(slow.url, str, failed.append)

    courier.send({"text": "one"})
    courier.end(0.01)

    assert failed == ["no answer within 0.01 s"]
