"""A group's patches on real Envoy: faults, headers and ejection, and every lane as it was."""

from collections.abc import Iterator

import pytest

from tests.wire.lanes import CHAIN, deployment, documents, lanes
from tests.wire.local_mesh import LocalMesh, running

pytestmark = pytest.mark.envoy

PATCHES = """
  defaultHttpRoutePatch:
    headers: {request: {set: {x-team: shop}}}
  defaultTrafficPolicyPatch:
    connectionPool: {tcp: {connectTimeout: 1s}, http: {maxRequestsPerConnection: 7}}
"""
FAULT = "httpRoutePatch: {fault: {abort: {httpStatus: 418, percentage: {value: 50}}}}"
EJECTION = (
    "trafficPolicyPatch: {outlierDetection: {consecutive5xxErrors: 1, baseEjectionTime: 1m, "
    "maxEjectionPercent: 50}}"
)
MESH = documents(
    lanes(("v1", "v2"))
    .replace("  services: [{name: mocka", PATCHES + "  services: [{name: mocka")
    .replace("{name: mockb, namespace: default}", f"{{name: mockb, namespace: default, {FAULT}}}")
    .replace(
        "{name: mockc, namespace: default}]", f"{{name: mockc, namespace: default, {EJECTION}}}]"
    ),
    deployment("mockc", "v2", replicas=2),
)


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMesh]:
    with running(tmp_path_factory.mktemp("patches"), MESH) as local:
        yield local


def test_a_fault_of_one_service_spares_the_others_and_the_lane(mesh: LocalMesh) -> None:
    answers = [mesh.call("mocka-v2-0", "http://mockb:8000/") for _ in range(400)]
    met = {tuple(answer.pods) for answer in answers if answer.status == 200}
    failed = sum(answer.status == 418 for answer in answers)

    assert met == {("mockb-v2-0",)}
    assert 140 <= failed <= 260  # chance leaves this once in a billion runs
    assert mesh.enter(headers={"x-asm-prefer-tag": "s2"}).pods == ["mocka-v2-0"]


def test_a_patched_header_reaches_mesh_calls_and_no_entry(mesh: LocalMesh) -> None:
    entered = mesh.enter(headers={"x-asm-prefer-tag": "s1", "x-chain": CHAIN})
    called = mesh.call("mockb-v1-0", "http://mockc:8000/")

    assert "x-team" not in entered.seen["headers"]
    assert called.seen["headers"]["x-team"] == "shop"


def test_a_pod_that_fails_is_ejected_and_its_lane_is_kept(mesh: LocalMesh) -> None:
    failed = mesh.call("mockb-v2-0", "http://mockc:8000/", {"x-status": "503"}).pods
    (other,) = {"mockc-v2-0", "mockc-v2-1"} - set(failed)

    found = [mesh.call("mockb-v2-0", "http://mockc:8000/").pods for _ in range(40)]

    assert found[20:] == [[other]] * 20
