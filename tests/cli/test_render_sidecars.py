"""`laneway render --sidecars`: who gets a Sidecar, what is in it, and who gets none and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import EXAMPLES, Command, edit


def sidecars(text: str) -> dict[str, Any]:
    found = (one for one in yaml.safe_load_all(text) if one["kind"] == "Sidecar")
    return {one["metadata"]["name"]: one["spec"] for one in found}


def test_a_sidecar_imports_the_group_and_refuses_the_rest(laneway: Command) -> None:
    ended = laneway("render", "--sidecars", EXAMPLES / "strict-lanes")
    found = sidecars(ended.out)

    assert ended.err == ""
    assert sorted(found) == ["calls-mocka", "calls-mockb", "calls-mockc"]
    assert found["calls-mocka"] == {
        "workloadSelector": {"labels": {"app": "mocka"}},
        "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
        "egress": [
            {
                "hosts": [
                    *(f"default/mock{one}.default.svc.cluster.local" for one in "abc"),
                    "istio-system/*.istio-system.svc.cluster.local",
                ]
            }
        ],
    }


def test_outbound_says_what_becomes_of_other_calls(laneway: Command) -> None:
    words = ("render", "--sidecars", "--outbound", "ALLOW_ANY", EXAMPLES / "strict-lanes")

    assert sidecars(laneway(*words).out)["calls-mocka"]["outboundTrafficPolicy"] == {
        "mode": "ALLOW_ANY"
    }


def test_outbound_without_sidecars_is_wrong_usage(laneway: Command) -> None:
    ended = laneway("render", "--outbound", "ALLOW_ANY", EXAMPLES / "strict-lanes")

    assert ended.code == 2
    assert "--sidecars" in ended.err


def test_layout_asm_has_its_routes_imported_too(laneway: Command) -> None:
    words = ("render", "--sidecars", "--layout", "asm", EXAMPLES / "strict-lanes")
    (egress,) = sidecars(laneway(*words).out)["calls-mocka"]["egress"]

    assert "istio-system/mockb.default.svc.cluster.local" in egress["hosts"]


OWN = """---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {{name: mine, namespace: {}}}
spec: {{egress: [{{hosts: ["*/*"]}}]{}}}
"""
FOR_A = ", workloadSelector: {labels: {app: mocka}}"


@pytest.mark.parametrize(
    ("own", "left"),
    [
        pytest.param(OWN.format("default", ""), "bc", id="of the namespace"),
        pytest.param(OWN.format("istio-system", ""), "bc", id="of the root namespace"),
        pytest.param(OWN.format("default", FOR_A), "", id="of the same pods"),
    ],
)
def test_a_users_own_sidecar_is_never_overruled(
    laneway: Command, lanes: Path, own: str, left: str
) -> None:
    (lanes / "own.yaml").write_text(own)

    ended = laneway("render", "--sidecars", lanes)

    assert "calls-mocka" not in sidecars(ended.out)
    assert "mine speaks for its pods" in ended.err
    assert [one for one in "bc" if f"calls-mock{one}" not in sidecars(ended.out)] == list(left)


def test_one_of_another_namespace_is_in_nobodys_way(laneway: Command, lanes: Path) -> None:
    (lanes / "own.yaml").write_text(OWN.format("elsewhere", ""))

    assert "calls-mocka" in sidecars(laneway("render", "--sidecars", lanes).out)


PROGRAM = """---
apiVersion: v1
kind: Service
metadata: {{name: bills, namespace: default}}
spec: {{selector: {{app: bills}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: bills, namespace: default}}
spec:
  selector: {{matchLabels: {{app: bills}}}}
  template:
    metadata: {{labels: {{app: bills}}{}}}
    spec:
      containers: [{{name: bills, image: shop/bills:3{}}}]
"""
UNSAID = ", envFrom: [{configMapRef: {name: urls}}]"
CALLS_A = ', env: [{name: UPSTREAM, value: "http://mocka:8000"}]'
STRANGE = ', env: [{name: A, value: "http://mocka:8000"}, {name: DB, value: "postgres://db:5432"}]'
ARGUED = ', args: ["--upstream=http://mocka:8000"]'
TOLD = ', annotations: {laneway.dev/calls: "mocka"}'
MISTOLD = ', annotations: {laneway.dev/calls: "mocka, mokcb"}'


@pytest.mark.parametrize(
    ("head", "more", "why"),
    [
        ("", "", "nothing in its manifest says which services it calls"),
        ("", UNSAID, "container bills takes values from ConfigMap urls"),
        ("", STRANGE, "it names db, which is no service of the input"),
        (MISTOLD, "", "names mokcb, which is no service of the input"),
        ("", CALLS_A, ""),
        ("", ARGUED, ""),
        (TOLD, UNSAID, ""),
    ],
)
def test_only_whose_calls_are_known_gets_one(
    laneway: Command, lanes: Path, head: str, more: str, why: str
) -> None:
    (lanes / "bills.yaml").write_text(PROGRAM.format(head, more))

    ended = laneway("render", "--sidecars", lanes)

    if why:
        assert "calls-bills" not in sidecars(ended.out)
        assert "No Sidecar for Deployment default/bills: " in ended.err
        assert f"{why}." in ended.err
    else:
        (egress,) = sidecars(ended.out)["calls-bills"]["egress"]
        assert "No Sidecar" not in ended.err
        assert "default/mocka.default.svc.cluster.local" in egress["hosts"]
        assert "default/mockb.default.svc.cluster.local" not in egress["hosts"]


JOB = """---
apiVersion: batch/v1
kind: Job
metadata: {name: sums, namespace: default}
spec: {template: {metadata: {labels: {app: bills}}, spec: {containers: [{name: sums}]}}}
"""


def test_labels_that_other_pods_have_too_select_nobody(laneway: Command, lanes: Path) -> None:
    (lanes / "bills.yaml").write_text(PROGRAM.format("", CALLS_A) + JOB)

    ended = laneway("render", "--sidecars", lanes)

    assert "calls-bills" not in sidecars(ended.out)
    assert "its labels are those of Job default/sums as well" in ended.err


def test_the_output_is_proven(laneway: Command, tmp_path: Path) -> None:
    rendered = laneway("render", "--sidecars", EXAMPLES / "strict-lanes").out
    (tmp_path / "routes.yaml").write_text(rendered)

    ended = laneway("prove", EXAMPLES / "strict-lanes", tmp_path / "routes.yaml")

    assert ended.code == 0, ended.out


def test_a_forgotten_call_of_the_group_fails_and_is_found(laneway: Command, lanes: Path) -> None:
    rendered = laneway("render", "--sidecars", lanes).out
    narrow = rendered.replace("        - default/mockb.default.svc.cluster.local\n", "")
    (lanes / "routes.yaml").write_text(narrow)

    ended = laneway("prove", lanes)

    assert ended.code == 1
    assert "refuses the call" in ended.out
    assert "isolated   proven" in ended.out


def test_sidecars_written_before_are_written_anew(laneway: Command, lanes: Path) -> None:
    rendered = laneway("render", "--sidecars", lanes).out
    (lanes / "routes.yaml").write_text(rendered)

    assert laneway("render", "--sidecars", lanes).out == rendered


def test_a_held_group_gets_none(laneway: Command, lanes: Path) -> None:
    edit(lanes, "kind: ASMSwimLane\n", "kind: ASMSwimLane\nspec: [\n")

    assert sidecars(laneway("render", "--sidecars", lanes).out) == {}


@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize(("old", "new"), [("istio", "asm"), ("istio", "scoped")])
def test_between_two_layouts_the_routes_of_the_state_are_imported(
    laneway: Command, old: str, new: str, step: int
) -> None:
    words = ("--layout", new, "--from", old, "--step", str(step))
    ended = laneway("render", "--sidecars", *words, EXAMPLES / "strict-lanes")
    found = list(yaml.safe_load_all(ended.out))
    routes = [
        f"{one['metadata']['namespace']}/{host}"
        for one in found
        if one["kind"] == "VirtualService" and "gateways" not in one["spec"]
        for host in one["spec"]["hosts"]
    ]
    (egress,) = sidecars(ended.out)["calls-mocka"]["egress"]

    assert routes
    assert set(routes) <= set(egress["hosts"])
