"""One service in two lanes, whose programs are moody: input for all that looks at failing pods.

Comes in: how the group is written, and a readiness probe if pods have one. Goes out: YAML, and the
command for the image. Lane `s2` holds the pods of version `v2`, two of each.
"""

import sys
from pathlib import Path

from tests.wire.chains import HEADER
from tests.wire.lanes import GATEWAY, documents, service

PROGRAM = Path(__file__).with_name("moody.py")
BOTH = ("cart-v2-0", "cart-v2-1")
STRICT = """
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {name: shop}
spec:
  ingress: {gateway: {name: ingressgateway, namespace: istio-system, type: ASM}}
  services: [{name: cart, namespace: default}]
"""
PERMISSIVE = f"""{STRICT}
  isPermissive: true
  permissiveModeConfiguration:
    {{fallbackTarget: s1, routeHeader: {HEADER}, traceHeader: {HEADER}}}
"""
SWITCHED_OFF = PERMISSIVE.replace(
    "{name: shop}", "{name: shop, annotations: {laneway.dev/runtime-fallback: 'off'}}"
)
_LANE = f"""
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {{name: s1, labels: {{swimlane-group: shop}}}}
spec:
  labelSelector: {{version: v1}}
  ingressRules:
  - name: r1
    online: true
    match: {{uri: {{prefix: /}}, headers: {{{HEADER}: {{exact: s1}}}}}}
    route: {{destination: {{host: cart.default.svc.cluster.local}}}}
"""
_PODS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart-v1, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart, version: v1}}
  template:
    metadata: {labels: {app: cart, version: v1}}
    spec:
      containers:
      - name: main
        image: moody
        PROBE
        env: [{name: version, value: v1}]
        ports: [{name: http, containerPort: 8000}]
"""


def shop(group: str = PERMISSIVE, probe: str = "") -> str:
    """Return the whole input; `probe` is a container's line, such as `readinessProbe: ...`."""
    pods = _PODS.replace("PROBE", probe)
    lanes = (_LANE, _second(_LANE), pods, _second(pods))
    return documents(GATEWAY, service("cart"), group, *lanes)


def _second(text: str) -> str:
    """Return what stands for the first lane, for the second one."""
    return text.replace(": v1", ": v2").replace("-v1", "-v2").replace(": s1", ": s2")


def command(moods: Path) -> str:
    """Return what stands for the image, for `--run`."""
    return f"moody={sys.executable} {PROGRAM} {moods}"


def put(moods: Path, address: str, mood: str) -> None:
    """Put the program of an address in a mood, in one step."""
    fresh = moods / f"{address}.fresh"
    fresh.write_text(mood)
    fresh.replace(moods / address)
