"""Meshes with workloads: chains of services, a Deployment for each lane that has pods.

Comes in: services, lanes, and which of them have pods. Goes out: a folder of YAML. Service `a`
calls `b` and so on, each through its proxy; the first is the door.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

HEADER = "x-asm-prefer-tag"
LANES = "istio.alibabacloud.com/v1"

_GATEWAY = """\
apiVersion: v1
kind: Namespace
metadata:
  name: default
  labels:
    istio-injection: enabled
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: ingressgateway
  namespace: istio-system
spec:
  selector:
    istio: ingressgateway
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: ['*']
"""
_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: SERVICE
  namespace: default
spec:
  selector:
    app: SERVICE
  ports:
    - name: http
      port: 8000
"""
_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: SERVICE-VERSION
  namespace: default
spec:
  selector:
    matchLabels: {app: SERVICE, version: VERSION}
  template:
    metadata:
      labels: {app: SERVICE, version: VERSION}
    spec:
      containers:
        - name: default
          image: IMAGE
          env:
            - {name: app, value: SERVICE}
            - {name: version, value: VERSION}
            - {name: upstream_url, value: 'UPSTREAM'}
          ports:
            - containerPort: 8000
"""
_LANE = """\
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata:
  name: LANE
  labels: {swimlane-group: chain}
spec:
  labelSelector: {version: VERSION}
  ingressRules:
    - name: enter
      online: true
      hosts: ['*']
      match:
        uri: {prefix: /}
        headers:
          x-asm-prefer-tag: {exact: LANE}
      route:
        destination: {host: DOOR.default.svc.cluster.local, portNum: 8000}
"""
_PLAIN_ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: plain
  namespace: istio-system
spec:
  hosts: ['*']
  gateways: [ingressgateway]
  http:
    - route:
        - destination:
            host: DOOR.default.svc.cluster.local
            port: {number: 8000}
"""


_CHOSEN_ROUTE = """\
    - match:
        - headers: {x-asm-prefer-tag: {exact: CHOICE}}
      route:
        - destination:
            host: DOOR.default.svc.cluster.local
            port: {number: 8000}
"""


class Chain(Struct, frozen=True):
    """Services in chains of `length`, and the versions that have pods."""

    services: Sequence[str]
    versions: Sequence[str]
    image: str
    length: int

    def upstream(self, position: int) -> str:
        """Return what a service calls: the next of its chain, the last calls nobody."""
        is_last = (position + 1) % self.length == 0 or position + 1 == len(self.services)
        return "" if is_last else f"http://{self.services[position + 1]}:8000/"


def write_plain(folder: Path, chain: Chain) -> Path:
    """Write the workloads and a route to the first service, without any lane."""
    return _write(folder, chain, [_PLAIN_ROUTE.replace("DOOR", chain.services[0])])


def write_chains(folder: Path, chain: Chain) -> Path:
    """Write the same workloads without lanes: each version is a chain of services of its own.

    A header leads to the first service of one, `s0` first: what requests meet is what they meet
    with lanes.
    """
    count = len(chain.versions)
    names = [f"{name}{number}" for number in range(count) for name in chain.services]
    doors = [f"{chain.services[0]}{number}" for number in range(count)]
    head, _, _ = _PLAIN_ROUTE.partition("    - route:")
    routes = [
        _CHOSEN_ROUTE.replace("CHOICE", f"s{number}").replace("DOOR", door)
        for number, door in enumerate(doors)
    ]
    alone = Chain(names, chain.versions[:1], chain.image, len(chain.services))
    return _write(folder, alone, [head + "".join(routes)])


def write_lanes(folder: Path, chain: Chain, lanes: int) -> Path:
    """Write the workloads and that many lanes, `s0` first; lane `sN` selects version `vN`."""
    members = "".join(f"    - {{name: {name}, namespace: default}}\n" for name in chain.services)
    group = (
        f"apiVersion: {LANES}\nkind: ASMSwimLaneGroup\nmetadata:\n  name: chain\nspec:\n"
        "  ingress:\n    gateway: {name: ingressgateway, namespace: istio-system, type: ASM}\n"
        f"  services:\n{members}"
    )
    written = [
        _LANE.replace("LANE", f"s{number}")
        .replace("VERSION", f"v{number}")
        .replace("DOOR", chain.services[0])
        for number in range(lanes)
    ]
    return _write(folder, chain, [group, *written])


def _write(folder: Path, chain: Chain, routing: Sequence[str]) -> Path:
    folder.mkdir(parents=True)
    (folder / "gateway.yaml").write_text(_GATEWAY)
    (folder / "routing.yaml").write_text("---\n".join(routing))
    services = [_SERVICE.replace("SERVICE", name) for name in chain.services]
    (folder / "services.yaml").write_text("---\n".join(services))
    workloads = [
        _DEPLOYMENT.replace("SERVICE", name)
        .replace("VERSION", version)
        .replace("IMAGE", chain.image)
        .replace("UPSTREAM", chain.upstream(position))
        for position, name in enumerate(chain.services)
        for version in chain.versions
    ]
    (folder / "workloads.yaml").write_text("---\n".join(workloads))
    return folder
