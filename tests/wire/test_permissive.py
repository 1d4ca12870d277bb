"""The published scenarios of permissive lanes, on real Envoy with the mock application.

The group of the first ones: s1 is the baseline and has all three services, s2 has mocka and mockc,
s3 has mockb.
"""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from laneway.core.routing.plan.members import Members
from tests.wire.chains import Chain, RunningChain
from tests.wire.lanes import documents

pytestmark = pytest.mark.envoy

LANES = {"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mockb"}
BY_HEADER = Chain(LANES, trace_header="my-trace-id", route_header="my-trace-id")
BY_BAGGAGE = Chain(LANES, trace_header="baggage")
BY_TRACE = Chain(LANES, trace_header="my-trace-id")
BY_PAIRS = Chain(LANES, trace_header="sw8-correlation")
CHAINS = {
    "header": BY_HEADER,
    "baggage": BY_BAGGAGE,
    "correlation": BY_PAIRS,
    "trace id": BY_TRACE,
}
WEIGHTS = {"s1": 60, "s2": 20, "s3": 20}
MET = {"s1": ("v1", "v1", "v1"), "s2": ("v2", "v1", "v2"), "s3": ("v1", "v3", "v1")}
"""What requests of each lane meet: the lane's own version where it has one, else the baseline's."""


@pytest.fixture(params=list(CHAINS))
def carried(
    request: pytest.FixtureRequest, chain_mesh: RunningChain, trace_mesh: RunningChain
) -> tuple[Chain, RunningChain]:
    chain = CHAINS[request.param]
    mesh = trace_mesh if chain.by_trace else chain_mesh
    return chain, mesh.become(chain.yaml)


def met(chain: Chain, mesh: RunningChain, count: int = 50) -> dict[str, dict[tuple[str, ...], int]]:
    """Send requests into each lane; return what they met."""
    return {lane: mesh.chains(count, {chain.route_header: lane}) for lane in chain.lanes}


def test_requests_fall_back_to_the_baseline_and_return_to_their_lane(
    carried: tuple[Chain, RunningChain],
) -> None:
    chain, mesh = carried

    assert met(chain, mesh) == {lane: {versions: 50} for lane, versions in MET.items()}


def test_what_a_client_says_of_another_lane_is_overwritten(
    carried: tuple[Chain, RunningChain],
) -> None:
    chain, mesh = carried
    pair = Members("sw8-correlation", chain.route_header).member("s3")
    said = {"baggage": f"user=jane,{chain.route_header}=s3;p=1", "sw8-correlation": pair}
    said |= {chain.route_header: "s2"}

    assert mesh.chains(50, said) == {MET["s2"]: 50}


def test_a_list_of_the_clients_own_is_no_obstacle(carried: tuple[Chain, RunningChain]) -> None:
    chain, mesh = carried
    said = {"baggage": "user=jane,region=eu;p=1", "sw8-correlation": "dXNlcg==:amFuZQ=="}
    said |= {chain.route_header: "s3"}

    assert mesh.chains(50, said) == {MET["s3"]: 50}


def test_a_service_that_stands_in_passes_the_lane_on(
    chain_mesh: RunningChain,
) -> None:
    chain = replace(BY_HEADER, targets={"mockb": "s3"})
    mesh = chain_mesh.become(chain.yaml)
    assert met(chain, mesh) == {
        "s1": {("v1", "v1", "v1"): 50},
        "s2": {("v2", "v3", "v2"): 50},
        "s3": {("v1", "v3", "v1"): 50},
    }


def test_a_service_that_stands_in_and_forgets_loses_the_lane_of_others(
    chain_mesh: RunningChain,
) -> None:
    chain = replace(BY_HEADER, targets={"mockb": "s3"}, forgets=frozenset({"mockb-v3"}))
    mesh = chain_mesh.become(chain.yaml)
    assert met(chain, mesh)["s2"] == {("v2", "v3", "v1"): 50}


def test_a_lane_that_lists_nothing_has_the_services_it_has_pods_of(
    chain_mesh: RunningChain,
) -> None:
    chain = replace(BY_HEADER, listed=False)
    mesh = chain_mesh.become(chain.yaml)
    assert met(chain, mesh) == {lane: {versions: 50} for lane, versions in MET.items()}


@pytest.mark.parametrize("chain", CHAINS.values(), ids=list(CHAINS))
def test_a_lane_is_lost_behind_a_service_of_the_baseline_that_forgets_it(
    chain: Chain, chain_mesh: RunningChain, trace_mesh: RunningChain
) -> None:
    forgetful = replace(chain, forgets=frozenset({"mockb-v1"}))
    mesh = (trace_mesh if chain.by_trace else chain_mesh).become(forgetful.yaml)
    assert met(forgetful, mesh) == {
        "s1": {("v1", "v1", "v1"): 50},
        "s2": {("v2", "v1", "v1"): 50},
        "s3": {("v1", "v3", "v1"): 50},
    }


def test_a_lane_whose_own_pods_forget_it_is_healed_by_their_label(
    chain_mesh: RunningChain,
) -> None:
    forgetful = replace(BY_HEADER, forgets=frozenset({"mocka-v2", "mockb-v3"}))
    mesh = chain_mesh.become(forgetful.yaml)
    assert met(forgetful, mesh) == {lane: {versions: 50} for lane, versions in MET.items()}


def test_shares_by_baggage_are_kept_and_each_answer_is_one_lanes(
    chain_mesh: RunningChain,
) -> None:
    chain = replace(BY_BAGGAGE, weights=WEIGHTS)
    mesh = chain_mesh.become(chain.yaml)
    found = mesh.chains(2000)
    if not _is_within(found, 2000):  # chance does this once in 3000 runs
        found += mesh.chains(2000)

    assert set(found) == set(MET.values())
    assert _is_within(found, found.total())


def test_behind_a_forgetful_baseline_pod_every_share_goes_on_in_the_baseline(
    chain_mesh: RunningChain,
) -> None:
    chain = replace(BY_BAGGAGE, weights=WEIGHTS, forgets=frozenset({"mockb-v1"}))
    mesh = chain_mesh.become(chain.yaml)
    found = mesh.chains(500)

    assert set(found) == {("v1", "v1", "v1"), ("v2", "v1", "v1"), ("v1", "v3", "v1")}


OWN_ENTRY = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: istio-system}
spec:
  hosts: ['*']
  gateways: [istio-system/ingressgateway]
  http:
  - match: [{headers: {env: {exact: dev}}}]
    route:
    - destination: {host: mocka.default.svc.cluster.local, subset: s2}
      headers: {request: {set: {my-trace-id: s2}}}
      weight: 50
    - destination: {host: mocka.default.svc.cluster.local, subset: s3}
      headers: {request: {set: {my-trace-id: s3}}}
      weight: 50
  - route:
    - destination: {host: mocka.default.svc.cluster.local, subset: s1}
      headers: {request: {set: {my-trace-id: s1}}}
"""


def test_an_entry_of_the_users_own_splits_lanes_and_falls_back(
    chain_mesh: RunningChain,
) -> None:
    yaml = documents(replace(BY_HEADER, entered=False).yaml, OWN_ENTRY)
    mesh = chain_mesh.become(yaml)
    split = mesh.chains(400, {"env": "dev"})
    without = mesh.chains(50)
    mesh.command("stop", "mockb-v3")
    fallen = mesh.chains(400, {"env": "dev"})
    mesh.command("start", "mockb-v3")

    assert split == {MET["s2"]: pytest.approx(200, abs=45), MET["s3"]: pytest.approx(200, abs=45)}
    assert without == {MET["s1"]: 50}
    assert fallen == {MET["s2"]: pytest.approx(200, abs=45), MET["s1"]: pytest.approx(200, abs=45)}


def test_a_version_scaled_to_nothing_is_answered_for_and_nobody_gets_a_503(
    chain_mesh: RunningChain,
) -> None:
    chain = Chain({"s2": "productpage reviews", "s3": "reviews"}, ("productpage", "reviews"))
    head = "metadata: {name: reviews-v3, namespace: default}\nspec:\n"
    scaled = chain.yaml.replace(head, f"{head}  replicas: 0\n")
    before = chain_mesh.become(chain.yaml).chains(50, {chain.route_header: "s3"})
    after = chain_mesh.become(scaled).chains(50, {chain.route_header: "s3"})

    assert before == {("v2", "v3"): 50}
    assert after == {("v2", "v2"): 50}


NO_LANES = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: istio-system}
spec:
  hosts: ['*']
  gateways: [istio-system/ingressgateway]
  http: [{route: [{destination: {host: mocka.default.svc.cluster.local}}]}]
"""


def test_without_lanes_a_canary_and_its_base_are_mixed_and_with_them_never(
    chain_mesh: RunningChain, trace_mesh: RunningChain
) -> None:
    lanes = {"s1": "mocka mockb", "s2": "mocka mockb"}
    chain = replace(BY_TRACE, lanes=lanes, services=("mocka", "mockb"))
    others = [text for text in chain.yaml.split("\n---\n") if "kind: ASMSwimLane" not in text]

    mesh = chain_mesh.become(documents(*others, NO_LANES))
    assert set(mesh.chains(200, {chain.route_header: "s1"})) == {
        (entered, called) for entered in ("v1", "v2") for called in ("v1", "v2")
    }
    mesh = trace_mesh.become(chain.yaml)
    assert met(chain, mesh, 200) == {"s1": {("v1", "v1"): 200}, "s2": {("v2", "v2"): 200}}


def _is_within(found: Mapping[tuple[str, ...], int], count: int) -> bool:
    """Whether each share is within four percent of all requests."""
    shares = {"s1": 0.6, "s2": 0.2, "s3": 0.2}
    return all(
        abs(found[MET[lane]] - share * count) <= count / 25 for lane, share in shares.items()
    )
