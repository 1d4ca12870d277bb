"""A real API server takes every object of the chart, and its pods under the strictest rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import yaml

from tests.cluster.chart import EVERYTHING, chart_objects
from tests.cluster.control_plane import ControlPlane
from tests.cluster.lanes import asked
from tests.conftest import Had
from tests.engines import engine

pytestmark = pytest.mark.cluster

STRICT = {"pod-security.kubernetes.io/enforce": "restricted"}
MONITORING: list[dict[str, Any]] = [
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.lower()}s.monitoring.coreos.com"},
        "spec": {
            "group": "monitoring.coreos.com",
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": f"{kind.lower()}s"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "x-kubernetes-preserve-unknown-fields": True,
                        }
                    },
                }
            ],
        },
    }
    for kind in ("ServiceMonitor", "PrometheusRule")
]
"""The names of the Prometheus operator's kinds, so that objects of them can be asked about."""


@pytest.fixture(scope="module")
def objects(plane: ControlPlane, had: Had) -> Iterator[list[dict[str, Any]]]:
    """Every object the chart can make, with a namespace for what lanes may reach."""
    had(partial(engine, "helm"))
    namespace = {"apiVersion": "v1", "kind": "Namespace"}
    ground = [*MONITORING, namespace | {"metadata": {"name": "shop", "labels": STRICT}}]
    asked(plane, "apply", "-f", "-", told=yaml.dump_all(ground))
    names = [one["metadata"]["name"] for one in MONITORING]
    asked(plane, "wait", "--for=condition=Established", "crd", *names, "--timeout=180s")
    yield chart_objects(*EVERYTHING)
    asked(plane, "delete", "--wait=false", "-f", "-", told=yaml.dump_all(ground))


def test_every_object_is_taken(plane: ControlPlane, objects: list[dict[str, Any]]) -> None:
    words = ("apply", "--server-side", "--dry-run=server", "-o=name", "-f", "-")
    taken = asked(plane, *words, told=yaml.dump_all(objects)).split()
    assert len(taken) == len(objects)
    assert "prometheusrule.monitoring.coreos.com/laneway" in taken


def pod_of(objects: list[dict[str, Any]], name: str) -> dict[str, Any]:
    mine = ("Deployment", name)
    (deployment,) = (one for one in objects if (one["kind"], one["metadata"]["name"]) == mine)
    head = {"name": "strict", "namespace": "shop"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": head,
        "spec": deployment["spec"]["template"]["spec"],
    }


@pytest.mark.parametrize("name", ["laneway", "laneway-releases"])
def test_its_pods_are_allowed_where_only_restricted_ones_are(
    plane: ControlPlane, objects: list[dict[str, Any]], name: str
) -> None:
    words = ("create", "--dry-run=server", "-f", "-")
    pod = pod_of(objects, name)
    assert "pod/strict created" in asked(plane, *words, told=json.dumps(pod))
    pod["spec"]["containers"][0]["securityContext"]["capabilities"] = {}
    with pytest.raises(AssertionError, match='violates PodSecurity "restricted'):
        asked(plane, *words, told=json.dumps(pod))
