"""`laneway open`: a link into a lane, or what stands against there being one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command, edit


@pytest.fixture
def browsed(lanes: Path) -> Path:
    """The strict lanes, with a cookie."""
    edit(lanes, "  name: test\n", "  name: test\n" + ANNOTATION)
    return lanes


ANNOTATION = "  annotations: {laneway.dev/lane-cookie: lane}\n"


def test_the_link_leads_to_the_gateway_that_is_named(laneway: Command, browsed: Path) -> None:
    ended = laneway("open", "s2", "--url", "https://shop.test:8443/", browsed)

    assert (ended.code, ended.out) == (0, "https://shop.test:8443/mock?lane=s2\n")
    assert "?lane=" in ended.err


def test_a_page_keeps_its_own_query(laneway: Command, browsed: Path) -> None:
    page = "/mock?user=7"

    ended = laneway("open", "s2", "--page", page, "--url", "http://shop.test", browsed)

    assert ended.out == "http://shop.test/mock?user=7&lane=s2\n"


def test_a_host_of_its_own_is_the_links(laneway: Command, browsed: Path) -> None:
    edit(browsed, "hosts:\n        - '*'", "hosts:\n        - shop.example.com")

    ended = laneway("open", "s2", "--url", "http://127.0.0.1:8080", browsed)

    assert ended.out == "http://shop.example.com:8080/mock?lane=s2\n"
    assert "shop.example.com has to lead to 127.0.0.1" in ended.err


def test_a_page_of_no_lane_is_no_link(laneway: Command, browsed: Path) -> None:
    ended = laneway("open", "s2", "--page", "/else", "--url", "http://shop.test", browsed)

    assert (ended.code, ended.out) == (1, "")
    assert "no gateway leads into lane s2 with page /else" in ended.err


def test_without_a_cookie_it_says_what_to_write_and_where(laneway: Command, lanes: Path) -> None:
    ended = laneway("open", "s2", "--url", "http://shop.test", lanes)

    assert ended.code == 1
    assert "laneway.dev/lane-cookie: lane" in ended.err
    assert f"--> {lanes / 'lanes.yaml'}:4:9" in ended.err


def test_an_unknown_lane_is_held_against_those_there_are(laneway: Command, browsed: Path) -> None:
    ended = laneway("open", "s4", "--url", "http://shop.test", browsed)

    assert ended.code == 2
    assert "there is no lane s4; there are: s1, s2, s3" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("--url", "http://shop.test"),
        ("lanes",),
        ("--url", "shop.test", "lanes"),
        ("--url", "http://shop.test/a?b=c", "lanes"),
        ("--url", "http://shop.test/#a", "lanes"),
        ("--url", "http://ann:pass@shop.test", "lanes"),
        ("--url", "http://shop.test:port", "lanes"),
        ("--url", "http://[::1", "lanes"),
    ],
    ids=["no lanes", "no gateway", "no scheme", "query", "fragment", "user", "port", "host"],
)
def test_lanes_and_their_gateway_are_named_together(
    laneway: Command, browsed: Path, words: tuple[str, ...]
) -> None:
    given = [str(browsed) if word == "lanes" else word for word in words]

    assert laneway("open", "s2", *given).code == 2
