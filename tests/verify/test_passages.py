"""From counters to who loses lanes, over many chains whose counters are worked out."""

import pytest
from msgspec.structs import replace

from laneway.core.judging.losing import code_of, loss
from laneway.core.judging.passages import needy
from laneway.core.judging.tally import Tally, Tried
from laneway.core.judging.trying import FORMS
from laneway.core.resources.kubernetes.workloads import Container
from laneway.core.routing.ask.request import Request
from tests.verify.simulated import Simulated
from tests.wire.chains import Chain
from tests.wire.drawn_chains import Drawn, drawn

LONG = Chain(
    {"s1": "mocka mockb mockc mockd", "s2": "mocka mockd"}, ("mocka", "mockb", "mockc", "mockd")
)


def into(chain: Chain, lane: str) -> Request:
    return Request("x", "/mock", headers=((chain.route_header, lane),))


def losing(case: Drawn, *, silent: bool, one_by_one: bool = True) -> list[tuple[str, ...]]:
    """Send a request into each lane; return who is blamed for losing lanes of others."""
    simulated = Simulated.of(case.chain.yaml, silent=silent)
    tally = Tally()
    for lane in case.chain.lanes:
        simulated.enter(into(case.chain, lane), case.chain.forgets)
        if one_by_one:
            for passage in simulated.passages():
                tally.add(passage, Tried(lane, (lane,), FORMS[0]))
    for passage in simulated.passages():
        tally.add(passage)
    blamed = [
        tuple(ref.name for ref in row.passage.callers)
        for row in tally.rows()
        if (code := code_of(row.passage, needy(simulated.ground))) and code.level == "error"
    ]
    return list(dict.fromkeys(blamed))


def test_the_program_that_loses_lanes_is_named_and_no_other() -> None:
    cases = [drawn(number, healthy=False) for number in range(40)]

    wrong = [case for case in cases if losing(case, silent=False) != [(case.loses,)]]

    assert wrong == []


def test_where_nobody_knows_who_calls_whom_it_is_among_those_that_are_named() -> None:
    cases = [drawn(number, healthy=False) for number in range(40)]
    found = [(case, losing(case, silent=True)) for case in cases]

    missed = [case for case, named in found if not any(case.loses in one for one in named)]
    wronged = [
        (case, one) for case, named in found for one in named if case.chain.forgets.isdisjoint(one)
    ]
    assert (missed, wronged) == ([], [])
    assert sum(named == [(case.loses,)] for case, named in found) > 10


@pytest.mark.parametrize("silent", [False, True], ids=["by URLs", "by numbers alone"])
def test_in_a_healthy_chain_nobody_is_named(*, silent: bool) -> None:
    cases = [drawn(number, healthy=True) for number in range(40)]

    assert [case for case in cases if losing(case, silent=silent)] == []


def test_live_traffic_of_all_lanes_at_once_shows_it_as_well() -> None:
    cases = [drawn(number, healthy=False) for number in range(40)]
    found = [losing(case, silent=False, one_by_one=False) for case in cases]

    assert found == [[(case.loses,)] for case in cases]


def test_a_program_that_passes_the_wrong_lane_on_is_not_blamed() -> None:
    simulated = Simulated.of(LONG.yaml)
    simulated.enter(into(LONG, "s2"), ["mockb"])

    shown = [(one.callers[0].name, one.kept, one.lost, one.gone_on) for one in simulated.passages()]

    assert sorted(shown) == [
        ("mocka-v2", 1, 0, ()),
        ("mockb-v1", 0, 1, ("s1",)),
        ("mockc-v1", 1, 0, ()),
    ]


def test_a_call_that_nobody_was_asked_for_loses_nothing() -> None:
    simulated = Simulated.of(LONG.yaml)
    simulated.start("mockc-v1", Request("mockd"))

    assert simulated.passages() == ()


def test_an_example_shows_another_lane_than_the_one_it_went_on_in() -> None:
    simulated = Simulated.of(LONG.yaml)
    tally = Tally()
    for lane in ("s1", "s2"):
        simulated.enter(into(LONG, lane), ["mockb"])
        for passage in simulated.passages():
            tally.add(passage, Tried(f"into {lane}", (lane,), FORMS[0]))

    [lost] = [row for row in tally.rows() if row.passage.lost]

    assert (lost.example, lost.passage.came_in, lost.passage.lost) == ("into s2", 2, 2)


@pytest.mark.parametrize(
    ("requests", "mixed", "expected"), [(1, False, "low"), (9, False, "high"), (9, True, "medium")]
)
def test_live_traffic_is_believed_the_more_there_is_of_it_and_the_plainer_it_is(
    requests: int, expected: str, *, mixed: bool
) -> None:
    simulated = Simulated.of(LONG.yaml)
    for number in range(requests):
        forgets = [] if mixed and number % 2 else ["mockb"]
        simulated.enter(into(LONG, "s2"), forgets)
    tally = Tally(alone=False)
    for passage in simulated.passages():
        tally.add(passage)

    [row] = [row for row in tally.rows() if row.passage.lost]

    assert row.confidence == expected


def test_calls_that_are_fewer_than_the_requests_may_have_begun_by_themselves() -> None:
    simulated = Simulated.of(LONG.yaml)
    tally = Tally(alone=False)
    for _ in range(3):
        simulated.enter(into(LONG, "s2"), ["mockb"])
    [lost] = [one for one in simulated.passages() if one.lost]
    tally.add(replace(lost, asked=(9,), lost=6))

    [row] = tally.rows()

    assert row.confidence == "medium"


def test_of_the_mock_application_it_is_said_how_it_passes_a_lane_on() -> None:
    chain = Chain({"s1": "mocka mockb mockc", "s2": "mocka mockc"})
    simulated = Simulated.of(replace(chain, forgets=frozenset({"mockb-v1"})).yaml, silent=False)
    simulated.enter(into(chain, "s2"), ["mockb"])
    mesh = simulated.ground.mesh
    (passage,) = [one for one in simulated.passages() if one.lost]
    code = code_of(passage, needy(simulated.ground))
    assert code is not None
    other = [Container("own", "shop/own")]
    another = replace(
        mesh, workloads=tuple(replace(one, containers=(*other,)) for one in mesh.workloads)
    )

    named = loss(mesh, passage, code, "").fix

    variable = f"`{{name: forward_headers, value: {chain.route_header}}}`"
    assert f"write {variable} into its container's env" in named
    assert "mock" not in loss(another, passage, code, "").fix
