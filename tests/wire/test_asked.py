"""A request that a person sends through a gateway: what comes back, and the way it took."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import aclosing, closing, contextmanager

import pytest

from laneway.adapters.asking import (
    GatewayAnswer,
    GivenAddress,
    NotConfirmedError,
    Sending,
    send,
)
from laneway.adapters.asking.send import LONGEST_BODY, MOST_TIMES
from laneway.apps.local.record.state import MeshFolder
from laneway.apps.local.verify.asked import CannotSendError, SentInquiry, ask_through
from laneway.core.compile import Compilation
from laneway.core.routing.ask.inquiry import Inquiry
from laneway.core.routing.ask.request import Request
from tests.views.samples import compiled_files
from tests.wire.laneway_up import Up
from tests.wire.standing import Standing

GET = Request("shop.test", "/mock")


async def all_of(port: int, sending: Sending) -> list[GatewayAnswer]:
    async with aclosing(send(GivenAddress("127.0.0.1", port), sending)) as coming:
        return [one async for one in coming]


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Answer each connection by the next text, and keep what was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for answer in answers:
                client, _ = server.accept()
                with closing(client):
                    asked.append(client.recv(65_536))
                    client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], asked
        thread.join(10)


def text(head: str, body: bytes = b"") -> bytes:
    lines = f"HTTP/1.1 {head}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    return lines.encode() + body


def test_redirect_is_an_answer_and_is_never_followed() -> None:
    with answering(text("302 Found\r\nlocation: http://127.0.0.1:1/elsewhere")) as (port, asked):
        (answer,) = asyncio.run(all_of(port, Sending(GET)))

    assert (answer.status, len(asked)) == (302, 1)


def test_host_of_the_request_is_a_header_and_no_place_to_connect_to() -> None:
    with answering(text("200 OK", b"hi")) as (port, asked):
        (answer,) = asyncio.run(all_of(port, Sending(GET)))

    assert (answer.status, answer.body) == (200, "hi")
    assert asked[0].startswith(b"GET /mock HTTP/1.1\r\n")
    assert b"host: shop.test\r\n" in asked[0].lower()
    assert f"x-request-id: {answer.id}".encode() in asked[0].lower()


def test_long_body_is_cut() -> None:
    with answering(text("200 OK", b"a" * 100_000)) as (port, _):
        (answer,) = asyncio.run(all_of(port, Sending(GET)))

    assert (len(answer.body), answer.is_cut) == (LONGEST_BODY, True)


def test_body_of_a_confirmed_request_is_sent() -> None:
    post = Request("", "/cart", "POST", headers=(("content-type", "text/plain"),))
    with answering(text("201 Created")) as (port, asked):
        (answer,) = asyncio.run(all_of(port, Sending(post, b"one", confirmed=True)))

    assert answer.status == 201
    assert asked[0].endswith(b"\r\n\r\none")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "get"])
def test_request_that_may_change_something_is_not_sent_unasked(method: str) -> None:
    with pytest.raises(NotConfirmedError):
        asyncio.run(all_of(1, Sending(Request("", "/", method))))


@pytest.mark.parametrize("times", [0, MOST_TIMES + 1])
def test_number_of_requests_has_bounds(times: int) -> None:
    with pytest.raises(ValueError, match="is sent 1 to 100 times"):
        asyncio.run(all_of(1, Sending(GET, times=times)))


def test_header_that_would_be_two_is_not_sent() -> None:
    sneaky = Request("", "/", headers=(("a", "b\r\nc: d"),))

    (answer,) = asyncio.run(all_of(1, Sending(sneaky)))

    assert answer.status == 0


def test_nobody_there_and_nonsense_are_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    (nobody,) = asyncio.run(all_of(free, Sending(GET)))
    with answering(b"nonsense\r\n\r\n") as (port, _):
        (nonsense,) = asyncio.run(all_of(port, Sending(GET)))

    assert (nobody.status, bool(nobody.trouble)) == (0, True)
    assert (nonsense.status, bool(nonsense.trouble)) == (0, True)


def test_silence_ends_with_patience_and_by_canceling() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (answer,) = asyncio.run(all_of(port, Sending(GET, patience=0.1)))

        async def canceled() -> None:
            task = asyncio.create_task(all_of(port, Sending(GET, times=9, patience=600)))
            await asyncio.sleep(0)
            task.cancel()
            await task

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(canceled())

    assert answer.trouble == "no answer within the time"


# --------------------------------------------------------------------------- in a mesh


@pytest.fixture
def folder(standing: Standing, mesh: Up) -> MeshFolder:
    assert mesh.port
    return MeshFolder(standing.state / "laneway" / "default")


@pytest.fixture
def served(standing: Standing, mesh: Up) -> Compilation:
    assert mesh.port
    return compiled_files(standing.sample)


@pytest.mark.envoy
def test_way_that_requests_took_is_held_against_the_promise(
    folder: MeshFolder, served: Compilation
) -> None:
    heard: list[int] = []
    wish = SentInquiry(Inquiry(Request("", "/mock")), times=40)

    told = asyncio.run(ask_through(folder, served, wish, heard.append))

    answers, way = told["answers"], told["taken"]
    assert (answers["sent"], answers["statuses"], heard[-1]) == (40, {"200": 40}, 40)
    assert {line["text"] for line in answers["lines"]} == {
        f"-> mocka(version: {one})-> mockb(version: {one})-> mockc(version: {one})"
        for one in ("v1", "v2")
    }
    assert sum(line["count"] for line in answers["lines"]) == 40
    assert answers["first"]["body"].startswith("-> mocka(version: v")
    assert (way["requests"], way["agrees"], way["beside"]) == (40, True, [])
    entry, *inner = way["hops"]
    assert (entry["caller"], sum(one["count"] for one in entry["seen"])) == ("gateway", 40)
    assert {one["pod"] for one in entry["promised"]} == {"mocka-v1", "mocka-v2"}
    assert {one["agrees"] for one in inner if not one["assumed"]} == {True}


@pytest.mark.envoy
def test_request_that_no_route_takes_agrees_with_its_404(
    folder: MeshFolder, served: Compilation
) -> None:
    wish = SentInquiry(Inquiry(Request("", "/nosuch")))

    told = asyncio.run(ask_through(folder, served, wish))

    assert told["answers"]["statuses"] == {"404": 1}
    (hop,) = told["taken"]["hops"]
    assert (hop["statuses"], hop["agrees"]) == ([404], True)


@pytest.mark.envoy
@pytest.mark.parametrize(
    ("inquiry", "words"),
    [
        (Inquiry(Request("mockb"), workload="mocka-v1"), "does not begin at a gateway"),
        (Inquiry(Request(port=99)), "there is no gateway with port 99"),
    ],
)
def test_request_is_sent_through_gateways_alone(
    folder: MeshFolder, served: Compilation, inquiry: Inquiry, words: str
) -> None:
    with pytest.raises(CannotSendError, match=words):
        asyncio.run(ask_through(folder, served, SentInquiry(inquiry)))
