"""A small mesh in which no rule finds anything, and ways to spoil one part of it.

Comes in: replacements of parts by name, further objects, names of parts left out. Goes out: input
and findings. Parts are YAML texts, read as a user's files are.
"""

from __future__ import annotations

from msgspec import Struct

from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.findings.finding import Finding
from laneway.core.mesh.snapshot import Snapshot
from laneway.core.resources.read import read_file

LANES = "istio.alibabacloud.com/v1"
ISTIO = "networking.istio.io/v1"


def namespace(name: str = "default", labels: str = "{istio-injection: enabled}") -> str:
    return f"""
apiVersion: v1
kind: Namespace
metadata: {{name: {name}, labels: {labels}}}
"""


def service(name: str, ports: str = "[{port: 80, name: http}]", rest: str = "") -> str:
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: default}}
spec:
  ports: {ports}
  selector: {{app: {name}}}
  {rest}
"""


def pods(app: str, version: str, labels: str = "", spec: str = "", head: str = "") -> str:
    """Return a Deployment `app-version`; `labels`, `spec`, `head` go on inside its pod template."""
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {app}-{version}, namespace: default}}
spec:
  selector: {{matchLabels: {{app: {app}}}}}
  template:
    metadata:
      labels: {{app: {app}, version: {version}{labels}}}
      {head}
    spec:
      {spec}
      containers: [{{name: default, image: laneway/mock}}]
"""


def gateway(hosts: str = "['*']", servers: str = "") -> str:
    return f"""
apiVersion: {ISTIO}
kind: Gateway
metadata: {{name: door, namespace: istio-system}}
spec:
  selector: {{istio: ingressgateway}}
  servers:
    - {{port: {{number: 80, name: http, protocol: HTTP}}, hosts: {hosts}}}
    {servers}
"""


def group(name: str = "test", rest: str = "", services: str = "", door: str = "name: door") -> str:
    listed = services or "[{name: a, namespace: default}, {name: b, namespace: default}]"
    return f"""
apiVersion: {LANES}
kind: ASMSwimLaneGroup
metadata: {{name: {name}}}
spec:
  services: {listed}
  ingress:
    gateway: {{{door}}}
    {rest}
"""


def lane(
    name: str,
    selector: str,
    rest: str = "",
    head: str = "labels: {swimlane-group: test}",
) -> str:
    return f"""
apiVersion: {LANES}
kind: ASMSwimLane
metadata: {{name: {name}, {head}}}
spec:
  labelSelector: {selector}
  {rest}
"""


def rule(header: str, more: str = "", match: str = "", where: str = "") -> str:
    asked = match or f"{{headers: {{x-lane: {{exact: {header}}}}}}}"
    leads = where or "{host: a.default.svc.cluster.local}"
    return (
        f"ingressRules: [{{name: r1, online: true, match: {asked}, {more}"
        f"route: {{destination: {leads}}}}}]"
    )


def routes(name: str, http: str, rest: str = "", space: str = "default") -> str:
    """Return a VirtualService; `rest` names its hosts and gateways."""
    return f"""
apiVersion: {ISTIO}
kind: VirtualService
metadata: {{name: {name}, namespace: {space}}}
spec:
  {rest}
  http: {http}
"""


def api_route(
    parent: str, kind: str = "HTTPRoute", space: str = "default", backend: str = "c"
) -> str:
    """Return a route of the Gateway API with one parent and one backend."""
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: {kind}
metadata: {{name: own, namespace: {space}}}
spec:
  parentRefs: [{parent}]
  rules: [{{backendRefs: [{{name: {backend}, port: 80}}]}}]
"""


def policy(name: str, spec: str, space: str = "default") -> str:
    """Return a DestinationRule."""
    return f"""
apiVersion: {ISTIO}
kind: DestinationRule
metadata: {{name: {name}, namespace: {space}}}
spec: {spec}
"""


AT_DOOR = "hosts: ['*']\n  gateways: [istio-system/door]"
"""What binds a VirtualService to the mesh's gateway, for every host."""

WEIGHTED = "ingressRouting: {ingressRoutingStrategy: weighted}"
"""What makes a group split its entry by weight."""


def weight(share: object, host: str = "a") -> str:
    where = f"{{host: {host}.default.svc.cluster.local}}" if host else "{}"
    destination = f"destination: {where}, " if host else ""
    return f"ingressWeight: {{{destination}weight: {share}}}"


def split(*weights: object) -> str:
    """Return an http list with one destination per weight, in the subsets s1, s2 and so on."""
    host = "a.default.svc.cluster.local"
    parts = ", ".join(
        f"{{destination: {{host: {host}, subset: s{number}}}, weight: {share}}}"
        for number, share in enumerate(weights, 1)
    )
    return f"[{{route: [{parts}]}}]"


def weighted(one: str, two: str) -> dict[str, str]:
    return {
        "group": group(rest=WEIGHTED),
        "s1": lane("s1", "{version: v1}", one),
        "s2": lane("s2", "{version: v2}", two),
    }


PARTS = {
    "default": namespace(),
    "a": service("a"),
    "b": service("b"),
    "a1": pods("a", "v1"),
    "a2": pods("a", "v2"),
    "b1": pods("b", "v1"),
    "b2": pods("b", "v2"),
    "door": gateway(),
    "group": group(),
    "s1": lane("s1", "{version: v1}", rule("s1")),
    "s2": lane("s2", "{version: v2}", rule("s2")),
}


class Given(Struct, frozen=True):
    """An input, read and compiled only when a claim asks for it."""

    text: str
    unread: str = ""

    def snapshot(self) -> Snapshot:
        """Return what the reader makes of the text."""
        reading = read_file("mesh.yaml", self.text.encode())
        lost = [self.unread] if self.unread else []
        return Snapshot.of(reading.resources, reading.findings, lost)

    def compiled(self) -> Compilation:
        """Return the whole compilation."""
        return compile_snapshot(self.snapshot())

    def findings(self) -> tuple[Finding, ...]:
        """Return what the reader and all rules find."""
        return self.compiled().all_findings


def mesh(*extra: str, without: str = "", unread: str = "", **replaced: str) -> Given:
    """Return the mesh with parts replaced, parts left out, and further objects behind."""
    assert replaced.keys() <= PARTS.keys()
    parts = {**PARTS, **replaced}
    texts = [text for name, text in parts.items() if name not in without.split()]
    return Given("---".join([*texts, *extra]), unread)
