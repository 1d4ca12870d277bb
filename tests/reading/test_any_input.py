"""Whatever a file holds, reading ends in values and findings, each with a position."""

from __future__ import annotations

import copy
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from laneway.core.findings.machine import as_sarif
from laneway.core.findings.render import as_text
from laneway.core.mesh.gather import gather
from laneway.core.resources.read import read_file, read_objects
from laneway.core.resources.readings import FileReading

GOOD = """
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {name: g, labels: {a: b}, annotations: {c: d}, creationTimestamp: "2024-01-01T00:00:00Z"}
spec:
  isPermissive: false
  autoUpdate: true
  permissiveModeConfiguration:
    fallbackTarget: v1
    serviceLevelFallbackTarget: {default/mocka: v2}
    traceHeader: x-request-id
    routeHeader: x-lane
  defaultTrafficPolicyPatch: {connectionPool: {}}
  ingress:
    gateway: {name: gateway, namespace: istio-system, type: ASM}
    ingressRouting:
      ingressRoutingStrategy: weighted
      weightedRoutingRule:
        hosts: ["*"]
        requestMatches: [{uri: {exact: /a}, headers: {x-a: {regex: "a.*"}}}]
  services:
  - {name: mocka, namespace: default, cluster: {name: c, id: d}, httpRoutePatch: {timeout: 1s}}
---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {name: v1, labels: {swimlane-group: g}}
spec:
  labelSelector: {version: v1}
  services: [{name: mocka, namespace: default}]
  ingressWeight: {weight: 10, destination: {host: mocka.default.svc.cluster.local, portNum: 80}}
  ingressRules:
  - name: r1
    online: true
    hosts: ["*"]
    match: {uri: {prefix: /}, headers: {x-lane: {exact: v1}}}
    route: {destination: {host: mocka.default.svc.cluster.local, portNum: 80}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: entry, namespace: default}
spec:
  hosts: [mocka]
  gateways: [mesh, istio-system/gateway]
  exportTo: ["*"]
  http:
  - name: a
    match:
    - uri: {exact: /}
      headers: {a: {}}
      withoutHeaders: {b: {exact: c}}
      queryParams: {q: {exact: x}}
      port: 80
      sourceLabels: {app: a}
      gateways: [mesh]
      method: {exact: GET}
    route:
    - destination: {host: mocka, subset: v1, port: {number: 80}}
      weight: 100
      headers: {request: {set: {a: b}, add: {c: "%REQ(x)%"}, remove: [d]}}
      fallback: {target: {host: mocka, subset: v2}}
    timeout: 5s
    retries: {attempts: 3, perTryTimeout: 2s}
    mirror: {host: mockb}
    mirrors: [{destination: {host: mockb}}]
    headers: {response: {set: {x: y}}}
  - redirect: {uri: /y}
  - delegate: {name: x, namespace: y}
  tcp: [{match: [{port: 90, sourceLabels: {a: b}}], route: [{destination: {host: mocka}}]}]
  tls: [{match: [{sniHosts: [a]}], route: [{destination: {host: x}}]}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: d, namespace: default}
spec:
  host: mocka
  exportTo: ["."]
  workloadSelector: {matchLabels: {a: b}}
  trafficPolicy: {loadBalancer: {simple: RANDOM}}
  subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {}}]
---
apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: {name: gateway, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"], tls: {}}]
---
apiVersion: networking.istio.io/v1alpha3
kind: Sidecar
metadata: {name: s, namespace: default}
spec: {workloadSelector: {labels: {app: a}}, egress: [{hosts: ["./*"], port: {number: 80}}]}
---
apiVersion: istio.alibabacloud.com/v1beta1
kind: TrafficLabel
metadata: {name: t, namespace: default}
spec: {workloadSelector: {labels: {app: a}}, rules: [{labels: [{name: a, valueFrom: [b]}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: mocka, namespace: default}
spec:
  clusterIP: None
  type: ClusterIP
  selector: {app: mocka}
  ports: [{port: 80, name: http, targetPort: web, protocol: TCP, appProtocol: http}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mocka, namespace: default}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: mocka, version: v1}, annotations: {a: b}}
    spec:
      hostNetwork: false
      initContainers: [{name: i}]
      containers:
      - name: c
        image: mock
        command: [a]
        args: [b]
        env: [{name: A, value: b}, {name: B, valueFrom: {fieldRef: {fieldPath: x}}}]
        ports: [{containerPort: 80, name: web}]
status: {readyReplicas: 1}
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata:
    name: p
    ownerReferences: [{kind: ReplicaSet, name: r, controller: true}]
  spec: {containers: [{name: c}]}
  status: {podIP: 10.0.0.1, conditions: [{type: Ready, status: "True"}]}
- apiVersion: discovery.k8s.io/v1
  kind: EndpointSlice
  metadata: {name: e, labels: {kubernetes.io/service-name: mocka}}
  endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}, targetRef: {kind: Pod, name: p}}]
  ports: [{name: http, port: 80}]
- {apiVersion: v1, kind: Namespace, metadata: {name: default, labels: {istio-injection: enabled}}}
"""
OBJECTS: list[Any] = list(yaml.safe_load_all(GOOD))
WORDS = st.sampled_from(
    ["", "a", "*", "/", "%", "(?=", "\x00", "é", "a b", "v1", "x-lane", "mesh", "exact", "regex"]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), WORDS, st.text()
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(WORDS | st.text(), below),
    max_leaves=8,
)
SNIPPETS = st.sampled_from(
    [
        *("\n", " ", "  ", "\t", "- ", ": ", "? ", "#", "'", '"', "[", "]", "{", "}", ",", "&a "),
        *("*a", "!", "|", ">", "%", "---\n", "...\n", "<<: ", "\r", "\x00", "\ufeff", "\u2028"),
        *("kind: List\n", "apiVersion: v1\n", "kind: Service\n", "metadata:\n  name: a\n"),
    ]
)


def paths_in(value: Any) -> list[tuple[str | int, ...]]:
    """Return the path of every value inside a value, its own included."""
    found: list[tuple[str | int, ...]] = [()]
    if isinstance(value, dict):
        found += [(key, *path) for key, child in value.items() for path in paths_in(child)]
    elif isinstance(value, list):
        found += [(at, *path) for at, child in enumerate(value) for path in paths_in(child)]
    return found


def put(target: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """Return a copy of a value with another value at a path."""
    if not path:
        return value
    whole = copy.deepcopy(target)
    holder = whole
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return whole


PATHS = [(index, path) for index, one in enumerate(OBJECTS) for path in paths_in(one)]


def tell(reading: FileReading) -> None:
    """Gather a reading and write all its findings in every form."""
    snapshot = gather([reading])
    as_text(snapshot.findings, width=60)
    as_sarif(snapshot.findings, "0")


def test_the_good_objects_are_read_without_a_finding() -> None:
    reading = read_objects("a.yaml", OBJECTS)
    assert [finding.message for finding in reading.findings] == []
    assert len(reading.resources) == len(OBJECTS) - 1 + len(OBJECTS[-1]["items"])


@given(st.binary())
def test_arbitrary_bytes_never_raise(raw: bytes) -> None:
    tell(read_file("a.yaml", raw))


@given(st.lists(SNIPPETS | st.text(max_size=4), max_size=30))
def test_arbitrary_yaml_never_raises(snippets: list[str]) -> None:
    tell(read_file("a.yaml", "".join(snippets).encode("utf-8", "surrogatepass")))


@given(st.data())
def test_a_good_file_with_anything_in_between_never_raises(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD)))
    cut = data.draw(st.integers(0, 10))
    text = GOOD[:at] + data.draw(SNIPPETS) + GOOD[at + cut :]
    tell(read_file("a.yaml", text.encode()))


@given(st.sampled_from(PATHS), ANY_JSON)
def test_anything_anywhere_in_a_good_object_never_raises(
    place: tuple[int, tuple[str | int, ...]], value: Any
) -> None:
    index, path = place
    objects = [*OBJECTS[:index], put(OBJECTS[index], path, value), *OBJECTS[index + 1 :]]
    reading = read_objects("a.yaml", objects)
    tell(reading)
    others = {str(one.meta.ref) for one in reading.resources if one.meta.source.number != index}
    expected = {
        str(one.meta.ref)
        for one in read_objects("a.yaml", OBJECTS).resources
        if one.meta.source.number != index
    }
    assert others == expected
