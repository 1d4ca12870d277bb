"""Pods of a mesh on this machine that are down, by its record: what begins or ends is none."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from laneway.apps.local.record.ailing import ailing_pods
from laneway.apps.local.record.state import MeshRecord, WorkloadRecord

PROGRAM = WorkloadRecord(
    *("web.shop-0.2", "app", "web", "shop", "Deployment", "ready", "127.1.1.1", 1, 1, 0, "log"),
    name="web.shop-0",
)
PROXY = replace(PROGRAM, workload="", name="", state="ended", reason="exit code 1")


def record(program: WorkloadRecord, state: str = "ready") -> MeshRecord:
    whole = MeshRecord("two", 1, 1, "boot", 0.0, [], state=state)
    return replace(whole, workloads=[program, PROXY])


@pytest.mark.parametrize("state", ["ready", "starting", "stopping"])
def test_what_is_well_or_on_its_way_is_not_told(state: str) -> None:
    assert ailing_pods(record(replace(PROGRAM, state=state))) == ()


def test_a_mesh_that_starts_has_none() -> None:
    ended = replace(PROGRAM, state="ended", reason="exit code 3")
    assert ailing_pods(record(ended, "starting")) == ()


@pytest.mark.parametrize("state", ["ended", "starting"])
def test_a_program_that_ended_is_told_until_it_is_ready_again(state: str) -> None:
    ended = replace(PROGRAM, state=state, reason="exit code 3", restarts=2)
    (pod,) = ailing_pods(record(ended))

    assert pod.why == "its program ended (exit code 3), started again 2 times"
    assert pod.command == "laneway logs --name two web.shop-0.2"


def test_what_somebody_stopped_is_told_with_what_starts_it() -> None:
    (pod,) = ailing_pods(record(replace(PROGRAM, state="stopped")))

    assert (pod.why, pod.command) == (
        "somebody stopped it",
        "laneway start --name two shop/web",
    )
