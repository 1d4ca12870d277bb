"""A large mesh as the files somebody would write: one group, its lanes, its Services, no workloads.

Comes in: how many services and lanes. Goes out: a folder of YAML, and the same mesh as a Helm chart
that prints the objects Laneway prints, with the plainest template that does.
"""

from __future__ import annotations

from pathlib import Path

GROUP = "big"
DOOR = "service-0.default.svc.cluster.local"

_LANE = """\
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata:
  name: s{lane}
  labels:
    swimlane-group: big
spec:
  labelSelector:
    version: v{lane}
  ingressWeight:
    weight: {weight}
    destination:
      host: service-0.default.svc.cluster.local
      portNum: 8000
"""
_SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: service-{service}
  namespace: default
spec:
  selector:
    app: service-{service}
  ports:
    - name: http
      port: 8000
"""
_GROUP = """\
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata:
  name: big
spec:
  ingress:
    gateway:
      name: ingressgateway
      namespace: istio-system
      type: ASM
    ingressRouting:
      ingressRoutingStrategy: weighted
      weightedRoutingRule:
        hosts:
          - '*'
        requestMatches:
          - uri:
              prefix: /
  services:
"""
_MEMBER = """\
    - name: service-{service}
      namespace: default
"""

_RULES = """\
{{- range $service := .Values.services }}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: trafficlabel-dr-{{ $.Values.group }}-default-{{ $service }}
  namespace: default
  labels:
    app.kubernetes.io/managed-by: laneway
    swimlane-group: {{ $.Values.group }}
spec:
  host: {{ $service }}.default.svc.cluster.local
  subsets:
  {{- range $lane := $.Values.lanes }}
    - name: {{ $lane.name }}
      labels:
        version: {{ $lane.version }}
  {{- end }}
{{- end }}
"""
_ROUTES = """\
{{- range $service := .Values.services }}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: trafficlabel-vs-{{ $.Values.group }}-default-{{ $service }}
  namespace: default
  labels:
    app.kubernetes.io/managed-by: laneway
    swimlane-group: {{ $.Values.group }}
spec:
  hosts:
    - {{ $service }}.default.svc.cluster.local
  http:
  {{- range $lane := $.Values.lanes }}
    - name: lane-{{ $lane.name }}
      match:
        - sourceLabels:
            version: {{ $lane.version }}
      route:
        - destination:
            host: {{ $service }}.default.svc.cluster.local
            port:
              number: 8000
            subset: {{ $lane.name }}
  {{- end }}
    - name: no-lane
      route:
        - destination:
            host: {{ $service }}.default.svc.cluster.local
            port:
              number: 8000
            subset: {{ (index $.Values.lanes 0).name }}
{{- end }}
"""
_ENTRY = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: ingressgateway
  namespace: istio-system
  labels:
    app.kubernetes.io/managed-by: laneway
    istioGateway: ingressgateway
    swimlane-group: {{ .Values.group }}
spec:
  gateways:
    - istio-system/ingressgateway
  hosts:
    - '*'
  http:
    - name: swimelane-ingress-route-{{ .Values.group }}-weighted
      match:
        - uri:
            prefix: /
      route:
      {{- range $lane := .Values.lanes }}
        - destination:
            host: service-0.default.svc.cluster.local
            port:
              number: 8000
            subset: {{ $lane.name }}
          weight: {{ $lane.weight }}
      {{- end }}
"""


def write_mesh(folder: Path, services: int, lanes: int) -> Path:
    """Write a mesh into a new folder and return it."""
    folder.mkdir(parents=True)
    members = "".join(_MEMBER.format(service=number) for number in range(services))
    (folder / "group.yaml").write_text(_GROUP + members)
    write_lanes(folder, weights(lanes))
    written = [_SERVICE.format(service=number) for number in range(services)]
    (folder / "services.yaml").write_text("---\n".join(written))
    return folder


def write_lanes(folder: Path, shares: list[int]) -> None:
    """Write the lanes with these weights."""
    written = [_LANE.format(lane=number, weight=share) for number, share in enumerate(shares)]
    (folder / "lanes.yaml").write_text("---\n".join(written))


def weights(lanes: int) -> list[int]:
    """Return weights that add up to 100, as even as whole numbers can be."""
    return [100 // lanes + (number < 100 % lanes) for number in range(lanes)]


def write_chart(folder: Path, services: int, lanes: int) -> Path:
    """Write the same mesh as a chart into a new folder and return it."""
    templates = folder / "templates"
    templates.mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: lanes\nversion: 0.1.0\n")
    (templates / "destination-rules.yaml").write_text(_RULES)
    (templates / "virtual-services.yaml").write_text(_ROUTES)
    (templates / "entry.yaml").write_text(_ENTRY)
    values = [f"group: {GROUP}\nservices:\n"]
    values += [f"  - service-{number}\n" for number in range(services)]
    values += ["lanes:\n"]
    for number, share in enumerate(weights(lanes)):
        values.append(f"  - name: s{number}\n    version: v{number}\n    weight: {share}\n")
    (folder / "values.yaml").write_text("".join(values))
    return folder
