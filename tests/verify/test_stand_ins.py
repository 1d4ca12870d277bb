"""Whose pods take the requests of a lane, as far as what runs and what is counted tell it."""

import pytest
from msgspec.structs import replace

from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.judging.ledger import Call, Ledger, Seen
from laneway.core.judging.trail import MeshUnderTest, Trail, follow
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Caller
from laneway.core.mesh.names import LaneName
from laneway.core.routing.plan.planner import plan
from tests.snapshot import snapshot_of_texts
from tests.wire.chains import Chain

CHAIN = Chain({"s1": "mocka", "s2": "mocka", "s3": "mocka"}, targets={"mocka": "s3"})
TWO = Chain({"s1": "mocka mockb", "s2": "mockb"}, services=("mocka", "mockb"))
MOCKB = "mockb.default.svc.cluster.local"
SPLIT = replace(CHAIN, weights={"s1": 90, "s2": 5, "s3": 5})
GATEWAY = "gateway/istio=ingressgateway/80"
S1, S2, S3 = (f"outbound|8000|s{number}|mocka.default.svc.cluster.local" for number in (1, 2, 3))


def _ledger(*running: str, chain: Chain = CHAIN) -> Ledger:
    return _ground(*running, chain=chain).ledger


def _ground(*running: str, chain: Chain = CHAIN) -> MeshUnderTest:
    mesh = link(snapshot_of_texts([("mesh.yaml", chain.yaml)]))
    replicas = tuple(
        Replica(
            f"{one.meta.name}-0",
            one.meta.ref,
            Caller.of(one),
            f"127.0.1.{number + 1}",
            (PortPlace(8000, 8000, 9000),),
            15001,
        )
        for number, one in enumerate(mesh.workloads)
        if one.meta.name in running
    )
    decided = plan(mesh)
    places = {(port.selector, port.port): 8080 for port in decided.gateway_ports}
    placement = Placement(replicas, places)
    return MeshUnderTest.of(mesh, Ledger(envoy_config(mesh, decided, placement), placement))


def _entered(ground: MeshUnderTest, cluster: str, dialed: dict[str, int], met: str) -> Seen:
    """Let ten requests come in by the route that leads to a cluster and arrive at a replica."""
    route = next(
        one for one in ground.ledger.routes if one.table == GATEWAY and cluster in one.clusters
    )
    return Seen((Call(route, (), 10),), received={met: 10}, dialed=dialed)


def test_a_lane_with_pods_takes_its_own_requests() -> None:
    assert _ledger("mocka-v1", "mocka-v2").taking(S2) == S2


def test_the_first_stand_in_with_pods_takes_them_else() -> None:
    assert _ledger("mocka-v1", "mocka-v3").taking(S2) == S3
    assert _ledger("mocka-v1").taking(S2) == S1
    assert _ledger("mocka-v3").taking(S1) == S3


def test_where_nobody_has_pods_a_cluster_stays_what_it_is() -> None:
    assert _ledger().taking(S2) == S2
    assert _ledger().taking("outbound|80||elsewhere") == "outbound|80||elsewhere"


@pytest.mark.parametrize("running", [("mocka-v3",), ("mocka-v2", "mocka-v3")])
def test_who_answered_where_no_own_pod_was_asked_stood_in(running: tuple[str, ...]) -> None:
    ground = _ground("mocka-v1", *running)

    seen = _entered(ground, S2, {S3: 10}, "mocka-v3-0")

    assert ground.stood_in(seen) == {S2: ("mocka-v3-0",)}


def test_nobody_stood_in_where_own_pods_were_asked() -> None:
    ground = _ground("mocka-v1", "mocka-v2", "mocka-v3")

    assert ground.stood_in(_entered(ground, S2, {S2: 10}, "mocka-v3-0")) == {}


def test_who_would_stand_in_was_not_met_where_own_pods_were_asked() -> None:
    ground = _ground("mocka-v1", "mocka-v2", "mocka-v3")
    seen = _entered(ground, S2, {S2: 10}, "mocka-v3-0")

    assert ground.arrived(seen.calls[0], seen) == ()


def test_a_share_that_got_nothing_by_chance_is_not_taken_to_be_down() -> None:
    ground = _ground("mocka-v1", "mocka-v2", "mocka-v3", chain=SPLIT)

    assert ground.stood_in(_entered(ground, S2, {S1: 10}, "mocka-v1-0")) == {}


def test_a_share_without_a_pod_is_down() -> None:
    ground = _ground("mocka-v1", "mocka-v3", chain=SPLIT)

    assert ground.stood_in(_entered(ground, S2, {S1: 10}, "mocka-v1-0")) == {S2: ("mocka-v1-0",)}


def _behind(by: str, *running: str) -> Trail:
    """Follow requests of lane s2, told by the header or by who calls, to the baseline."""
    ground = _ground("mocka-v1", "mockb-v1", *running, chain=TWO)
    entry = next(one for one in ground.ledger.routes if one.table == GATEWAY and one.lane == "s2")
    route = next(
        one
        for one in ground.ledger.routes
        if (one.host, one.by, one.lane) == (MOCKB, by, "s2" if by == "header" else "s1")
        if "mocka-v1-0" in ground.ledger.callers_of(one.table)
    )
    seen = Seen(
        (Call(entry, (), 10), Call(route, ("mocka-v1-0",), 10)),
        received={"mocka-v1-0": 10, "mockb-v1-0": 10},
        dialed={entry.clusters[0]: 10, f"outbound|8000|s1|{MOCKB}": 10},
    )
    own = frozenset({frozenset({("mock", LaneName("s2"))})})
    allowed = {one.meta.ref: own for one in ground.mesh.workloads}
    return follow(ground, seen.calls[:1], allowed, seen)


def test_a_call_may_come_to_who_stands_in_for_pods_that_are_down() -> None:
    trail = _behind("header")

    assert (trail.kept, trail.crossings) == (("mocka-v1-0", "mockb-v1-0"), ())


def test_a_call_that_lost_its_lane_is_not_excused_by_who_would_stand_in() -> None:
    trail = _behind("caller", "mockb-v2")

    assert [crossing.into for crossing in trail.crossings] == [("mockb-v1-0",)]
