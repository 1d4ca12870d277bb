"""YAML of small meshes for tests on real Envoy."""

from collections.abc import Iterable

GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ingressgateway, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
"""


def service(
    name: str, port: int = 8000, port_name: str = "http", namespace: str = "default"
) -> str:
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{app: {name}}}
  ports: [{{name: {port_name}, port: {port}, targetPort: 8000}}]
"""


def deployment(
    app: str,
    version: str,
    replicas: int = 1,
    port_name: str = "http",
    namespace: str = "default",
) -> str:
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {app}-{version}, namespace: {namespace}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {app}, lane: {version}}}}}
  template:
    metadata: {{labels: {{app: {app}, lane: {version}}}}}
    spec:
      containers:
      - {{name: main, image: mock, ports: [{{name: {port_name}, containerPort: 8000}}]}}
"""


def group(services: Iterable[str]) -> str:
    listed = ", ".join(f"{{name: {name}, namespace: default}}" for name in services)
    return f"""
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {{name: shop}}
spec:
  ingress: {{gateway: {{name: ingressgateway, namespace: istio-system, type: ASM}}}}
  services: [{listed}]
"""


def lane(version: str, entry: str = "mocka", lane_name: str = "") -> str:
    name = lane_name or version.replace("v", "s")
    return f"""
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {{name: {name}, labels: {{swimlane-group: shop}}}}
spec:
  labelSelector: {{lane: {version}}}
  ingressRules:
  - name: r1
    online: true
    hosts: ["*"]
    match: {{uri: {{exact: /mock}}, headers: {{x-asm-prefer-tag: {{exact: {name}}}}}}}
    route: {{destination: {{host: {entry}.default.svc.cluster.local}}}}
"""


def lanes(versions: Iterable[str], services: Iterable[str] = ("mocka", "mockb", "mockc")) -> str:
    """Return strict lanes: each service in each version, one lane per version."""
    found = [GATEWAY, group(services)]
    found += [service(name) for name in services]
    for version in versions:
        found.append(lane(version))
        found += [deployment(name, version) for name in services]
    return documents(*found)


def documents(*texts: str) -> str:
    return "\n---\n".join(texts)


CHAIN = "mockb:8000,mockc:8000"
"""What the first program of the chain calls."""
