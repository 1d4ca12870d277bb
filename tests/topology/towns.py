"""Meshes of any size for drawings: services that call on, some of which lanes have for themselves.

Comes in: how many services, lanes, and services a lane has. Goes out: plain objects. Calls lead
from a service to later ones, as environment variables say them, and the same numbers give the same
mesh.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from laneway.core.compile import Compilation, compile_snapshot
from tests.snapshot import snapshot_of_objects

Object = dict[str, Any]

HEADERS = {"traceHeader": "baggage", "routeHeader": "x-lane"}


class Town(Struct, frozen=True):
    """The measures of a mesh. A lane has `own` services; with none it has them all.

    `fan` is how many services one calls, `spaces` over how many namespaces they are spread.
    """

    services: int
    lanes: int
    own: int = 0
    fan: int = 2
    spaces: int = 1
    permissive: bool = True

    def compiled(self) -> Compilation:
        """Compile the mesh."""
        files = [(f"{place:05}.yaml", item) for place, item in enumerate(self.objects())]
        return compile_snapshot(snapshot_of_objects(files))

    def objects(self) -> Iterator[Object]:
        """Yield the objects of the mesh."""
        yield _object("Gateway", "ingressgateway", "istio-system", _GATEWAY)
        yield self._group()
        for lane in range(self.lanes):
            yield self._lane(lane)
        for number in range(self.services):
            yield self._service(number)
            yield from (self._workload(number, lane) for lane in self._having(number))

    def space(self, number: int) -> str:
        """Return the namespace of a service."""
        return f"team-{number * self.spaces // self.services}" if self.spaces > 1 else "shop"

    def _having(self, number: int) -> list[int]:
        """Return the lanes that have a service; the first has all."""
        others = range(1, self.lanes)
        return [0, *(lane for lane in others if not self.own or number in self._own(lane))]

    def _own(self, lane: int) -> set[int]:
        first = lane * 37 % self.services
        return {(first + place * 11) % self.services for place in range(self.own)}

    def _called(self, number: int) -> list[int]:
        """Return whom a service calls: some of its own, and one that many call."""
        found = {number * self.fan + place for place in range(1, self.fan + 1)}
        found.add(self.services - 1 - number % max(1, self.services // 12))
        return sorted(one for one in found if number < one < self.services)

    def _group(self) -> Object:
        services = [
            {"name": f"service-{one}", "namespace": self.space(one)} for one in range(self.services)
        ]
        gateway = {"name": "ingressgateway", "namespace": "istio-system", "type": "ASM"}
        spec: Object = {"ingress": {"gateway": gateway}, "services": services}
        if self.permissive:
            told = {**HEADERS, "fallbackTarget": "lane-0"}
            spec |= {"isPermissive": True, "permissiveModeConfiguration": told}
        return _object("ASMSwimLaneGroup", "town", "", spec)

    def _lane(self, lane: int) -> Object:
        match = {"uri": {"prefix": "/"}, "headers": {"x-lane": {"exact": f"lane-{lane}"}}}
        host = f"service-0.{self.space(0)}.svc.cluster.local"
        route = {"destination": {"host": host}}
        rule = {"name": f"r{lane}", "online": True, "hosts": ["*"], "match": match, "route": route}
        spec = {"labelSelector": {"version": f"v{lane}"}, "ingressRules": [rule]}
        return _object("ASMSwimLane", f"lane-{lane}", "", spec, {"swimlane-group": "town"})

    def _service(self, number: int) -> Object:
        ports = [{"name": "http", "port": 8000}]
        spec = {"selector": {"app": f"service-{number}"}, "ports": ports}
        return _object("Service", f"service-{number}", self.space(number), spec)

    def _workload(self, number: int, lane: int) -> Object:
        labels = {"app": f"service-{number}", "version": f"v{lane}"}
        called = (f"http://service-{one}.{self.space(one)}:8000" for one in self._called(number))
        environment = [{"name": f"URL_{at}", "value": url} for at, url in enumerate(called)]
        container = {"name": "main", "image": "shop/main", "env": environment}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
        spec = {"selector": {"matchLabels": labels}, "template": template}
        return _object("Deployment", f"service-{number}-v{lane}", self.space(number), spec)


_GATEWAY: Object = {
    "selector": {"istio": "ingressgateway"},
    "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}],
}
_VERSIONS = {
    "Gateway": "networking.istio.io/v1",
    "Deployment": "apps/v1",
    "Service": "v1",
}


def _object(
    kind: str, name: str, namespace: str, spec: Object, labels: Object | None = None
) -> Object:
    meta: Object = {"name": name}
    if namespace:
        meta["namespace"] = namespace
    if labels:
        meta["labels"] = labels
    version = _VERSIONS.get(kind, "istio.alibabacloud.com/v1")
    return {"apiVersion": version, "kind": kind, "metadata": meta, "spec": spec}
