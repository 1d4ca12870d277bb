"""What permissive lanes promise: whose pods may answer, and which lane a request is in."""

import pytest
from msgspec.structs import replace

from laneway.core.routing.ask.reach import Reach
from laneway.core.search.probes import probes
from tests.verify.simulated import compiled
from tests.wire.chains import Chain
from tests.wire.lanes import documents

CHAIN = Chain({"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mockb"})
NEVER_FALLS = "metadata: {name: mock, annotations: {laneway.dev/runtime-fallback: 'off'}}"
OWN_ENTRY = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: istio-system}
spec:
  hosts: ['*']
  gateways: [istio-system/ingressgateway]
  http:
  - route:
    - destination: {host: mocka.default.svc.cluster.local, subset: s2}
      headers: {request: {set: {x-asm-prefer-tag: s2}}}
      weight: 50
    - destination: {host: mocka.default.svc.cluster.local, subset: s3}
      headers: {request: {set: {x-asm-prefer-tag: s3}}}
      weight: 50
"""


def into_lanes(yaml: str) -> dict[tuple[str, ...], list[str]]:
    """Return for the lanes each rule leads into the pods that its requests may meet."""
    compilation = compiled(yaml)
    reach = Reach(compilation.mesh, compilation.plan)
    return {
        probe.lanes: sorted(ref.name for ref in reach.of(probe.promise))
        for probe in probes(compilation.mesh, compilation.plan).sent
        if probe.purpose == "rule"
    }


@pytest.mark.parametrize(
    "carrier", ["x-asm-prefer-tag", "baggage", "sw8-correlation", "x-request-id"]
)
def test_pods_that_may_be_met_are_those_that_answer_for_the_lane(carrier: str) -> None:
    chain = replace(CHAIN, trace_header=carrier)
    found = into_lanes(chain.yaml.replace("metadata: {name: mock}", NEVER_FALLS))

    assert found == {
        ("s1",): ["mocka-v1", "mockb-v1", "mockc-v1"],
        ("s2",): ["mocka-v2", "mockb-v1", "mockc-v2"],
        ("s3",): ["mocka-v1", "mockb-v3", "mockc-v1"],
    }


def test_who_stands_in_for_pods_that_are_down_may_be_met_as_well() -> None:
    found = into_lanes(CHAIN.yaml)

    assert found["s2",] == ["mocka-v1", "mocka-v2", "mockb-v1", "mockc-v1", "mockc-v2"]


def test_who_stands_in_for_nobody_may_not_be_met_for_pods_that_are_down() -> None:
    found = into_lanes(Chain({"s1": "mocka", "s2": "mocka", "s3": "mocka"}).yaml)

    assert found["s2",] == ["mocka-v1", "mocka-v2"]


def test_each_share_of_a_users_own_entry_is_in_the_lane_it_writes() -> None:
    found = into_lanes(documents(replace(CHAIN, entered=False).yaml, OWN_ENTRY))

    assert list(found) == [("s2", "s3")]


@pytest.mark.parametrize("weights", [{}, {"s1": 60, "s2": 20, "s3": 20}], ids=["rules", "weights"])
def test_every_way_a_lane_is_written_has_a_request_of_its_own(weights: dict[str, int]) -> None:
    compilation = compiled(replace(CHAIN, trace_header="baggage", weights=weights).yaml)
    found = probes(compilation.mesh, compilation.plan)
    baggage = {value for probe in found.sent for value in probe.request.values("baggage")}

    assert found.unprobed == ()
    assert baggage == {"a=a", "x-asm-prefer-tag=a"}
