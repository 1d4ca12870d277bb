"""What is said of header lines that a program sent on, for each way a lane travels."""

from base64 import b64decode
from collections.abc import Mapping

import pytest

from laneway.core.judging.sent_on import SentOn, saw
from laneway.core.judging.trying import FORMS, MORE, MORE_PAIRS, formed
from laneway.core.mesh.propagation import Propagation
from laneway.core.routing.ask.request import Request

KEY = "x-asm-prefer-tag"
BAGGAGE = Propagation("baggage", KEY, "baggage")
PAIRS = Propagation("correlation", KEY, "sw8-correlation")
HEADER = Propagation("header", KEY, KEY)
TRACEPARENT = Propagation("trace id", KEY, "traceparent")
REQUEST_ID = Propagation("trace id", KEY, "x-request-id")
T, OTHER = "4bf92f3577b34da6a3ce929d0e0e4736", "f" * 32


def said(way: Propagation, first: Mapping[str, str], more: Mapping[str, str] = {}) -> list[str]:
    """Return the words for a call of a request with trace T; `more` are second lines."""
    whole = {
        name: ",".join([line, *([more[name]] if name in more else [])])
        for name, line in first.items()
    }
    return [one.words for one in saw(way, SentOn(0.0, "cart-0", "price", first, whole), T)]


def parent(trace: str) -> str:
    return f"00-{trace}-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ({"baggage": f"{KEY}=s2"}, []),
        ({"baggage": f"a=1, {KEY} = s2;ttl=1"}, []),
        ({"baggage": f"{KEY}=s2%3bttl%3D1"}, ["sent the lane as `s2%3bttl%3D1`"]),
        ({"baggage": f"{KEY}=s+2"}, ["sent the lane as `s+2`"]),
        ({"baggage": f"{KEY}=s2,{KEY}=s3"}, ["sent the lane 2 times in its baggage"]),
        ({"baggage": "X-Asm-Prefer-Tag=s2"}, ["sent the lane's key as `X-Asm-Prefer-Tag`"]),
        ({"baggage": "x%2Dasm-prefer-tag=s2"}, ["sent the lane's key as `x%2Dasm-prefer-tag`"]),
        ({"baggage": "a=1"}, [f"sent baggage without {KEY}: a"]),
        ({"traceparent": parent(T)}, ["sent no baggage", "went on with the trace"]),
        ({"traceparent": parent(OTHER)}, ["sent no baggage", "began a new trace"]),
        ({"x-b3-traceid": T}, ["sent no baggage", "sent b3 for a traceparent"]),
        (
            {"uber-trace-id": f"{T}:1:0:1"},
            ["sent no baggage", "sent uber-trace-id for a traceparent"],
        ),
        ({}, ["sent no baggage"]),
    ],
)
def test_of_baggage(first: dict[str, str], words: list[str]) -> None:
    assert said(BAGGAGE, first) == words


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ({"sw8-correlation": "YQ==:MQ==,eC1hc20tcHJlZmVyLXRhZw==:czI="}, []),
        # apache-skywalking 1.2.0 without a sw8
        (
            {"sw8": "1-YQ==", "sw8-correlation": ""},
            [f"sent sw8-correlation without {KEY}: nothing"],
        ),
        ({"sw8-correlation": "YQ==:MQ=="}, [f"sent sw8-correlation without {KEY}: a"]),
        (
            {"sw8-correlation": "WC1Bc20tUHJlZmVyLVRhZw==:czI="},
            ["sent the lane's key as `X-Asm-Prefer-Tag`"],
        ),
        # skywalking-backend-js 0.9.0
        ({"sw8": "1-YQ=="}, ["sent no sw8-correlation"]),
        ({"traceparent": parent(T)}, ["sent no sw8-correlation", "sent traceparent for a sw8"]),
    ],
)
def test_of_the_correlation(first: dict[str, str], words: list[str]) -> None:
    assert said(PAIRS, first) == words


def test_of_more_than_one_line() -> None:
    lane = f"{KEY}=s2"

    assert said(BAGGAGE, {"baggage": "a=1"}, {"baggage": lane}) == [
        "sent more than one baggage line, the lane behind the first"
    ]
    assert said(BAGGAGE, {"baggage": lane}, {"baggage": "a=1"}) == [
        "sent more than one baggage line, the lane in the first"
    ]
    assert said(HEADER, {KEY: "s2"}, {KEY: "s3"}) == [f"sent more than one {KEY} line"]
    assert said(TRACEPARENT, {"traceparent": parent(T)}, {"traceparent": parent(T)}) == [
        "sent more than one traceparent line"
    ]


def test_of_a_header() -> None:
    assert said(HEADER, {KEY: "s2"}) == []
    assert said(HEADER, {"baggage": f"{KEY}=s2"}) == [f"sent no {KEY}"]


def test_of_the_id_of_a_trace() -> None:
    assert said(TRACEPARENT, {"traceparent": parent(T)}) == []
    assert said(TRACEPARENT, {"traceparent": parent(OTHER)}) == ["began a new trace"]
    assert said(TRACEPARENT, {"b3": f"{T}-1-1"}) == ["sent b3 for a traceparent"]
    assert said(TRACEPARENT, {}) == ["sent no traceparent"]
    assert said(REQUEST_ID, {"traceparent": parent(T)}) == ["sent no x-request-id"]


def test_a_request_is_tried_in_three_forms_and_keeps_what_it_has() -> None:
    bare, traced, more = (formed(Request("shop", "/"), form, T) for form in FORMS)
    own = formed(Request("shop", "/", headers=(("baggage", "a=1"),)), "with more baggage", T)

    assert bare.headers == ()
    assert traced.headers == (("traceparent", f"00-{T}-{T[:16]}-01"),)
    assert more.headers == (*traced.headers, ("baggage", MORE))
    assert own.values("baggage") == ["a=1"]


def test_where_lanes_travel_by_skywalking_a_request_has_its_headers_as_well() -> None:
    plain, more = (formed(Request("shop", "/"), form, T) for form in FORMS[1:])
    _, in_pairs, more_in_pairs = (
        formed(Request("shop", "/"), form, T, {"correlation"}) for form in FORMS
    )
    (sw8,) = in_pairs.values("sw8")
    sampled, trace, segment, span, *names = sw8.split("-")

    assert in_pairs.headers == (*plain.headers, ("sw8", sw8))
    assert (sampled, span, b64decode(trace).decode()) == ("1", "0", T)
    assert all(map(b64decode, (segment, *names)))
    assert len(names) == 4
    assert more_in_pairs.values("baggage") == more.values("baggage") == [MORE]
    assert more_in_pairs.values("sw8-correlation") == [MORE_PAIRS]
