"""What people see of groups and lanes with kubectl, and what `laneway crds` leaves alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.cluster.control_plane import DEFINITIONS, ControlPlane
from tests.cluster.dry_runs import CRDS, make_known
from tests.cluster.lanes import asked
from tests.cluster.shown import table
from tests.wire.laneway_up import laneway

pytestmark = pytest.mark.cluster

THEIRS = [{"op": "add", "path": "/spec/versions/0/deprecated", "value": True}]
"""What somebody else makes of a definition."""
OBJECTS = """
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {name: shop}
spec:
  ingress: {gateway: {name: gate}}
  permissiveModeConfiguration: {fallbackTarget: base, traceHeader: x-lane, routeHeader: x-lane}
  isPermissive: true
---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {name: base, labels: {swimlane-group: shop}}
spec:
  labelSelector: {version: v1}
  ingressWeight: {weight: 60, destination: {host: cart.shop.svc.cluster.local}}
---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {name: trial, labels: {swimlane-group: shop}}
spec: {labelSelector: {version: v2}}
"""
READY = {"type": "Ready", "status": "True", "reason": "Applied", "message": "all"}
LIVE = {"type": "Live", "status": "False", "reason": "Waiting", "message": "11 of 12"}
LANES = """
NAME    GROUP   WEIGHT   PODS   READY   LIVE    AGE
base    shop    60       3      True    False   AGE
trial   shop                                    AGE
"""
GROUPS = """
NAME   PERMISSIVE   LANES   SERVICES   READY   LIVE    AGE   BASELINE   GATEWAY   SAYS   PROXIES
shop   true         2       3          True    False   AGE   base       gate      all    11 of 12
"""


@pytest.fixture(scope="module")
def known(plane: ControlPlane) -> Iterator[ControlPlane]:
    """The cluster, once it knows the kinds, with a group of two lanes."""
    make_known(plane)
    asked(plane, "apply", "--server-side", "-f", "-", told=OBJECTS)
    yield plane
    asked(plane, "delete", "-f", "-", told=OBJECTS)


def definition(plane: ControlPlane, name: str) -> Any:
    return plane.api.ask(f"{DEFINITIONS}/{name}")["spec"]


def test_a_definition_of_somebody_else_is_never_overwritten(known: ControlPlane) -> None:
    name, same = CRDS[-1], laneway("crds").stdout.rpartition("\n---\n")[2]
    theirs = f"-p={json.dumps(THEIRS)}"
    asked(known, "patch", "crd", name, "--type=json", theirs, "--field-manager=somebody")
    before = definition(known, name)
    with pytest.raises(AssertionError, match='1 conflict: conflict with "somebody"'):
        make_known(known)
    assert definition(known, name) == before

    asked(known, "replace", "--field-manager=somebody", "-f", "-", told=same)
    make_known(known)  # the same definition, whoever wrote it, is no conflict


def test_both_outputs_are_the_same_objects() -> None:
    printed, listed = laneway("crds"), laneway("crds", "-o", "json")
    assert list(yaml.safe_load_all(printed.stdout)) == json.loads(listed.stdout)["items"]


def test_a_second_apply_changes_nothing(known: ControlPlane) -> None:
    before = [definition(known, name) for name in CRDS]
    make_known(known)
    assert [definition(known, name) for name in CRDS] == before


def test_lanes_are_seen_at_a_glance(known: ControlPlane) -> None:
    status: dict[str, Any] = {
        "conditions": [READY, LIVE],
        "observedGeneration": 1,
        "error": "",
        "more": {"a": 1},
    }
    told: dict[str, dict[str, Any]] = {
        "lane": {"pods": {"ready": 3, "total": 3}},
        "lanegroup": {"lanes": 2, "services": 3},
    }
    for kind, name in (("lane", "base"), ("lanegroup", "shop")):
        patch = json.dumps({"status": status | told[kind]})
        words = ("--subresource=status", "--type=merge", f"-p={patch}")
        asked(known, "patch", kind, name, *words)

    assert table(asked(known, "get", "lanes")) == table(LANES)
    assert table(asked(known, "get", "lanegroups", "-o=wide")) == table(GROUPS)
    assert len(asked(known, "get", "laneway", "-o=name").split()) == 3
    kept = json.loads(asked(known, "get", "lane", "base", "-o=json"))["status"]
    assert kept == status | told["lane"]
    waited = asked(known, "wait", "--for=condition=Ready", "lane/base", "--timeout=10s")
    assert "condition met" in waited


def test_fields_explain_themselves(known: ControlPlane) -> None:
    said = asked(known, "explain", "lane.spec.ingressWeight.weight")
    assert "The share: a number from 0 to 100." in said
    for name in CRDS:
        schema = definition(known, name)["versions"][0]["schema"]["openAPIV3Schema"]
        assert undescribed(schema["properties"]["spec"]) == []


def undescribed(schema: Any, path: str = "spec") -> list[str]:
    """Return the paths of fields without a sentence."""
    inner = schema.get("items") or schema.get("additionalProperties") or schema
    found = [] if schema.get("description") else [path]
    for name, field in inner.get("properties", {}).items():
        found += undescribed(field, f"{path}.{name}")
    return found
