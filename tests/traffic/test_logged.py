"""The log of requests as counts: whose a line is, in which lane, and what waits for what."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from laneway.core.resources.meta import Ref
from laneway.core.views.topology.topology import topology
from laneway.core.views.traffic.counts import ALL, Passing
from laneway.core.views.traffic.joining import HELD, JoinedLine, LogJoin
from laneway.core.views.traffic.logged import LogNames, counted
from tests.topology.towns import Town

GATEWAY = "gateway:istio=ingressgateway"
GROUPS = {"lane-0": "town", "lane-1": "town", "other": "team"}


def _line(caller: str, pod: str | None, lane: str | None, **more: Any) -> dict[str, Any]:
    host = f"{pod.rpartition('-v')[0] if pod else more.pop('to')}.shop.svc.cluster.local"
    subset = more.pop("subset", "lane-0")
    told = {"caller": caller, "pod": pod, "lane": lane, "status": 200, "ms": 4, "id": "1"}
    if caller == "gateway":
        told["gateway"] = "gateway/istio=ingressgateway/80"
    return told | {"cluster": f"outbound|8000|{subset}|{host}"} | more


def _names() -> LogNames:
    compiled = Town(7, 2, own=2).compiled()
    shown = topology(compiled.mesh, compiled.plan)
    replicas = {f"{one.meta.name}-0": one.meta.ref for one in compiled.mesh.workloads}
    assert all(isinstance(ref, Ref) for ref in replicas.values())
    return LogNames.of(compiled.mesh, compiled.plan, shown, replicas)


def test_a_line_is_counted_between_the_nodes_of_caller_and_pod() -> None:
    first = _line("gateway", "service-0-v0-0", "lane-1")
    then = _line("service-0-v0-0", "service-2-v1-0", "lane-1", status=503, ms=30)
    found = counted(_names(), [JoinedLine(one, "lane-1") for one in (first, then, then)])

    entry = Passing(GATEWAY, "shop/service-0@lane-0", "lane-1")
    call = Passing("shop/service-0@lane-0", "shop/service-2@lane-1", "lane-1")
    assert {one: (tally.answers, tally.errors) for one, tally in found.items()} == {
        entry: (1, 0),
        call: (2, 2),
    }
    assert found[entry].within[5] == 1 == found[entry].within[ALL]
    assert (found[call].within[25], found[call].within[50]) == (0, 2)


def test_what_no_pod_answered_is_an_error_of_those_who_were_to_answer() -> None:
    refused = _line("gateway", None, "lane-1", to="service-2", subset="lane-1", status=503)
    lost = {**refused, "cluster": None, "status": 404}
    found = counted(_names(), [JoinedLine(one, "lane-1") for one in (refused, lost)])

    assert [*found] == [Passing(GATEWAY, "shop/service-2@lane-1", "lane-1")]
    assert [one.errors for one in found.values()] == [1]


def test_lines_of_replicas_that_nobody_knows_are_left_out() -> None:
    lines = [_line("gone-v0-0", "service-2-v1-0", "lane-1"), _line("gateway", "gone-v0-0", None)]

    assert counted(_names(), [JoinedLine(one, "") for one in lines]) == {}


def test_a_call_has_the_lane_in_which_its_request_came_in_and_is_lost_in_another() -> None:
    join = LogJoin(GROUPS)
    inner = [_line("a", "b-v0-0", lane) for lane in ("lane-1", "lane-0", "other", None)]

    assert [*join.joined(inner, 1.0)] == []
    found = [*join.joined([_line("gateway", "a-v0-0", "lane-1")], 1.5)]
    assert [(one.lane, one.lost) for one in found] == [
        ("lane-1", False),
        ("lane-1", False),
        ("lane-1", True),
        ("other", False),
        ("lane-1", True),
    ]
    late = [*join.joined([_line("a", "b-v0-0", "lane-0")], 2.0)]
    assert [(one.lane, one.lost) for one in late] == [("lane-1", True)]


def test_a_line_whose_request_never_came_in_is_of_the_lane_that_its_proxy_said() -> None:
    join = LogJoin(GROUPS)

    assert [*join.joined([_line("job", "b-v0-0", "lane-0", id="7")], 1.0)] == []
    (found,) = join.joined([], 1.0 + HELD)
    assert (found.lane, found.lost) == ("lane-0", False)


_IDS = st.sampled_from(["", "1", "2", "3"])
_LANES = st.sampled_from([None, "lane-0", "lane-1", "other"])
_CALLERS = st.sampled_from(["gateway", "a", "b"])


@given(
    st.lists(
        st.tuples(st.lists(st.tuples(_CALLERS, _LANES, _IDS), max_size=6), st.floats(0, HELD)),
        max_size=8,
    )
)
def test_each_line_comes_out_once(
    turns: list[tuple[list[tuple[str, str | None, str]], float]],
) -> None:
    join, now, number = LogJoin(GROUPS), 0.0, 0
    given_in: list[int] = []
    taken: list[int] = []
    for ones, later in turns:
        now += later
        lines = []
        for caller, lane, name in ones:
            number += 1
            given_in.append(number)
            lines.append({"caller": caller, "lane": lane, "id": name, "number": number})
        taken += (one.line["number"] for one in join.joined(lines, now))
    taken += (one.line["number"] for one in join.joined([], now + HELD + 1))

    assert sorted(taken) == given_in
