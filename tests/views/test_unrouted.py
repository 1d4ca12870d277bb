"""Requests that no route took: counted by what decides them, and told until a route takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from laneway.core.compile import Compilation
from laneway.core.emit.envoy.request_log import TRYING
from laneway.core.emit.envoy.tables import gateway_table_name
from laneway.core.routing.ask.inquiry import Inquiry
from laneway.core.routing.ask.request import Request
from laneway.core.views.doctor import RuntimeFacts, doctor
from laneway.core.views.unrouted import KEPT, UnroutedRequest, UnroutedTally
from tests.views.samples import EXAMPLES, compiled_example, compiled_files

TAG = "x-asm-prefer-tag"
SOUND = compiled_example("strict-lanes")
(PORT,) = SOUND.plan.gateway_ports
TABLE = gateway_table_name(PORT)
Written = Callable[..., Compilation]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Compile the sample with words of its lanes replaced."""

    def compiled(old: str, new: str) -> Compilation:
        for file in (EXAMPLES / "strict-lanes").glob("*.yaml"):
            text = file.read_text()
            (tmp_path / file.name).write_text(
                text.replace(old, new) if file.name == "lanes.yaml" else text
            )
        return compiled_files(tmp_path)

    return compiled


def line(path: str, lane: str | None = None, **more: Any) -> Mapping[str, Any]:
    """Return a line of the log about a request that had no route."""
    return {
        "caller": "gateway",
        "gateway": TABLE,
        "method": "GET",
        "host": "shop:8080",
        "path": path,
        "flags": "NR",
        "status": 404,
        "carried": {TAG: lane},
        **more,
    }


def told(*lines: Mapping[str, Any], now: float = 0.0) -> list[tuple[str, int]]:
    tally = UnroutedTally()
    tally.add([(0.0, one) for one in lines], now)
    return [(one.inquiry.request.path, one.count) for one in tally.told(SOUND.plan)]


def rows(
    compilation: Compilation, *requests: UnroutedRequest, served: Compilation | None = None
) -> list[dict[str, Any]]:
    facts = RuntimeFacts(unrouted=requests, served=served)
    return [row for row in doctor(compilation, facts)["rows"] if row["code"] == "LW1722"]


def asked(path: str, lane: str = "", count: int = 1) -> UnroutedRequest:
    headers = ((TAG, lane),) if lane else ()
    return UnroutedRequest(Inquiry(Request("", path, headers=headers)), count)


def test_what_decides_a_request_is_kept_and_nothing_else_of_it() -> None:
    assert told(line("/a?token=x"), line("/a?token=y"), line("/b")) == [("/a", 2), ("/b", 1)]
    assert told(line("/a", flags="UH"), line("/a", caller="mocka-v1-0"), line("/a", "s1")) == [
        ("/a", 1)
    ]
    assert told(line("/a", gateway="another/80"), line("/a", id=f"{TRYING}1")) == []


def test_a_request_that_does_not_come_again_is_forgotten() -> None:
    assert told(line("/a"), now=KEPT) == [("/a", 1)]
    assert told(line("/a"), now=KEPT + 1) == []


def test_the_host_is_told_only_where_it_decides(written: Written) -> None:
    def hosts(compilation: Compilation) -> set[str]:
        tally = UnroutedTally()
        tally.add([(0.0, line("/a")), (0.0, line("/a", host="other"))], 0.0)
        return {one.inquiry.request.host for one in tally.told(compilation.plan)}

    assert hosts(SOUND) == {""}
    assert hosts(written("hosts:\n        - '*'", "hosts: [a.test]")) == {"shop:8080", "other"}


def test_a_scanner_has_no_more_told_than_can_be_read() -> None:
    assert len(told(*(line(f"/{number}") for number in range(5000)))) == 20


def test_many_are_told_as_more_than_a_round_number() -> None:
    assert told(*[line("/a")] * 23) == [("/a", 20)]
    (row,) = rows(SOUND, asked("/a", count=20))
    assert "GET /a (20 times or more)" in row["cause"]


def test_it_is_told_until_a_route_takes_it(written: Written) -> None:
    spoiled, one = written("exact: s2", "exact: v2"), asked("/mock", "s2", 3)

    (row,) = rows(spoiled, one)

    assert row["symptoms"] == ["no-response"]
    assert f"GET /mock {TAG}: s2 (3 times): header {TAG}: s2 is not v2" in row["cause"]
    assert (row["level"], row["object"]["name"]) == ("warning", "s2")
    assert row["command"] == f"laneway explain --path /mock -H '{TAG}: s2'"
    assert row["inquiry"]["request"]["path"] == "/mock"
    assert rows(SOUND, one) == []


def test_an_edit_that_is_not_live_mends_nothing(written: Written) -> None:
    spoiled, one = written("exact: s2", "exact: v2"), asked("/mock", "s2")

    assert [row["object"]["name"] for row in rows(SOUND, one, served=spoiled)] == ["s2"]
    assert rows(spoiled, one, served=SOUND) == []


def test_a_request_of_no_lane_is_a_note_about_the_gateway() -> None:
    (row,) = rows(SOUND, asked("/favicon.ico"))

    assert row["level"] == "info"
    assert (row["object"]["kind"], row["object"]["name"]) == ("Gateway", "ingressgateway")
    assert row["cause"].endswith("/favicon.ico (once): path /favicon.ico is not /mock (3 rules)")


def test_what_is_kept_nowhere_is_no_reason(written: Written) -> None:
    by_cookie = written(f"{TAG}:", "cookie:")

    (row,) = rows(by_cookie, asked("/mock"))

    assert row["cause"].endswith("what it has in cookie is not kept (3 rules)")
