"""Hundreds of applications beside the lanes: what is wrong with them is counted and not told."""

from __future__ import annotations

import pytest

from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.findings.render import as_lines
from tests.snapshot import snapshot_of_texts

LANES = 30
APPLICATIONS = 600
MOST_LINES = 10

NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata: {{name: {space}, labels: {labels}}}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {space}}}
spec: {{selector: {{app: {name}}}, ports: [{{name: {port}, port: 8000}}]}}
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}-{version}, namespace: {space}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}, {label}: {version}}}}}
    spec:
      hostNetwork: {host_network}
      containers: [{{name: c, image: {name}, env: [{{name: next, value: 'http://{calls}/'}}]}}]
"""
GROUP = """
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {{name: shop}}
spec:
  ingress: {{gateway: {{name: door, namespace: istio-system, type: ASM}}}}
  services: [{services}]
"""
LANE = """
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {{name: {name}, labels: {{swimlane-group: shop}}}}
spec:
  labelSelector: {{track: {name}}}
  ingressRules:
    - name: r
      online: true
      hosts: ['*']
      match: {{headers: {{x-track: {{exact: {name}}}}}}}
      route: {{destination: {{host: shop-0.shop.svc.cluster.local}}}}
"""
GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: {name}, namespace: {space}}}
spec:
  selector: {{istio: {selector}}}
  servers: [{{port: {{number: {port}, name: p, protocol: {protocol}}}, hosts: ['{host}']}}]
"""
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: {space}}}
spec:
  hosts: ['{host}']
  gateways: [{gateway}]
  {kind}:
    - match: {match}
      route:
        - {{destination: {{host: {to}, subset: {subset}}}, weight: 60}}
        - {{destination: {{host: nobody}}}}
    - route: [{{destination: {{host: {to}}}}}]
"""
RULE = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {name}, namespace: {space}}}
spec: {{host: {name}, exportTo: {export}, subsets: [{{name: v1, labels: {{version: v1}}}}]}}
"""
SIDECAR = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {{name: default, namespace: {space}}}
spec: {{egress: [{{hosts: ['./*']}}]}}
"""


def lanes() -> list[str]:
    """Return the lane services, in two lanes."""
    names = [f"shop-{number}" for number in range(LANES)]
    texts = [NAMESPACE.format(space="shop", labels="{istio-injection: enabled}")]
    texts.append(
        GATEWAY.format(
            name="door",
            space="istio-system",
            selector="ingressgateway",
            port=80,
            protocol="HTTP",
            host="*",
        )
    )
    texts.append(GROUP.format(services=", ".join(f"{{name: {n}, namespace: shop}}" for n in names)))
    texts += [LANE.format(name=lane) for lane in ("blue", "green")]
    for number, name in enumerate(names):
        texts.append(SERVICE.format(name=name, space="shop", port="http"))
        for lane in ("blue", "green"):
            texts.append(_pods(name, "shop", lane, "track", calls=f"shop-{number + 1}:8000"))
    return texts


def _pods(  # noqa: PLR0917 - the words of one template
    name: str,
    space: str,
    version: str,
    label: str,
    kind: str = "Deployment",
    host_network: str = "false",
    calls: str = "nowhere",
) -> str:
    words = {"name": name, "space": space, "version": version, "label": label}
    return DEPLOYMENT.format(kind=kind, host_network=host_network, calls=calls, **words)


def application(number: int) -> list[str]:
    """Return one application, of a namespace of its own kind, with mistakes here and there."""
    name = f"app-{number}"
    space = ("tools", "kube-system", "shop", "press", f"team-{number}", "nowhere")[number % 6]
    port = ("http", "grpc", "p", "tcp-raw", "mongo")[number % 5]
    kind = ("Deployment", "StatefulSet", "DaemonSet")[number % 3]
    network = "true" if number % 7 == 0 else "false"
    texts = [SERVICE.format(name=name, space=space, port=port)]
    texts.append(_pods(name, space, "v1", "version", kind, network, f"app-{number + 1}"))
    if number % 2 == 0:
        texts.append(_pods(name, space, "v2", "version"))
    if number % 3 == 0:
        texts.append(RULE.format(name=name, space=space, export=["['.']", "['*']"][number % 2]))
    if number % 4 == 0:
        gateway = ["istio-system/door", "own", "mesh", "missing"][number // 4 % 4]
        host = f"{name}.example" if gateway != "mesh" else name
        route, match = (
            ("tcp", "[{port: 9}]") if port == "tcp-raw" else ("http", "[{uri: {prefix: /}}]")
        )
        words = {"name": name, "space": space, "host": host, "gateway": gateway, "match": match}
        texts.append(
            ROUTE.format(kind=route, to=name, subset=["v1", "gone"][number % 8 // 4], **words)
        )
    if number % 9 == 0:
        protocol = ("HTTP", "HTTPS", "TCP", "TLS")[number % 4]
        words = {"selector": f"gate-{number % 5}", "port": str(8000 + number), "protocol": protocol}
        texts.append(GATEWAY.format(name="own", space=f"team-{number}", host="*", **words))
    if number % 50 == 0:
        texts += [
            SERVICE.format(name=name, space=space, port="other"),
            SIDECAR.format(space=f"team-{number}"),
        ]
    return texts


def compiled(applications: int) -> Compilation:
    """Compile the lanes beside so many applications."""
    texts = lanes()
    texts += [
        NAMESPACE.format(space=space, labels=labels)
        for space, labels in (
            ("tools", "{istio-injection: enabled}"),
            ("kube-system", "{}"),
            ("press", "{istio-injection: disabled}"),
        )
    ]
    for number in range(applications):
        texts += application(number)
    return compile_snapshot(snapshot_of_texts([("all.yaml", "---".join(texts))]))


@pytest.fixture(scope="module")
def crowded() -> Compilation:
    return compiled(APPLICATIONS)


def test_lanes_alone_have_no_findings() -> None:
    assert [one.message for one in compiled(0).findings] == []


def test_many_applications_that_touch_no_lane_are_a_few_lines(crowded: Compilation) -> None:
    found = crowded.findings
    lines = as_lines(found).splitlines()

    assert "finding" in lines[0]
    assert len(lines) <= MOST_LINES, lines
    assert {one.level for one in found} <= {"info"}


def test_a_lane_among_them_that_is_wrong_is_told(crowded: Compilation) -> None:
    wrong = ROUTE.format(
        name="own",
        space="shop",
        host="shop-1",
        gateway="mesh",
        kind="http",
        match="[{uri: {prefix: /}}]",
        to="shop-1",
        subset="gone",
    )
    texts = [*lanes(), *application(3), wrong]
    found = compile_snapshot(snapshot_of_texts([("all.yaml", "---".join(texts))])).findings

    assert {"LW1401", "LW1321"} <= {one.code.id for one in found}
    assert len(crowded.mesh.workloads) > APPLICATIONS
