"""Which programs of a mesh the doctor names: those that cannot answer, and why."""

from __future__ import annotations

import pytest

from laneway.apps.local.record.ailing import ailing_pods
from laneway.apps.local.record.state import MeshRecord, WorkloadRecord


def program(state: str, reason: str = "", name: str = "cart-0") -> WorkloadRecord:
    return WorkloadRecord(
        replica="cart-0",
        container="app",
        workload="cart" if name else "",
        namespace="default",
        kind="Deployment",
        state=state,
        address="127.3.0.1",
        pid=1,
        started=2,
        restarts=0,
        log="cart-0.log",
        reason=reason,
        name=name,
    )


def record(*workloads: WorkloadRecord) -> MeshRecord:
    return MeshRecord("shop", 1, 2, "b", 3.0, ["x"], workloads=list(workloads))


def test_program_that_ended_is_named_with_its_reason_and_its_log() -> None:
    (pod,) = ailing_pods(record(program("ended", "exit code 4")))

    assert (pod.namespace, pod.name) == ("default", "cart-0")
    assert pod.why == "its program is ended (exit code 4)"
    assert pod.command == "laneway logs --name shop cart-0"


@pytest.mark.parametrize("state", ["ready", "stopping"])
def test_program_that_answers_or_is_being_stopped_is_well(state: str) -> None:
    assert ailing_pods(record(program(state))) == ()


def test_proxy_is_no_program() -> None:
    assert ailing_pods(record(program("starting", name=""))) == ()
