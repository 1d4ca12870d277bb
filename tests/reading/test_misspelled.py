"""Fields and kinds that are misspelled, and what looks alike and is none."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.findings.finding import Finding
from laneway.core.resources.near_kinds import meant_kind
from laneway.core.resources.read import read_file, read_kinds
from tests.snapshot import snapshot_of_texts

LANES = "istio.alibabacloud.com"
ISTIO = "networking.istio.io"
READ = read_kinds()


@pytest.mark.parametrize(
    ("group", "kind", "right"),
    [
        (LANES, "ASMSwimlane", (LANES, "ASMSwimLane")),
        (LANES, "ASMSwimLaneGroups", (LANES, "ASMSwimLaneGroup")),
        (LANES, "SwimLane", (LANES, "ASMSwimLane")),
        ("", "ASMSwimLane", (LANES, "ASMSwimLane")),
        (ISTIO, "ASMSwimlane", (LANES, "ASMSwimLane")),
        ("istio.alibabcloud.com", "ASMSwimLane", (LANES, "ASMSwimLane")),
        ("", "Servce", ("", "Service")),
        ("core", "Service", ("", "Service")),
        ("apps", "Service", ("", "Service")),
        ("apps", "Deploymnt", ("apps", "Deployment")),
        ("apps", "deployment", ("apps", "Deployment")),
        ("", "Deployment", ("apps", "Deployment")),
        ("app", "Deployment", ("apps", "Deployment")),
        ("apps", "StatefullSet", ("apps", "StatefulSet")),
        ("batch", "CronJobs", ("batch", "CronJob")),
        (ISTIO, "Virtualservice", (ISTIO, "VirtualService")),
        (ISTIO, "DestinationRules", (ISTIO, "DestinationRule")),
        ("istio.io", "VirtualService", (ISTIO, "VirtualService")),
        ("network.istio.io", "Gateway", (ISTIO, "Gateway")),
        ("networking.istio", "DestinationRule", (ISTIO, "DestinationRule")),
        ("networking.istio.com", "Gateway", (ISTIO, "Gateway")),
        ("security.istio.io", "VirtualService", (ISTIO, "VirtualService")),
        ("argoproj.io", "Rolout", ("argoproj.io", "Rollout")),
    ],
)
def test_a_misspelled_kind_is_known_by_what_is_meant(
    group: str, kind: str, right: tuple[str, str]
) -> None:
    assert meant_kind(group, kind, READ) == right


@pytest.mark.parametrize(
    ("group", "kinds"),
    [
        ("", "ConfigMap Endpoints Event LimitRange Node Secret ServiceAccount Status Config"),
        ("apps", "ControllerRevision"),
        ("apps.kruise.io", "SidecarSet BroadcastJob AdvancedCronJob UnitedDeployment"),
        ("apps.openshift.io", "DeploymentConfig"),
        ("appmesh.k8s.aws", "VirtualService VirtualGateway VirtualNode Mesh"),
        ("argoproj.io", "Application AppProject ApplicationSet Workflow CronWorkflow Experiment"),
        ("batch.volcano.sh", "Job"),
        ("cluster.x-k8s.io", "MachineDeployment MachineSet"),
        ("configuration.konghq.com", "KongIngress KongPlugin"),
        ("consul.hashicorp.com", "ServiceRouter IngressGateway"),
        ("extensions", "Deployment Ingress DaemonSet ReplicaSet"),
        ("extensions.higress.io", "WasmPlugin"),
        ("gateway.networking.k8s.io", "Gateway GatewayClass HTTPRoute ReferenceGrant"),
        ("gateway.solo.io", "Gateway VirtualService RouteTable"),
        ("install.istio.io", "IstioOperator"),
        (LANES, "IstioGateway ASMCircuitBreaker ASMLocalRateLimiter ASMGlobalRateLimiter"),
        ("keda.sh", "ScaledObject ScaledJob"),
        ("linkerd.io", "ServiceProfile"),
        ("monitoring.coreos.com", "ServiceMonitor PodMonitor"),
        ("multicluster.x-k8s.io", "ServiceImport ServiceExport"),
        ("networking.internal.knative.dev", "Ingress ServerlessService"),
        (ISTIO, "ProxyConfig"),
        ("networking.gke.io", "Gateway ManagedCertificate"),
        ("networking.k8s.io", "Ingress IngressClass NetworkPolicy"),
        ("networking.x-k8s.io", "Gateway HTTPRoute"),
        ("projectcontour.io", "HTTPProxy TLSCertificateDelegation"),
        ("rollouts.kruise.io", "Rollout BatchRelease TrafficRouting"),
        ("serving.knative.dev", "Configuration Revision Route"),
        ("serving.kserve.io", "InferenceService"),
        ("traefik.io", "IngressRoute TraefikService"),
    ],
)
def test_a_kind_of_another_api_is_nobodys_mistake(group: str, kinds: str) -> None:
    left = [kind for kind in kinds.split() if (group, kind) not in READ]

    assert [kind for kind in left if meant_kind(group, kind, READ)] == []


def compiled_of(*documents: dict[str, Any]) -> Compilation:
    text = yaml.safe_dump_all(documents)
    return compile_snapshot(snapshot_of_texts([("mesh.yaml", text)]))


def findings(*documents: dict[str, Any]) -> list[Finding]:
    return list(compiled_of(*documents).findings)


def all_findings(*documents: dict[str, Any]) -> list[Finding]:
    """Also those about objects that touch no lane."""
    return list(compiled_of(*documents).all_findings)


def codes(*documents: dict[str, Any]) -> set[str]:
    return {one.code.id for one in findings(*documents)}


def lane(**spec: Any) -> dict[str, Any]:
    head = {"name": "s1", "labels": {"swimlane-group": "test"}}
    return {"apiVersion": f"{LANES}/v1", "kind": "ASMSwimLane", "metadata": head, "spec": spec}


def group(**spec: Any) -> dict[str, Any]:
    head = {"name": "test"}
    return {"apiVersion": f"{LANES}/v1", "kind": "ASMSwimLaneGroup", "metadata": head, "spec": spec}


def istio(kind: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": f"{ISTIO}/v1", "kind": kind, "metadata": {"name": "a"}, "spec": spec}


RULE = {"name": "r", "online": True, "route": {"destination": {"host": "a"}}}


@pytest.mark.parametrize(
    ("wrong", "right", "silent"),
    [
        (lane(labelSelectors={"v": "1"}), "labelSelector", {"LW1207", "LW1204"}),
        (lane(label_selector={"v": "1"}), "labelSelector", {"LW1207", "LW1204"}),
        (lane(labelSelector={"v": "1"}, ingresRules=[RULE]), "ingressRules", {"LW1323"}),
        (
            lane(labelSelector={"v": "1"}, ingressRules=[{**RULE, "route": {"destinaton": {}}}]),
            "destination",
            {"LW1324", "LW1323"},
        ),
        (
            lane(
                labelSelector={"v": "1"},
                ingressRules=[{**RULE, "route": {"destination": {"hots": "a"}}}],
            ),
            "host",
            {"LW1102", "LW1324"},
        ),
    ],
)
def test_a_misspelled_field_of_a_lane_is_one_error(
    wrong: dict[str, Any], right: str, silent: set[str]
) -> None:
    found = findings(group(services=[]), wrong)
    (told,) = (one for one in found if one.code.id == "LW1115")

    assert f"did you mean {right}?" in told.message
    assert told.level == "error"
    assert silent.isdisjoint(one.code.id for one in found)


def test_what_another_lane_lacks_is_not_folded() -> None:
    other = {**lane(), "metadata": {"name": "s2", "labels": {"swimlane-group": "test"}}}
    found = findings(group(services=[]), lane(labelSelectors={"v": "1"}), other)

    assert [one.subject for one in found if one.code.id == "LW1207"] == ["ASMSwimLane s2"]


@pytest.mark.parametrize("port", [8000, {"number": 8000}])
def test_a_port_of_a_lane_rule_is_called_port_num(port: object) -> None:
    rule = {**RULE, "route": {"destination": {"host": "a", "port": port}}}
    found = findings(lane(labelSelector={"v": "1"}, ingressRules=[rule]))
    (told,) = (one for one in found if one.code.id == "LW1115")

    assert told.message.endswith("did you mean portNum?")
    assert told.fix == "Write `portNum: 8000`."


def test_a_group_with_a_misspelled_field_is_held() -> None:
    text = yaml.safe_dump(group(services=[], isPermisive=True))
    compiled = compile_snapshot(snapshot_of_texts([("mesh.yaml", text)]))

    assert compiled.mesh.groups[0].held == ("spec.isPermisive is no field of it",)
    assert {one.code.id for one in compiled.findings if one.level == "error"} == {"LW1115"}


def to(**more: Any) -> dict[str, Any]:
    return {"destination": {"host": "a"}, **more}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (istio("VirtualService", hosts=["a"], gateway=["door"]), "gateways"),
        (istio("VirtualService", hosts=["a"], http=[{"route": [to(wieght=3)]}]), "weight"),
        (istio("VirtualService", hosts=["a"], http=[{"routes": [to()]}]), "route"),
        (istio("VirtualService", hosts=["a"], HTTP=[]), "http"),
        (istio("DestinationRule", host="a", Subsets=[]), "subsets"),
        (istio("DestinationRule", host="a", subset=[]), "subsets"),
        (istio("DestinationRule", host="a", traffic_policy={}), "trafficPolicy"),
        (istio("Gateway", selectors={}), "selector"),
        (istio("Sidecar", egres=[]), "egress"),
        (istio("ServiceEntry", hosts=["x.y"], workloadSelectors={}), "workloadSelector"),
        ({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "Spec": {}}, "spec"),
        (
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "a"},
                "spec": {"ports": [{"port": 1, "targetport": 2}]},
            },
            "targetPort",
        ),
        (
            {
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "Rollout",
                "metadata": {"name": "a"},
                "spec": {"template": {"metadata": {"lables": {"app": "a"}}}},
            },
            "labels",
        ),
    ],
)
def test_a_misspelled_field_elsewhere_is_a_warning(wrong: dict[str, Any], right: str) -> None:
    told = [one for one in all_findings(wrong) if one.code.id in ("LW1116", "LW1117")]

    assert [one.message.partition("; ")[2] for one in told] == [f"did you mean {right}?"]


def test_a_warning_becomes_the_error_that_follows_from_it() -> None:
    """Two destinations of which one has lost its weight and the other has none: all are 0."""
    route = [to(wieght=30), to()]
    found = all_findings(istio("VirtualService", hosts=["a"], http=[{"route": route}]))

    assert [one.code.id for one in found if one.level == "error"] == ["LW1117"]
    assert "from this follows LW1306" in next(o for o in found if o.level == "error").message


@pytest.mark.parametrize(
    "sound",
    [
        istio("VirtualService", hosts=["a"], http=[{"mirrors": [], "mirror": {"host": "a"}}]),
        istio("VirtualService", hosts=["a"], futureField={"weights": 1}, http=[{"priority": 3}]),
        istio("DestinationRule", host="a", trafficPolicy={"tunnel": {}, "tls": {"mode": "SIMPLE"}}),
        istio("DestinationRule", host="a", hosts="b"),
        istio("Gateway", selector={"selectors": "x"}, servers=[]),
        istio("WorkloadEntry", labels={"label": "x"}, port=3, ports={"prot": 1}),
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "a", "annotations": {"template": "x"}},
            "spec": {"template": {"spec": {"containers": [{"name": "c", "imagePullPolicyy": 1}]}}},
        },
        {
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Service",
            "metadata": {"name": "a"},
            "spec": {"template": {"spec": {"containerConcurrency": 3, "container": {}}}},
        },
    ],
)
def test_an_unknown_field_alone_or_beside_its_neighbor_is_none(sound: dict[str, Any]) -> None:
    assert codes(sound).isdisjoint({"LW1115", "LW1116", "LW1117"})


def test_a_misspelled_kind_leaves_its_file_unread_and_folds_what_follows() -> None:
    wrong = {**lane(labelSelector={"v": "1"}), "kind": "ASMSwimlane"}
    found = findings(group(services=[]), wrong)

    assert {one.code.id for one in found if one.level != "info"} == {"LW1030", "LW1217"}
    assert read_file("a.yaml", yaml.safe_dump(wrong).encode()).unread
