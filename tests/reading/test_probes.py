"""Readiness probes: what of them is read, and what stands for what is not written."""

import pytest

from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.kubernetes.workloads import ReadinessProbe, Workload
from tests.snapshot import snapshot_of_texts

POD = """
apiVersion: v1
kind: Pod
metadata: {name: cart}
spec:
  containers: [{name: main, image: cart, readinessProbe: PROBE}]
"""


def _read(probe: str) -> Snapshot:
    return snapshot_of_texts([("pod.yaml", POD.replace("PROBE", probe))])


def _probe(probe: str) -> ReadinessProbe | None:
    (pod,) = (one for one in _read(probe).resources if isinstance(one, Workload))
    return pod.containers[0].readiness


def test_what_is_not_written_is_as_in_a_cluster() -> None:
    assert _probe("{httpGet: {port: 80}}") == ReadinessProbe("/", 80, "", 10, 1, 3, 1)


def test_all_that_is_written_is_read() -> None:
    written = (
        "{httpGet: {path: well, port: http, host: cart.test}, periodSeconds: 2, timeoutSeconds: 4,"
        " failureThreshold: 5, successThreshold: 6}"
    )

    assert _probe(written) == ReadinessProbe("/well", "http", "cart.test", 2, 4, 5, 6)


@pytest.mark.parametrize(
    "probe",
    [
        "null",
        "{tcpSocket: {port: 80}}",
        "{exec: {command: [cat, /well]}}",
        "{httpGet: {path: /, port: 443, scheme: HTTPS}}",
        "{httpGet: {path: /}}",
    ],
)
def test_a_probe_nobody_here_can_carry_out_is_none(probe: str) -> None:
    assert _probe(probe) is None
    assert _read(probe).findings == ()


def test_a_probe_that_cannot_be_is_told() -> None:
    assert _read("{httpGet: {port: 80}, periodSeconds: often}").findings
