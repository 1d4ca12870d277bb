"""The older end-to-end canary as a lane group: two whole versions, and only an id is passed on."""

import http.client
from collections import Counter
from contextlib import closing

import pytest

from tests.wire.chains import Chain, RunningChain
from tests.wire.laneway_up import Answer

pytestmark = pytest.mark.envoy

CANARY = Chain(
    {"s1": "a b", "s2": "a b"},
    services=("a", "b"),
    trace_header="my-request-id",
    route_header="my-asm-prefer-tag",
)


@pytest.mark.parametrize(("lane", "version"), [("s1", "v1"), ("s2", "v2")])
def test_requests_stay_in_the_version_they_asked_for(
    trace_mesh: RunningChain, lane: str, version: str
) -> None:
    found: Counter[tuple[str, ...]] = Counter()
    mesh = trace_mesh.become(CANARY.yaml)
    with closing(http.client.HTTPConnection("127.0.0.1", mesh.up.port, timeout=10)) as client:
        for number in range(200):
            said = {"my-asm-prefer-tag": lane, "my-request-id": f"x000{number}"}
            client.request("GET", "/mock", headers=said)
            response = client.getresponse()
            answer = Answer(response.status, response.read().decode())
            found[tuple(hop.version for hop in answer.hops)] += 1

    assert found == {(version, version): 200}
