"""An entry of the user's own beside permissive lanes on real Envoy: weights, lanes, fallback."""

import pytest

from tests.wire.chains import Chain, RunningChain
from tests.wire.lanes import documents

pytestmark = pytest.mark.envoy

TO = "destination: {host: mocka.default.svc.cluster.local, subset: %s}"
STAMP = "headers: {request: {set: {x-asm-prefer-tag: %s}}}"
BACK = "fallback: {target: {host: mocka.default.svc.cluster.local, subset: s1}}"


def share(lane: str) -> str:
    return f"{{{TO % lane}, weight: 50, {STAMP % lane}, {BACK}}}"


OWN = f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: swimlane-ingress-vs-custom, namespace: istio-system}}
spec:
  gateways: [istio-system/ingressgateway]
  hosts: ['*']
  http:
  - name: dev-route
    match: [{{headers: {{env: {{exact: dev}}}}}}]
    route: [{share("s2")}, {share("s3")}]
  - route: [{{{TO % "s1"}, {STAMP % "s1"}}}]
"""
CHAIN = Chain({"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mockb"})


@pytest.fixture
def mesh(chain_mesh: RunningChain) -> RunningChain:
    return chain_mesh.become(documents(CHAIN.yaml, OWN))


def test_a_split_of_two_lanes_keeps_each_request_in_its_own(mesh: RunningChain) -> None:
    found = mesh.chains(400, {"env": "dev"})

    assert set(found) == {("v2", "v1", "v2"), ("v1", "v3", "v1")}
    assert 130 <= found["v2", "v1", "v2"] <= 270  # chance leaves this once in a billion runs


def test_all_other_requests_are_of_the_baseline(mesh: RunningChain) -> None:
    assert mesh.chains(50) == {("v1", "v1", "v1"): 50}
    assert mesh.chains(50, {"env": "prod"}) == {("v1", "v1", "v1"): 50}
