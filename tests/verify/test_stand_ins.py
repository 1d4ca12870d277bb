"""Whose pods take the requests of a lane, as far as what runs tells it."""

from laneway.apps.local.verify.ledger import Ledger
from laneway.core.emit.envoy.configure import envoy_config
from laneway.core.emit.placement import Placement, PortPlace, Replica
from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import Caller
from laneway.core.routing.planner import plan
from tests.snapshot import snapshot_of_texts
from tests.wire.chains import Chain

CHAIN = Chain({"s1": "mocka", "s2": "mocka", "s3": "mocka"}, targets={"mocka": "s3"})
S1, S2, S3 = (f"outbound|8000|s{number}|mocka.default.svc.cluster.local" for number in (1, 2, 3))


def _ledger(*running: str) -> Ledger:
    mesh = link(snapshot_of_texts([("mesh.yaml", CHAIN.yaml)]))
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
    placement = Placement(replicas)
    return Ledger(envoy_config(mesh, plan(mesh), placement), placement)


def test_a_lane_with_pods_takes_its_own_requests() -> None:
    assert _ledger("mocka-v1", "mocka-v2").taking(S2) == S2


def test_the_first_stand_in_with_pods_takes_them_else() -> None:
    assert _ledger("mocka-v1", "mocka-v3").taking(S2) == S3
    assert _ledger("mocka-v1").taking(S2) == S1
    assert _ledger("mocka-v3").taking(S1) == S3


def test_where_nobody_has_pods_a_cluster_stays_what_it_is() -> None:
    assert _ledger().taking(S2) == S2
    assert _ledger().taking("outbound|80||elsewhere") == "outbound|80||elsewhere"
