"""A user's trafficPolicy: which clusters get it, at which port, and what nobody carries out."""

from __future__ import annotations

from laneway.core.emit.envoy.config import EnvoyConfig
from laneway.core.mesh.names import service_host
from tests.laws.placing import envoy_of
from tests.verify.simulated import compiled
from tests.wire.chains import Chain

MOCKA = service_host("mocka", "default")
POLICY = """---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: own, namespace: %s}
spec:
  host: mocka.default.svc.cluster.local
  trafficPolicy: %s
  subsets: [{name: alone, labels: {a: b}, trafficPolicy: {loadBalancer: {simple: RANDOM}}}]
"""
ROUND, RANDOM = "{loadBalancer: {simple: ROUND_ROBIN}}", "{loadBalancer: {simple: RANDOM}}"
BY_PORT = ROUND[:-1] + ", portLevelSettings: [{port: {number: 8000}, tls: {mode: DISABLE}}]}"


def _envoy(policy: str, space: str = "default") -> EnvoyConfig:
    chain = Chain({"s1": "mocka mockb mockc", "s2": "mocka"})
    return envoy_of(compiled(chain.yaml + POLICY % (space, policy)))


def _balancers(config: EnvoyConfig) -> dict[str, str]:
    """Return how each cluster of mocka chooses among its pods."""
    clusters = config.proxies["mesh"].clusters
    return {
        name.removesuffix(f"|{MOCKA}"): str(block["lb_policy"])
        for name, block in clusters.items()
        if name.endswith(f"|{MOCKA}")
    }


def test_every_cluster_with_pods_gets_the_policy_and_one_of_clusters_does_not() -> None:
    assert _balancers(_envoy(ROUND)) == {
        "outbound|8000|": "ROUND_ROBIN",
        "outbound|8000|s1": "ROUND_ROBIN",
        "outbound|8000|s2": "CLUSTER_PROVIDED",
        "alone|8000|s2": "ROUND_ROBIN",
        "outbound|8000|alone": "ROUND_ROBIN",
    }


def test_what_is_written_for_a_port_takes_the_place_of_the_hosts() -> None:
    config = _envoy(BY_PORT)

    assert _balancers(config)["outbound|8000|s1"] == "LEAST_REQUEST"
    assert [one.field for one in config.unexecuted] == [
        "subsets.alone.trafficPolicy",
        "trafficPolicy.tls",
    ]


def test_a_policy_that_few_callers_see_is_named_and_changes_nothing() -> None:
    config = _envoy(RANDOM, "client")

    assert set(_balancers(config).values()) == {"LEAST_REQUEST", "CLUSTER_PROVIDED"}
    assert [(one.subject, one.field) for one in config.unexecuted] == [
        ("DestinationRule client/own", "subsets.alone.trafficPolicy"),
        ("DestinationRule client/own", "trafficPolicy"),
    ]
