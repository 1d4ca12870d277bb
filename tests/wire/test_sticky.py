"""Users shared out by a hash, on real Envoy: always the same lane, and more of them by an edit.

The long form: `LANEWAY_USERS=10000 LANEWAY_PATIENCE=900 ./dev test tests/wire/test_sticky.py`.
"""

import http.client
import os
from collections import Counter
from contextlib import closing

import pytest

from laneway.core.resources.lanes.tagging import HashRule
from laneway.core.routing.ask.tagging import tag_of
from tests.wire.chains import Chain, RunningChain
from tests.wire.laneway_up import Answer

pytestmark = pytest.mark.envoy

USERS = [f"user-{number}" for number in range(int(os.environ.get("LANEWAY_USERS", "400")))]
LANES = {"s1": "mocka mockb mockc", "s2": "mocka mockc"}
CHAIN = Chain(LANES, trace_header="x-asm-prefer-tag")
MET: dict[tuple[str, ...], str] = {("v1", "v1", "v1"): "s1", ("v2", "v1", "v2"): "s2"}


def tagging(canary: int) -> str:
    """Return hash tagging that gives so many of a hundred to the canary, the first one."""
    return f"""---
apiVersion: istio.alibabacloud.com/v1
kind: ASMHashTagging
metadata: {{name: users, namespace: istio-system}}
spec:
  workloadSelector: {{istio: ingressgateway}}
  rules:
    - name: users
      match: {{host: '*'}}
      header: x-user-id
      modulo: 100
      tagHeader: x-asm-prefer-tag
      partitions:
        - {{partitionSize: {canary}, tagValue: s2}}
        - {{partitionSize: {100 - canary}, tagValue: s1}}
"""


@pytest.fixture
def mesh(chain_mesh: RunningChain) -> RunningChain:
    return chain_mesh.become(CHAIN.yaml + tagging(10))


def lane_of_each(mesh: RunningChain) -> dict[str, str]:
    """Ask once for every user; return the lane each one met."""
    found = {}
    with closing(http.client.HTTPConnection("127.0.0.1", mesh.up.port, timeout=10)) as client:
        for user in USERS:
            client.request("GET", "/mock", headers={"x-user-id": user})
            response = client.getresponse()
            answer = Answer(response.status, response.read().decode())
            found[user] = MET[tuple(hop.version for hop in answer.hops)]
    return found


def reckoned(canary: int) -> dict[str, str]:
    rule = HashRule(
        "", 0, "x-user-id", 100, "x-asm-prefer-tag", ((canary, "s2"), (100 - canary, "s1"))
    )
    return {user: tag_of(user, rule) for user in USERS}


def test_a_user_meets_the_same_lane_each_time_and_more_users_by_an_edit(
    mesh: RunningChain,
) -> None:
    rounds = [lane_of_each(mesh) for _ in range(5)]
    few = rounds[0]
    many = lane_of_each(mesh.become(CHAIN.yaml + tagging(20)))

    assert all(one == few for one in rounds)
    assert few == reckoned(10)
    assert many == reckoned(20)
    assert {user for user, lane in few.items() if lane == "s2"} <= {
        user for user, lane in many.items() if lane == "s2"
    }
    share = Counter(many.values())["s2"] / len(USERS)
    assert abs(share - 0.2) <= max(0.015, 2.5 * (0.16 / len(USERS)) ** 0.5)


def test_what_a_client_says_of_its_lane_never_counts(mesh: RunningChain) -> None:
    said = {"x-user-id": "jason", "x-asm-prefer-tag": "s2"}

    assert mesh.chains(20, said) == {("v1", "v1", "v1"): 20}


def test_a_user_of_the_canary_is_always_in_it_and_a_fifth_of_all_users_are(
    chain_mesh: RunningChain,
) -> None:
    canary = Chain({"s1": "mocka mockb mockc", "s2": "mockc"}, trace_header="x-asm-prefer-tag")
    mesh = chain_mesh.become(canary.yaml + tagging(20))
    jason = mesh.chains(50, {"x-user-id": "jason"})
    users = [f"user-{number}" for number in range(500)]
    rounds = [
        {user: next(iter(mesh.chains(1, {"x-user-id": user}))) for user in users} for _ in range(2)
    ]

    assert jason == {("v1", "v1", "v2"): 50}
    assert rounds[0] == rounds[1]
    shares = Counter(rounds[0].values())
    assert set(shares) == {("v1", "v1", "v2"), ("v1", "v1", "v1")}
    assert abs(shares["v1", "v1", "v2"] - 100) <= 45  # five deviations
