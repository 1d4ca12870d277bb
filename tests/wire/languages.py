"""A mesh whose hops are programs of several languages, each as people write them.

Comes in: whether lanes shall be permissive. Goes out: its YAML, and the chain of services to which
each path of the gateway leads. The programs lie in `tests/programs/`; `tests/wire/toolchains.py`
makes them ready.
"""

from collections.abc import Iterable

from msgspec import Struct

from tests.wire.lanes import GATEWAY

GROUP = "chain"
LANES = ("s1", "s2")
ENTRY, CARRIER = "x-user", "x-lane"
"""The header by which strict lanes are entered, and the one in which permissive ones travel."""


class Hop(Struct, frozen=True):
    """A service: what it runs, whom it calls, and where it listens."""

    name: str
    image: str
    next: str = ""
    port: int = 8080
    protocol: str = "http"
    only_here: bool = False


HTTP = (
    Hop("fetch", "node-fetch", "http://node:8080/"),
    Hop("node", "node-http", "http://java:8080/", only_here=True),
    Hop("java", "java", "http://go:8080/"),
    Hop("go", "go-http", "http://requests:8080/"),
    Hop("requests", "requests", "http://httpx:8080/"),
    Hop("httpx", "httpx", "http://last:8080/"),
    Hop("last", "go-http"),
)
WEB_SOCKET = (
    Hop("talker", "java", "ws://line:8080/"),
    Hop("line", "go-websocket", "ws://listener:8080/"),
    Hop("listener", "websocket"),
)
GRPC = (
    Hop("asker", "grpc", "teller:9000", 9000, "grpc"),
    Hop("teller", "go-grpc", "knower:9000", 9000, "grpc"),
    Hop("knower", "grpc", "", 9000, "grpc"),
)
TCP = (
    Hop("buyer", "socket", "tcp://store:6000"),
    Hop("store", "store", "", 6000, "tcp"),
)
CHAINS = {"/http": HTTP, "/websocket": WEB_SOCKET, "/chain.Chain": GRPC, "/tcp": TCP}
"""Which hops answer at which prefix of a path."""
CHANGED = frozenset({"java", "requests", "last", "talker", "listener", "teller", "buyer", "store"})
"""The services that the second lane changes where lanes are permissive."""


def chain_yaml(*, permissive: bool = False) -> str:
    """Return all objects: every service in each lane, or in the second one what it changes."""
    hops = [hop for chain in CHAINS.values() for hop in chain]
    objects = [GATEWAY, _group(hops, permissive=permissive)]
    objects += [_lane(name) for name in LANES]
    for hop in hops:
        objects.append(_service(hop))
        versions = LANES if not permissive or hop.name in CHANGED else LANES[:1]
        objects += [_deployment(hop, version) for version in versions]
    return "---".join(objects)


def _group(hops: Iterable[Hop], *, permissive: bool) -> str:
    # the lane of a connection without headers is its caller's, which a permissive group does not do
    members = [hop for hop in hops if hop.protocol != "tcp" or not permissive]
    listed = ", ".join(f"{{name: {hop.name}, namespace: default}}" for hop in members)
    mode = f"{{fallbackTarget: s1, routeHeader: {CARRIER}, traceHeader: {CARRIER}}}"
    form = f"isPermissive: true\n  permissiveModeConfiguration: {mode}\n  " if permissive else ""
    return f"""
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {{name: {GROUP}}}
spec:
  {form}ingress: {{gateway: {{name: ingressgateway, namespace: istio-system, type: ASM}}}}
  services: [{listed}]
"""


def _lane(name: str) -> str:
    rules = "".join(
        f"""
  - name: {chain[0].name}
    online: true
    hosts: ['*']
    match: {{uri: {{prefix: {prefix}}}, headers: {{{ENTRY}: {{exact: {name}}}}}}}
    route: {{destination: {{host: {chain[0].name}.default.svc.cluster.local}}}}"""
        for prefix, chain in CHAINS.items()
    )
    return f"""
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {{name: {name}, labels: {{swimlane-group: {GROUP}}}}}
spec:
  labelSelector: {{lane: {name}}}
  ingressRules:{rules}
"""


def _service(hop: Hop) -> str:
    return f"""
apiVersion: v1
kind: Service
metadata: {{name: {hop.name}, namespace: default}}
spec:
  selector: {{app: {hop.name}}}
  ports: [{{name: {hop.protocol}, port: {hop.port}}}]
"""


def _deployment(hop: Hop, lane: str) -> str:
    variables = {"NAME": hop.name, "VERSION": lane, "FORWARD": CARRIER, "NEXT": hop.next}
    variables |= {"ONLY_HERE": "yes"} if hop.only_here else {}
    listed = ", ".join(f"{{name: {name}, value: '{text}'}}" for name, text in variables.items())
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {hop.name}-{lane}, namespace: default}}
spec:
  selector: {{matchLabels: {{app: {hop.name}, lane: {lane}}}}}
  template:
    metadata: {{labels: {{app: {hop.name}, lane: {lane}}}}}
    spec:
      containers:
      - name: main
        image: {GROUP}/{hop.image}
        env: [{listed}]
        ports: [{{name: {hop.protocol}, containerPort: {hop.port}}}]
"""
