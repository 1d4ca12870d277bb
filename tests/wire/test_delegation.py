"""A root of the user's own delegates to lane routes, on real Envoy: its fault spares the lanes."""

from collections.abc import Iterator

import pytest

from tests.wire.lanes import CHAIN, documents, lanes
from tests.wire.local_mesh import LocalMesh, running

pytestmark = pytest.mark.envoy

ROOT = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mockb, namespace: default}
spec:
  hosts: [mockb]
  http:
  - fault: {abort: {httpStatus: 502, percentage: {value: 50}}}
    delegate: {name: trafficlabel-vs-shop-default-mockb, namespace: istio-system}
"""
MESH = documents(
    lanes(("v1", "v2")).replace(
        "metadata: {name: shop}",
        "metadata: {name: shop, annotations: {laneway.dev/delegate: default/mockb}}",
    ),
    ROOT,
)


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalMesh]:
    with running(tmp_path_factory.mktemp("delegation"), MESH) as local:
        yield local


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_half_the_calls_of_the_faulty_service_fail_and_no_lane_is_left(
    mesh: LocalMesh, version: str
) -> None:
    wanted = {"x-asm-prefer-tag": version.replace("v", "s"), "x-chain": CHAIN}

    found = [tuple(mesh.enter(headers=wanted).pods) for _ in range(400)]
    failed = [pods for pods in found if len(pods) == 2]

    assert set(found) - set(failed) == {
        (f"mocka-{version}-0", f"mockb-{version}-0", f"mockc-{version}-0")
    }
    assert {pods[0] for pods in failed} == {f"mocka-{version}-0"}
    assert {pods[1].partition(" ")[0] for pods in failed} == {"502"}
    assert 140 <= len(failed) <= 260  # chance leaves this once in a billion runs
