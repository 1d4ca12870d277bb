"""What was never met is untested, and who never called what it has a URL of is named."""

from __future__ import annotations

from msgspec.structs import replace

from laneway.apps.terminal.verify_text import last_line, table_lines
from laneway.core.judging.calling import Calling
from laneway.core.judging.coverage import Covered, Met, met, within_reach
from laneway.core.judging.report import Report, as_value
from laneway.core.judging.row import Row
from laneway.core.mesh.names import Host, service_host
from laneway.core.routing.ask.request import Request
from tests.rules.world import Given, mesh, pods
from tests.verify.counted import Counted, answered
from tests.verify.simulated import Simulated
from tests.wire.chains import Chain

A, B = service_host("a", "default"), service_host("b", "default")
CHAIN = Chain({"s1": "mocka mockb mockc", "s2": "mocka mockc"})
FINE = Row(("s1",), 80, "/mock", "rule", sent=10, kept=10)


def covered(row: Row, given: Given) -> Covered:
    return Covered.of(within_reach(given.compiled().mesh, row.lanes), row.met)


def entered(given: Given, *calls: tuple[str, str, str]) -> tuple[Met, ...]:
    """Return what is untested after requests of lane s1 came to a-v1 and these calls followed."""
    counted = Counted.of(given)
    counted.enter("s1", 10, to="a-v1")
    for caller, host, pod in calls:
        counted.call(caller, host, 10, to=pod)
    return covered(counted.judged(counted.probe("s1"), answered(10)), given).untested


def test_a_lane_that_came_to_every_service_is_covered() -> None:
    assert entered(mesh(), ("a-v1", "b", "b-v1")) == ()


def test_a_service_that_nobody_called_is_untested_however_well_all_went() -> None:
    assert entered(mesh()) == (("s1", B),)


def test_what_a_lane_has_no_pods_for_cannot_be_met() -> None:
    assert entered(mesh(without="b1")) == ()
    assert (
        entered(mesh(b1=pods("b", "v1").replace("spec:\n  sel", "spec:\n  replicas: 0\n  sel")))
        == ()
    )


def test_where_another_lane_answers_its_pods_have_to_be_met() -> None:
    simulated = Simulated.of(CHAIN.yaml)
    simulated.enter(Request("x", "/mock", headers=(("x-asm-prefer-tag", "s2"),)))
    came_to = set(simulated.ground.ledger.seen({}, simulated.counters).received)
    hosts = tuple(service_host(f"mock{letter}", "default") for letter in "abc")

    assert came_to == {"mocka-v2", "mockb-v1", "mockc-v2"}
    assert met(simulated.ground, ("s2",), came_to) == {("s2", host) for host in hosts}
    assert ("s2", hosts[1]) not in met(simulated.ground, ("s2",), came_to - {"mockb-v1"})


def test_lanes_that_nothing_was_sent_into_are_not_asked_for() -> None:
    assert within_reach(mesh().compiled().mesh, ("s2",)) == (("s2", A), ("s2", B))
    assert within_reach(mesh().compiled().mesh, ()) == ()


def test_a_report_says_what_was_never_met_and_is_not_as_promised() -> None:
    part = Covered((("s1", A), ("s1", B)), (("s1", B),))
    report = Report("shop", (), (FINE,), 1.0, tuple(part.findings()), part)

    assert table_lines(report)[-1].split() == ["s1", "never", "met:", "b", "untested"]
    assert last_line(report) == (
        "Not all tested: lanes were not met at 1 of 2 services (s1 at b); 10 requests in 1.0 s."
    )
    assert as_value(report)["untested"] == [{"lane": "s1", "service": "default/b"}]
    assert (as_value(report)["verdict"], report.is_kept) == ("untested", False)
    assert [one.code.id for one in report.findings] == ["LW1742"]


def test_a_broken_promise_comes_before_an_untested_one() -> None:
    part = Covered((("s1", B),), (("s1", B),))
    report = Report("shop", (), (replace(FINE, kept=9, failed=1),), 1.0, (), part)

    assert report.verdict == "not as promised"
    assert last_line(report).startswith("Not as promised: 1 of 10")


def test_nothing_sent_is_untested() -> None:
    assert Report("shop", (), (), 0.1).verdict == "untested"


def test_a_service_where_others_stood_in_is_told_once() -> None:
    part = Covered((("s1", A), ("s1", B)), (("s1", A), ("s1", B)))

    assert [one.message for one in part.findings(told={("s1", B)})] == [
        "no request of lane s1 reached default/a, so the lane is untested there"
    ]
    assert list(part.findings(but={"s1"})) == []


def silent(hosts: tuple[str, ...], network: str = "") -> list[str]:
    """Return who is said to be silent when calls to some services never came."""
    simulated = Simulated.of(CHAIN.yaml)
    ledger = simulated.ground.ledger
    ledger.replicas = {name: replace(one, network=network) for name, one in ledger.replicas.items()}
    simulated.enter(Request("x", "/mock", headers=(("x-asm-prefer-tag", "s1"),)))
    seen = simulated.ground.ledger.seen({}, simulated.counters)
    lost = {Host(service_host(name, "default")) for name in hosts}
    kept = tuple(call for call in seen.calls if not call.callers or call.route.host not in lost)
    calling = Calling(simulated.ground)
    calling.note(replace(seen, calls=kept))
    return [one.message.partition(" and never")[0] for one in calling.findings()]


def test_a_program_that_was_asked_and_never_called_is_named_with_the_service() -> None:
    assert silent(()) == []
    assert silent(("mockc",)) == ["mockb-v1 has a URL of default/mockc in its environment"]


def test_nobody_calls_past_a_proxy_in_a_network_that_leads_to_it() -> None:
    assert silent(("mockc",), network="/somewhere/mockb") == []
