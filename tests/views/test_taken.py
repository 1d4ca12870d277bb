"""What was seen of requests beside what was promised: agreement, disagreement, and not known."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from laneway.core.routing.ask.inquiry import Inquiry, Unasked
from laneway.core.routing.ask.request import Request
from laneway.core.views.answers import answers_view
from laneway.core.views.explained import explained
from laneway.core.views.taken import taken
from tests.views.samples import compiled_example

S1 = Request("", "/mock", headers=(("x-asm-prefer-tag", "s1"),))


@pytest.fixture(scope="module")
def promise() -> dict[str, Any]:
    compilation = compiled_example("strict-lanes")
    found = explained(compilation.mesh, compilation.plan, Inquiry(S1))
    assert not isinstance(found, Unasked)
    return found


def line(caller: str, service: str, pod: str, status: int = 200) -> dict[str, Any]:
    return {
        "id": "one",
        "caller": caller,
        "cluster": f"outbound|8000|s1|{service}.default.svc.cluster.local",
        "pod": pod,
        "status": status,
    }


def workload(pod: str) -> str:
    return pod.rpartition("-")[0]


AS_PROMISED = [
    line("gateway", "mocka", "mocka-v1-0"),
    line("mocka-v1-0", "mockb", "mockb-v1-0"),
    line("mockb-v1-0", "mockc", "mockc-v1-0"),
]


def verdicts(told: dict[str, Any]) -> dict[str, bool | None]:
    return {hop["caller"]: hop["agrees"] for hop in told["hops"] if not hop["assumed"]}


def test_way_as_promised_agrees_in_every_hop(promise: dict[str, Any]) -> None:
    told = taken(promise, AS_PROMISED, workload)

    assert verdicts(told) == {"gateway": True, "mocka-v1": True, "mockb-v1": True}
    assert (told["requests"], told["agrees"], told["beside"]) == (1, True, [])


def test_pod_of_another_lane_disagrees_in_its_hop_alone(promise: dict[str, Any]) -> None:
    leak = [*AS_PROMISED[:1], line("mocka-v1-0", "mockb", "mockb-v2-0")]

    told = taken(promise, leak, workload)

    assert verdicts(told) == {"gateway": True, "mocka-v1": False, "mockb-v1": None}
    assert told["agrees"] is False


def test_error_of_the_proxy_that_was_not_promised_disagrees(promise: dict[str, Any]) -> None:
    told = taken(promise, [line("gateway", "mocka", "-", 503)], workload)

    assert verdicts(told)["gateway"] is False
    assert told["hops"][0]["seen"] == [{"pod": "", "status": 503, "count": 1}]


def test_call_that_nothing_promises_is_told_beside(promise: dict[str, Any]) -> None:
    told = taken(promise, [*AS_PROMISED, line("mockc-v2-0", "mocka", "mocka-v1-0")], workload)

    assert told["beside"][0]["caller"] == "mockc-v2"
    assert told["agrees"] is False


def test_nothing_seen_is_not_known(promise: dict[str, Any]) -> None:
    told = taken(promise, [], workload)

    assert (told["requests"], told["agrees"]) == (0, None)


class _Came(Struct, frozen=True):
    status: int = 200
    body: str = ""
    is_cut: bool = False
    trouble: str = ""
    ms: float = 1.0


def chain(*versions: str, address: str = "10.0.0.1") -> str:
    hops = zip(("mocka", "mockb"), versions, strict=True)
    return "".join(f"-> {name}(version: {one}, ip: {address})" for name, one in hops)


def test_lines_are_counted_whatever_their_addresses() -> None:
    came = [
        _Came(body=chain("v1", "v1")),
        _Came(body=chain("v1", "v1", address="10.0.0.2")),
        _Came(body=chain("v1", "v2")),
        _Came(404, "no route"),
        _Came(0, trouble="refused"),
    ]

    told = answers_view(came)

    assert [(one["status"], one["text"], one["count"]) for one in told["lines"]] == [
        (200, "-> mocka(version: v1)-> mockb(version: v1)", 2),
        (200, "-> mocka(version: v1)-> mockb(version: v2)", 1),
        (404, "no route", 1),
    ]
    assert told["statuses"] == {"200": 3, "404": 1}
    assert told["lost"] == {"refused": 1}
    assert told["services"][0] == {
        "service": "mocka",
        "version": "v1",
        "count": 3,
        "addresses": ["10.0.0.1", "10.0.0.2"],
    }
    assert told["first"]["body"] == chain("v1", "v1")


def test_nothing_came() -> None:
    told = answers_view([_Came(0, trouble="refused")])

    assert (told["first"], told["ms"], told["lines"]) == (None, None, [])
