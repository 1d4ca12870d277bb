"""`laneway verify` on permissive lanes and real Envoy: what is borrowed, and what is lost."""

import re

import pytest
from msgspec.structs import replace

from laneway.apps.local.verify.run import Wish, verify
from laneway.core.judging.report import Report
from laneway.core.mesh.names import service_host
from tests.wire.chains import Chain, RunningChain

pytestmark = pytest.mark.envoy

LATER_LIFE = re.compile(r"(?<=-0)\.\d+")
"""What the name of a pod ends with that an edit has replaced before."""

BY_HEADER = Chain({"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mockb"})
BY_BAGGAGE = replace(BY_HEADER, trace_header="baggage")
BY_PAIRS = replace(BY_HEADER, trace_header="sw8-correlation")
WEIGHTED = replace(BY_BAGGAGE, weights={"s1": 60, "s2": 20, "s3": 20})
LONG = replace(
    BY_HEADER,
    services=("mocka", "mockb", "mockc", "mockd"),
    lanes={"s1": "mocka mockb mockc mockd", "s2": "mocka mockd"},
)


def verified(mesh: RunningChain, chain: Chain, requests: int = 40) -> Report:
    return verify(mesh.become(chain.yaml).folder, Wish(requests))


def broken(report: Report) -> list[tuple[str, int, str]]:
    """Return of each row that is not as promised its request, what left, and the verdict."""
    return [(row.request, row.elsewhere, row.verdict) for row in report.rows if not row.is_kept]


@pytest.mark.parametrize("chain", [BY_HEADER, BY_BAGGAGE, BY_PAIRS, WEIGHTED, LONG])
def test_what_a_lane_borrows_of_the_baseline_is_as_promised(
    chain_mesh: RunningChain, chain: Chain
) -> None:
    report = verified(chain_mesh, chain)

    assert broken(report) == []
    assert report.findings == ()
    assert report.is_kept


def test_every_way_a_lane_is_written_into_baggage_is_tried(chain_mesh: RunningChain) -> None:
    report = verified(chain_mesh, BY_BAGGAGE, 5)

    asked = [row.request for row in report.rows if row.lanes == ("s2",) and row.purpose == "rule"]
    assert asked == [
        "/mock x-asm-prefer-tag: s2",
        "/mock baggage: a=a x-asm-prefer-tag: s2",
        "/mock baggage: x-asm-prefer-tag=a x-asm-prefer-tag: s2",
    ]


def test_a_lost_lane_is_elsewhere_and_the_one_that_forgot_it_is_named(
    chain_mesh: RunningChain,
) -> None:
    report = verified(chain_mesh, replace(BY_HEADER, forgets=frozenset({"mockb-v1"})))

    assert broken(report) == [("/mock x-asm-prefer-tag: s2", 40, "LW1738")]
    [found] = report.findings
    assert found.message == (
        "default/mockb-v1 loses the lane: 40 of 40 calls to default/mockc carried none and went on "
        "in lane s1"
    )


def test_who_lost_the_lane_is_blamed_and_not_the_next_one_who_passes_the_wrong_one_on(
    chain_mesh: RunningChain,
) -> None:
    report = verified(chain_mesh, replace(LONG, forgets=frozenset({"mockb-v1"})))

    assert broken(report) == [("/mock x-asm-prefer-tag: s2", 40, "LW1738")]
    assert [one.subject for one in report.findings] == ["Deployment default/mockb-v1"]


def test_a_split_in_which_a_lane_is_lost_is_not_as_promised(chain_mesh: RunningChain) -> None:
    report = verified(chain_mesh, replace(WEIGHTED, forgets=frozenset({"mockb-v1"})))

    assert {one.code.id for one in report.findings} == {"LW1738"}
    assert not report.is_kept


def test_a_labeled_pod_that_forgets_breaks_no_promise(chain_mesh: RunningChain) -> None:
    report = verified(chain_mesh, replace(BY_HEADER, forgets=frozenset({"mocka-v2", "mockb-v3"})))

    assert broken(report) == []
    assert report.findings == ()


def test_a_lane_that_others_stand_in_for_is_kept_and_its_own_pods_are_untested(
    chain_mesh: RunningChain,
) -> None:
    everything = "mocka mockb mockc"
    chain = Chain({"s1": everything, "s2": everything})
    mesh = chain_mesh.become(chain.yaml)
    mesh.command("stop", "mockb-v2")
    report = verify(mesh.folder, Wish(20))
    mesh.command("start", "mockb-v2")

    assert broken(report) == []
    assert (report.verdict, report.covered.untested) == (
        "untested",
        (("s2", service_host("mockb", "default")),),
    )
    assert [LATER_LIFE.sub("", one.message) for one in report.findings] == [
        "mockb-v1-0 answered for lane s2 at default/mockb: no pod of mockb-v2 is up"
    ]
