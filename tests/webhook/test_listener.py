"""The listener over real sockets: what is answered, what is cut short, where it does not begin."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from laneway.adapters.webhook import Unguarded, listener, listening

Met = list[tuple[Sequence[tuple[str, str]], bytes]]
GOOD = b"POST /webhook HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nContent-Length: 2\r\n\r\nhi"


async def asked(*requests: bytes) -> tuple[list[bytes], Met]:
    """Send requests, each over its own connection; return the answers and what was met."""
    met: Met = []

    def answer(headers: Sequence[tuple[str, str]], body: bytes) -> tuple[int, str]:
        met.append((headers, body))
        return 202, "thanks"

    server = await listening("127.0.0.1:0", answer, is_guarded=False)
    port = server.sockets[0].getsockname()[1]
    answers = []
    async with server:
        for request in requests:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            answers.append(await reader.read())
            writer.close()
            await writer.wait_closed()
    return answers, met


def statuses(*requests: bytes) -> tuple[list[int], Met]:
    answers, met = asyncio.run(asked(*requests))
    return [int(one.split(b" ")[1]) for one in answers], met


def test_request_is_handed_on_whole_and_answered() -> None:
    (answer,), met = asyncio.run(asked(GOOD))

    assert answer.startswith(b"HTTP/1.1 202 ")
    assert answer.endswith(b"\r\n\r\nthanks\n")
    assert met == [([("host", "a"), ("x-one", "1"), ("content-length", "2")], b"hi")]


def test_who_hangs_up_without_a_word_is_no_trouble() -> None:
    troubles: list[object] = []

    async def test() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, found: troubles.append(found))
        server = await listening("127.0.0.1:0", lambda *_: (202, "thanks"), is_guarded=False)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()

    asyncio.run(test())

    assert troubles == []


def test_body_in_chunks_is_handed_on() -> None:
    head = b"POST /api/webhook HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    found, met = statuses(head + b"1\r\nh\r\n1\r\ni\r\n0\r\n\r\n")

    assert found == [202]
    assert met[0][1] == b"hi"


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (GOOD.replace(b"POST", b"GET "), 400),
        (GOOD.replace(b"POST", b"PUT"), 405),
        (GOOD.replace(b"/webhook", b"/other"), 404),
        (GOOD.replace(b"Content-Length: 2", b"Content-Length: 1000001"), 413),
        (GOOD.replace(b"Content-Length: 2", b"Content-Length: " + b"9" * 15), 413),
        (b"no HTTP at all\r\n\r\n", 400),
        (b"POST /webhook HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000, 431),
        (
            b"POST /webhook HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n"
            + (b"a" * 0xFFFF + b"\r\nffff\r\n") * 16,
            413,
        ),
    ],
)
def test_what_is_no_webhook_is_refused_and_not_handed_on(request_bytes: bytes, status: int) -> None:
    assert statuses(request_bytes) == ([status], [])


def test_answer_comes_before_a_large_body_is_sent() -> None:
    head = GOOD.partition(b"hi")[0].replace(b"Length: 2", b"Length: 5000000")

    assert statuses(head) == ([413], [])


def test_too_many_requests_of_one_address_are_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "A_MINUTE", 3)
    found, met = statuses(*[GOOD] * 5)

    assert found == [202, 202, 202, 429, 429]
    assert len(met) == 3


def test_slow_client_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "PATIENCE", 0.05)

    answers, met = asyncio.run(asked(GOOD[:-1]))

    assert (answers, met) == ([b""], [])


def test_connections_at_once_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MOST_AT_ONCE", 0)

    met: list[bytes] = []

    def answer(_headers: Sequence[tuple[str, str]], body: bytes) -> tuple[int, str]:
        met.append(body)
        return 202, ""

    async def cut_off() -> None:
        server = await listening("127.0.0.1:0", answer, is_guarded=False)
        async with server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with suppress(ConnectionError):
                writer.write(GOOD)
                assert await reader.read() == b""
            writer.close()

    asyncio.run(cut_off())
    assert met == []


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "example.com:0", "192.0.2.1:0"])
def test_beyond_this_machine_a_secret_is_needed(address: str) -> None:
    with pytest.raises(Unguarded, match="there is no secret"):
        asyncio.run(listening(address, lambda _headers, _body: (202, ""), is_guarded=False))


@pytest.mark.parametrize(
    ("address", "guarded"),
    [("0.0.0.0:0", True), (":0", False), ("localhost:0", False), ("127.0.0.2:0", False)],
)
def test_it_begins_where_it_may(address: str, guarded: bool) -> None:  # noqa: FBT001 - a column of the table
    async def begin() -> str:
        server = await listening(address, lambda _headers, _body: (202, ""), is_guarded=guarded)
        async with server:
            return str(server.sockets[0].getsockname()[0])

    assert asyncio.run(begin()) in (address.rpartition(":")[0], "127.0.0.1", "::1")
