"""Pods that are down: why, by the status that a node writes, and who answers meanwhile."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from laneway.core.resources.meta import Ref
from laneway.core.views.doctor import RuntimeFacts, doctor
from laneway.core.views.pod_trouble import LONGEST_BEGIN, PodTrouble, pod_trouble
from laneway.core.views.pods_down import AilingPod
from tests.views.samples import compiled_example

EARLY, LATE = "2026-11-30T12:00:00Z", "2026-11-30T13:00:00Z"
NOT_READY = {"type": "Ready", "status": "False", "lastTransitionTime": EARLY}
LABELS = {"app": "mockb", "version": "v2", "ASM_TRAFFIC_TAG": "v2"}


def pod(conditions: Any = (NOT_READY,), head: Any = None, **container: Any) -> bytes:
    """Return a pod with one container whose status is given."""
    first = {"name": "app", "ready": False, "restartCount": 0, "state": {}}
    statuses = [first | container] if container else []
    return json.dumps(
        {
            "metadata": {"name": "b-1", "namespace": "shop", "creationTimestamp": EARLY}
            | (head or {}),
            "status": {"conditions": list(conditions), "containerStatuses": statuses},
        }
    ).encode()


def told(raw: bytes) -> PodTrouble:
    found = pod_trouble(raw)
    assert found is not None
    return found


ENDED = {"terminated": {"reason": "Error", "exitCode": 3}}
WRONG = {
    "container app ended (exit code 3), started again 4 times": pod(
        state={"waiting": {"reason": "CrashLoopBackOff"}}, lastState=ENDED, restartCount=4
    ),
    "container app ended (OOMKilled)": pod(
        state={"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    ),
    "the image of container app cannot be had (ErrImagePull)": pod(
        state={"waiting": {"reason": "ErrImagePull", "message": "not found"}}
    ),
    "container app cannot start (CreateContainerConfigError: no secret a)": pod(
        state={"waiting": {"reason": "CreateContainerConfigError", "message": "no secret a"}}
    ),
    "no node takes it (0/3 nodes are available)": pod(
        (
            NOT_READY,
            {
                "type": "PodScheduled",
                "status": "False",
                "reason": "Unschedulable",
                "message": "0/3 nodes are available",
            },
        )
    ),
    "container app runs and is not ready": pod(
        ({**NOT_READY, "lastTransitionTime": LATE},), state={"running": {"startedAt": EARLY}}
    ),
}


@pytest.mark.parametrize("why", WRONG)
def test_what_is_wrong_with_a_pod_is_told_at_once(why: str) -> None:
    found = told(WRONG[why])

    assert found.pod.why == why
    assert found.begun is None
    assert found.pod.command.startswith("kubectl ")
    assert " -n shop b-1" in found.pod.command


def test_logs_are_those_of_the_container_that_ended() -> None:
    (first, second, *_) = WRONG.values()

    assert told(first).pod.command == "kubectl logs -n shop b-1 -c app --previous"
    assert told(second).pod.command == "kubectl logs -n shop b-1 -c app"


BEGINS = {
    "nothing is known of it yet": pod(()),
    "its containers are made": pod(state={"waiting": {"reason": "ContainerCreating"}}),
    "its node says no times": pod(state={"running": {"startedAt": None}}),
    "it was started and never was ready": pod(state={"running": {"startedAt": EARLY}}),
}


@pytest.mark.parametrize("raw", BEGINS.values(), ids=BEGINS)
def test_a_pod_that_begins_has_a_while_for_it(raw: bytes) -> None:
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()

    assert told(raw).begun == noon
    assert told(raw).due == noon + LONGEST_BEGIN


@pytest.mark.parametrize(
    "raw",
    [
        pod(({"type": "Ready", "status": "True"},)),
        pod(head={"deletionTimestamp": LATE}),
        json.dumps({"status": {"phase": "Succeeded"}}).encode(),
    ],
    ids=("it is ready", "it is going away", "it has done its work"),
)
def test_a_pod_without_trouble_has_none(raw: bytes) -> None:
    assert pod_trouble(raw) is None


def rows(example: str, *pods: AilingPod) -> list[dict[str, Any]]:
    return [
        row
        for row in doctor(compiled_example(example), RuntimeFacts(pods=pods))["rows"]
        if "does not answer" in row["cause"] or "do not answer" in row["cause"]
    ]


def down(name: str, version: str, **more: Any) -> AilingPod:
    made = Ref("Deployment", "default", f"{name}-{version}")
    return AilingPod("default", f"{name}-{version}-0", "it ended", workload=made, **more)


def test_nobody_answers_for_a_strict_lane() -> None:
    (row,) = rows("strict-lanes", down("mockb", "v2"))

    assert row["level"] == "error"
    assert row["cause"] == "pod default/mockb-v2-0 of lane s2 does not answer: it ended"
    assert row["why"] == "Lane s2 has no other pod of default/mockb: what it sends there gets 503."
    assert row["place"]["file"].endswith("mock-v2.yaml")
    assert row["place"]["line"] > 1


def test_the_baseline_answers_for_a_permissive_lane_while_it_can() -> None:
    (row,) = rows("permissive-lanes", down("mocka", "v2"))
    assert row["level"] == "warning"
    assert row["why"] == "Lane s1 answers for lane s2 at default/mocka meanwhile."

    both = rows("permissive-lanes", down("mocka", "v2"), down("mocka", "v1"))
    assert {row["level"] for row in both} == {"error"}


def test_pods_of_a_gateway_are_told_by_its_name() -> None:
    labels = {"istio": "ingressgateway", "app": "gateway"}
    (row,) = rows("strict-lanes", AilingPod("istio-system", "in-1", "it ended", labels=labels))

    assert row["cause"].startswith(
        "pod istio-system/in-1 of gateway istio-system/ingressgateway does not answer"
    )


def test_pods_that_are_no_business_of_lanes_are_not_told() -> None:
    assert rows("strict-lanes", AilingPod("other", "x", "it ended", labels=LABELS)) == []


def test_pods_that_begin_are_not_told() -> None:
    assert rows("strict-lanes", down("mockb", "v2", begins=True)) == []
