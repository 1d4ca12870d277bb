"""Sending: every answer is counted by its status, and a lost one with its reason."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from laneway.apps.local.verify.sending import send
from laneway.core.judging.sent import Sent
from laneway.core.routing.ask.request import Request

ASKED = Request("shop.test", "/mock?x=1", headers=(("x-lane", "s1"), ("x-lane", "s2")))
Serve = Callable[[socket.socket, list[bytes]], None]


def head(connection: socket.socket) -> bytes:
    """Read one request; empty where the client has gone."""
    found = b""
    while not found.endswith(b"\r\n\r\n"):
        piece = connection.recv(4096)
        if not piece:
            return b""
        found += piece
    return found


def keep_answering(connection: socket.socket, seen: list[bytes]) -> None:
    while request := head(connection):
        seen.append(request)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")


@contextmanager
def server(serve: Serve) -> Iterator[tuple[tuple[str, int], list[bytes]]]:
    """Run a server whose behavior for one connection is given."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        def one(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                serve(connection, seen)

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname(), seen


def test_so_many_requests_are_sent_as_asked_for() -> None:
    with server(keep_answering) as (address, seen):
        sent = send(address, ASKED, 50)

    assert sent == Sent(50, {200: 50}, {})
    assert len(seen) == 50


def test_a_request_is_sent_as_it_is_with_every_line_of_a_header() -> None:
    with server(keep_answering) as (address, seen):
        send(address, ASKED, 1)

    lines = seen[0].decode().split("\r\n")
    assert lines[:2] == ["GET /mock?x=1 HTTP/1.1", "host: shop.test"]
    assert [line for line in lines if line.startswith("x-lane")] == ["x-lane: s1", "x-lane: s2"]


def test_progress_is_told_for_every_answer() -> None:
    told: list[int] = []
    with server(keep_answering) as (address, _):
        send(address, ASKED, 12, told.append)

    assert sorted(told) == list(range(1, 13))


def test_answers_are_counted_by_status() -> None:
    lock, count = threading.Lock(), iter(range(100))

    def every_other(connection: socket.socket, _: list[bytes]) -> None:
        while head(connection):
            with lock:
                status = b"200 OK" if next(count) % 2 else b"503 No"
            connection.sendall(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n")

    with server(every_other) as (address, _):
        assert send(address, ASKED, 20).statuses == {200: 10, 503: 10}


def test_a_connection_closed_between_two_answers_costs_no_request() -> None:
    def one_each(connection: socket.socket, seen: list[bytes]) -> None:
        seen.append(head(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    with server(one_each) as (address, seen):
        assert send(address, ASKED, 20) == Sent(20, {200: 20}, {})
    assert len(seen) == 20


def test_a_body_without_an_end_is_not_waited_for() -> None:
    def endless(connection: socket.socket, _: list[bytes]) -> None:
        head(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with server(endless) as (address, _):
        assert send(address, ASKED, 2).statuses == {200: 2}


def test_no_answer_in_time_ends_the_sending() -> None:
    gone = threading.Event()

    def silent(connection: socket.socket, _: list[bytes]) -> None:
        head(connection)
        gone.wait()

    with server(silent) as (address, _):
        sent = send(address, ASKED, 1000, patience=0.05)
        gone.set()

    assert sent.total == sum(sent.lost.values()) <= 8
    assert set(sent.lost) == {"none within the time"}


def test_a_port_nobody_listens_on_is_a_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()

    sent = send(address, ASKED, 100)

    assert (sent.answered, sent.statuses) == (0, {})
    assert "refused" in next(iter(sent.lost))


def test_an_answer_that_is_no_http_is_a_reason() -> None:
    def odd(connection: socket.socket, _: list[bytes]) -> None:
        head(connection)
        connection.sendall(b"220 mail.test ESMTP\r\n")

    with server(odd) as (address, _):
        assert sum(send(address, ASKED, 1).lost.values()) == 1
