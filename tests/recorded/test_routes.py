"""Routes read of every recorded request the lane that a program behind it would read.

The next hop is a service of a permissive group with lanes s1, the baseline, and s2 and s3 of pods
of their own; its plan decides, which `tests/agree` holds against Istio's translation and Envoy.
"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import Host
from laneway.core.routing.ask.request import Request
from laneway.core.routing.ask.walk import call
from tests.recorded.rows import KEY, Recorded, recorded
from tests.snapshot import snapshot_of_texts
from tests.wire.chains import Chain

HOP = Chain(
    {"s1": "mocka mockb", "s2": "mockb", "s3": "mockb"},
    ("mocka", "mockb"),
    trace_header="baggage",
    route_header=KEY,
)
BY_PAIRS = replace(HOP, trace_header="sw8-correlation")
LANES = ("s1", "s2", "s3")
NO_SDK_WRITES = ("an encoded key", "the value %73%32", "the value s2%20")
"""Spellings of a client by hand, which some SDKs undo and others keep."""


def compiled(chain: Chain) -> Compilation:
    return compile_snapshot(snapshot_of_texts([("mesh.yaml", chain.yaml)]))


@pytest.fixture(scope="module")
def compilation() -> Compilation:
    return compiled(HOP)


def met(compilation: Compilation, one: Recorded) -> str:
    """Return the lane whose pods a pod of the baseline meets with the lines that left."""
    mesh, plan = compilation.mesh, compilation.plan
    caller = Caller.of(next(pod for pod in mesh.workloads if pod.meta.name == "mocka-v1"))
    host = Host("mockb.default.svc.cluster.local")
    decision = call(mesh, plan, caller, host, Request(str(host), headers=one.left))
    assert len(decision.pods) == 1
    return decision.pods[0].meta.name.replace("mockb-v", "s")


def test_the_next_hop_reads_the_lane_of_each_recorded_request(compilation: Compilation) -> None:
    """Lanes that no group can have, and carriers that no route reads, leave it to the caller."""
    wrong = {
        one.name: (met(compilation, one), one.lane)
        for one in recorded()
        if met(compilation, one)
        != (one.lane if one.lane in LANES and one.by in (KEY, "baggage") else "s1")
    }

    assert wrong == {}


def test_the_lane_that_a_program_acts_in_is_the_one_by_which_it_was_met(
    compilation: Compilation,
) -> None:
    """A program that sends a lane on is in it: routes before it read the same of what it got."""
    acting = [
        one
        for one in recorded()
        if one.lane in LANES and one.by == "baggage" and one.what not in NO_SDK_WRITES
        if [name.lower() for name, _ in one.came].count("baggage") == 1
    ]

    wrong = {
        one.name: (met(compilation, replace(one, left=one.came)), one.lane)
        for one in acting
        if met(compilation, replace(one, left=one.came)) != one.lane
    }

    assert wrong == {}
    assert len(acting) > 150


def test_the_next_hop_reads_the_lane_of_the_pairs_that_a_program_of_skywalking_sent() -> None:
    """Of the requests that came to programs, too: a lane that a list is too long for is read."""
    compilation = compiled(BY_PAIRS)
    rows = [one for one in recorded() if one.row == "B4"]
    sending = [one for one in rows if one.by == "sw8-correlation"]
    came = [one for one in rows if any(name == "sw8-correlation" for name, _ in one.came)]

    assert [met(compilation, one) for one in sending] == ["s2"] * 5
    assert {met(compilation, one) for one in rows if one not in sending} == {"s1"}
    assert {met(compilation, replace(one, left=one.came)) for one in came} == {"s2"}
