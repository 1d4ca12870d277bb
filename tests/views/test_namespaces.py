"""The list of namespaces: whether pods get a sidecar there, and which have none."""

from __future__ import annotations

import pytest

from laneway.core.views.namespaces import namespaces_view
from tests.rules.world import mesh, namespace, pods, service

POD = """
apiVersion: v1
kind: Pod
metadata: {name: live, namespace: default, labels: {app: b, version: v1}}
spec: {initContainers: %s, containers: %s}
status: {podIP: 10.0.0.1, conditions: [{type: Ready, status: 'True'}]}
"""
APP, PROXY = "{name: app, image: a}", "{name: istio-proxy, image: p, restartPolicy: Always}"


@pytest.mark.parametrize(
    ("labels", "state", "revision", "why"),
    [
        ("{istio-injection: enabled}", "on", "", "label istio-injection: enabled"),
        ("{istio-injection: disabled}", "off", "", "label istio-injection: disabled"),
        ("{istio.io/rev: canary}", "on", "canary", "label istio.io/rev: canary"),
        (
            "{istio-injection: disabled, istio.io/rev: canary}",
            "off",
            "",
            "label istio-injection: disabled",
        ),
        ("{}", "off", "", "no label istio-injection or istio.io/rev"),
    ],
)
def test_injection_is_told_with_what_switches_it(
    labels: str, state: str, revision: str, why: str
) -> None:
    (row,) = namespaces_view(mesh(default=namespace(labels=labels), without="door").compiled().mesh)

    assert row["injection"] == {"state": state, "revision": revision, "why": why}
    assert (row["pods"]["withoutSidecar"] == 0) is (state == "on")


def test_namespace_without_an_object_is_not_known() -> None:
    (row,) = namespaces_view(mesh(without="default door").compiled().mesh)

    assert row["injection"]["state"] == "unknown"
    assert row["place"] == ""


def test_pods_without_a_sidecar_are_named_with_the_reason() -> None:
    opted = pods("b", "v3", ", sidecar.istio.io/inject: 'false'")
    (row,) = namespaces_view(mesh(opted, without="door").compiled().mesh)

    assert row["pods"] == {"total": 5, "ready": 5, "withoutSidecar": 1}
    (lacking,) = row["withoutSidecar"]
    assert lacking["object"]["name"] == "b-v3"
    assert lacking["why"] == "its label or annotation sidecar.istio.io/inject says no"
    assert lacking["place"].startswith("mesh.yaml:")


@pytest.mark.parametrize(
    ("init", "containers", "lacks"),
    [
        ("[]", f"[{APP}]", True),
        ("[]", f"[{APP}, {PROXY}]", False),
        (f"[{PROXY}]", f"[{APP}]", False),
    ],
)
def test_live_pod_is_asked_for_its_containers(
    init: str,
    containers: str,
    lacks: bool,  # noqa: FBT001 - a column of the table
) -> None:
    (row,) = namespaces_view(mesh(POD % (init, containers), without="door").compiled().mesh)

    assert [one["object"]["name"] for one in row["withoutSidecar"]] == ["live"] * lacks


def test_namespace_has_its_services_groups_and_lanes() -> None:
    other = service("c").replace("namespace: default", "namespace: beside")
    rows = namespaces_view(mesh(other).compiled().mesh)

    default, beside = rows
    assert [one["name"] for one in default["services"]] == ["a", "b"]
    assert default["groups"] == ["test"]
    assert default["lanes"] == [{"group": "test", "name": one} for one in ("s1", "s2")]
    assert (beside["name"], beside["services"][0]["group"], beside["lanes"]) == ("beside", "", [])
