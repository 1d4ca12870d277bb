"""A request as it is typed or copied: what it asks for, or the part that is not understood."""

from __future__ import annotations

import shlex
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laneway.core.findings.locate import locate
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.typed.notes import TypedText
from laneway.core.routing.ask.typed.read_request import looks_typed, read_request
from laneway.core.routing.ask.typed.shell_words import shell_words

S1 = (("x-asm-prefer-tag", "s1"),)
SEED = (
    "for i in {1..100}; do curl -H 'x-asm-prefer-tag: s1' http://${ASM_GATEWAY_IP}/mock; "
    "echo ''; sleep 1; done;"
)
ISTIO = (
    'curl -s -I -HHost:shop.test --resolve "shop.test:$INGRESS_PORT:$INGRESS_HOST" '
    '"http://shop.test:$INGRESS_PORT/status/200"'
)


def asked(text: str) -> Request:
    """Read a text that has to be understood."""
    found = read_request(text)
    assert found.findings == ()
    assert found.request is not None
    return found.request


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("/mock", Request("", "/mock")),
        ("shop.test/cart?a=1#top", Request("shop.test", "/cart?a=1")),
        ("https://shop.test", Request("shop.test", "/", scheme="https")),
        ("http://${GW}/mock", Request("", "/mock")),
        ("DELETE /cart", Request("", "/cart", "DELETE")),
        ("GET /mock, x-asm-prefer-tag: s1", Request("", "/mock", headers=S1)),
        ("GET /mock x-asm-prefer-tag:s1", Request("", "/mock", headers=S1)),
        ("GET /mock -H 'x-asm-prefer-tag: s1'", Request("", "/mock", headers=S1)),
        (SEED, Request("", "/mock", headers=S1)),
        (ISTIO, Request("shop.test", "/status/200", "HEAD")),
        (
            'GET https://shop.test/ (https), a: "b, c", d: e',
            Request("shop.test", "/", scheme="https", headers=(("a", "b, c"), ("d", "e"))),
        ),
        (
            "POST /mock HTTP/1.1\r\nHost: shop.test\r\nx-asm-prefer-tag: s1\r\n\r\nhello",
            Request("shop.test", "/mock", "POST", headers=S1),
        ),
        (
            "$ curl 'http://shop.test:8080/a/../b' \\\n  -H \"x-asm-prefer-tag: s1\" \\\n  | jq .",
            Request("shop.test:8080", "/b", headers=S1),
        ),
        ("# curl -k https://[::1]:8443/", Request("[::1]:8443", "/", scheme="https")),
        ("time /usr/bin/curl -so /dev/null shop.test", Request("shop.test", "/")),
        ("curl --max-time 3 -L -f --url shop.test", Request("shop.test", "/")),
    ],
)
def test_text_asks_for_this_request(text: str, request_: Request) -> None:
    assert asked(text) == request_


def test_what_curl_adds_is_part_of_the_request_unless_it_is_taken_away() -> None:
    form = asked("curl -d a=1 -b c=2 -A me -u u:p http://h/ -H 'x;'")
    own = asked("curl -d a=1 -u u:p http://h/ -H 'Content-Type: text/plain' -H 'Authorization:'")

    secret = b64encode(b"u:p").decode()
    assert dict(form.headers) == {
        "x": "",
        "content-type": "application/x-www-form-urlencoded",
        "cookie": "c=2",
        "user-agent": "me",
        "authorization": f"Basic {secret}",
    }
    assert own.headers == (("Content-Type", "text/plain"),)


def test_the_body_is_known_unless_it_comes_from_elsewhere() -> None:
    bodies = [
        read_request(f"curl {data} http://h/").body
        for data in ("", "-d a=1 -d b=2", "--json '{}'", "-d @file", '-d "$BODY"', "-F a=b")
    ]

    assert bodies == ["", "a=1&b=2", "{}", None, None, None]
    assert read_request("PUT /a\nx: y\n\nhello\n").body == "hello\n"


def test_dialed_port_is_told_beside_the_request() -> None:
    ports = [
        read_request(f"http://{place}/").port for place in ("h", "h:8080", "$GW", "127.0.0.1:18080")
    ]

    assert ports == [80, 8080, 80, 18080]
    assert read_request("https://h/").port == 443
    assert read_request("/mock").port is None


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("", "LW2301", 1),
        ("hello", "LW2301", 1),
        ("curl -s", "LW2301", 1),
        ("curl 'http://h/", "LW2302", 6),
        ("curl --nope http://h/", "LW2303", 6),
        ("curl -s?k http://h/", "LW2303", 6),
        ("curl http://h/ -H", "LW2304", 16),
        ("curl -H 'no header' http://h/", "LW2305", 9),
        ("curl -H 'a b: c' http://h/", "LW2305", 9),
        ("GET /mock, nothing", "LW2305", 12),
        ("ftp://h/", "LW2306", 1),
        ("curl http://h/ http://i/", "LW2306", 16),
        ("curl http://h/{a,b}", "LW2306", 6),
        ("curl http://h:99999/", "LW2306", 6),
        ("curl 'http://h/a b'", "LW2306", 6),
        ("curl http://h/$PATH", "LW2307", 6),
        ('curl -H "x: $(date)" http://h/', "LW2307", 9),
        ("curl -H @file http://h/", "LW2307", 9),
        ("curl -b jar http://h/", "LW2307", 9),
        ("get /mock", "LW2308", 1),
        ("curl -X 'G T' http://h/", "LW2308", 9),
    ],
)
def test_finding_stands_at_the_part_that_is_not_understood(
    text: str, code: str, column: int
) -> None:
    found = read_request(text)

    assert found.request is None
    (one,) = found.findings
    assert one.code.id == code
    assert one.place is not None
    assert locate(one.place).column == column


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http:///path", "it has no host"),
        ("fetch('http://h/')", "fetch('http is no host"),
        ("http://münchen.example/", "a host is sent in ASCII, münchen.example as the xn--… name"),
    ],
)
def test_a_host_that_is_none_is_named(text: str, why: str) -> None:
    (one,) = read_request(text).findings

    assert why in one.message


def test_finding_in_a_later_line_is_told_by_that_line() -> None:
    (one,) = read_request("curl http://h/ \\\n  -H 'a: b' \\\n  --nope").findings

    assert one.place is not None
    position = locate(one.place)
    assert (position.line, position.column, position.line_text) == (3, 3, "  --nope")


@pytest.mark.parametrize(
    ("text", "is_typed"),
    [
        ("curl http://h/", True),
        ("http://h/", True),
        ("GET /mock", True),
        ("lanes/", False),
        ("./curl-lanes", False),
        ("-", False),
    ],
)
def test_request_is_told_from_a_path_of_a_file(text: str, is_typed: bool) -> None:  # noqa: FBT001
    assert looks_typed(text) is is_typed


PLAIN = st.text(
    st.characters(
        codec="utf-8",
        exclude_characters="\0\r\ue000",
        categories=["L", "N", "P", "S", "Z"],
    )
)


@given(st.lists(PLAIN, max_size=5))
def test_words_are_those_of_a_shell(words: list[str]) -> None:
    text = shlex.join(words)

    assert [one.text for one in shell_words(text, TypedText(text))] == words


TOKENS = st.text("abcxyz-019", min_size=1, max_size=8)
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)


@given(
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.sampled_from(["", "shop.test", "shop.test:8080", "127.0.0.1:18080"]),
    st.lists(st.tuples(TOKENS.filter(lambda name: name != "host"), VALUES), max_size=4),
)
def test_request_written_as_curl_is_read_back(
    method: str, host: str, headers: list[tuple[str, str]]
) -> None:
    pairs = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers]
    where = f"'http://{host}/a?b=c'" if host else '"http://$GATEWAY/a?b=c"'

    read = asked(f"curl -X {method} {' '.join(pairs)} {where}")

    assert read == Request(host, "/a?b=c", method, headers=tuple(headers))


@given(st.text(max_size=60))
def test_any_text_is_a_request_or_findings(text: str) -> None:
    found = read_request(text)

    assert (found.request is None) == bool(found.findings)


@given(st.text("curl -HXd'\"$\\{}:/ \n@&;ab", max_size=40))
def test_any_command_is_a_request_or_findings(text: str) -> None:
    found = read_request(f"curl {text}")

    assert (found.request is None) == bool(found.findings)
