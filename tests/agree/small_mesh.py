"""A few services and pods written by hand, as the cluster that Istio is asked about.

In: services, pods and Istio objects, one call each. Out: a case for the oracle, with the addresses
and EndpointSlices that Kubernetes would give them. It decides nothing about routing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct

from tests.agree.oracle import Oracle, Translation, Workload
from tests.laws.objects import Object, destination_rule, host_of, virtual_service

HTTP = ((8000, "http"),)
INGRESS = {"istio": "ingressgateway"}


class SmallMesh(Struct):
    """A cluster that grows by calls; every call may leave out what does not matter."""

    services: list[Object] = []
    pods: list[Object] = []
    istio: list[Object] = []
    proxies: list[Workload] = []

    def service(
        self,
        name: str,
        namespace: str = "default",
        ports: Iterable[tuple[int, str]] = HTTP,
        selector: Mapping[str, str] | None = None,
        *,
        headless: bool = False,
    ) -> None:
        """Add a Service for the pods with `app: NAME`; its ports lead to the same numbers."""
        number = len(self.services) + 1
        spec = {
            "clusterIP": "None" if headless else f"10.96.0.{number}",
            "selector": dict(selector or {"app": name}),
            "ports": [
                {"port": port, "targetPort": port, "name": title, "protocol": "TCP"}
                for port, title in ports
            ],
        }
        self.services.append(_object("v1", "Service", name, namespace, spec=spec))

    def pod(
        self,
        name: str,
        labels: Mapping[str, str],
        namespace: str = "default",
        kind: Literal["sidecar", "router"] = "sidecar",
    ) -> str:
        """Add a ready Pod and ask for its proxy; returns its address."""
        address = f"10.244.0.{len(self.pods) + 1}"
        status = {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        }
        pod = _object("v1", "Pod", name, namespace, spec={"nodeName": "node-1"}, status=status)
        pod["metadata"]["labels"] = dict(labels)
        self.pods.append(pod)
        self.proxies.append(Workload(name, address, namespace, kind))
        return address

    def versions(self, name: str, *versions: str, namespace: str = "default") -> None:
        """Add a pod `NAME-VERSION` for each version, and a DestinationRule with the subsets."""
        for version in versions:
            self.pod(f"{name}-{version}", {"app": name, "version": version}, namespace)
        subsets = [{"name": each, "labels": {"version": each}} for each in versions]
        host = host_of(name, namespace)
        self.istio.append(destination_rule(name, namespace, host, subsets=subsets))

    def routes(self, name: str, *http: Object, namespace: str = "default", **spec: object) -> None:
        """Add a mesh VirtualService for a service."""
        found = {"http": list(http)} if http else {}
        host = host_of(name, namespace)
        self.istio.append(virtual_service(name, namespace, [host], **found, **spec))

    def ingress(self, port: int = 80) -> None:
        """Add the ingress gateway's Service and pod, `gateway` in `istio-system`."""
        self.service("gateway", "istio-system", [(port, "http")], INGRESS)
        self.pod("gateway", INGRESS, "istio-system", "router")

    def translated(self, oracle: Oracle) -> Translation:
        """Return what Istio makes of it, with a proxy for every pod."""
        slices = [self._slice(service) for service in self.services]
        kubernetes = [*self.services, *self.pods, *slices]
        return oracle.translate(documents(kubernetes), documents(self.istio), self.proxies)

    def _slice(self, service: Object) -> Object:
        metadata, spec = service["metadata"], service["spec"]
        found = _object(
            "discovery.k8s.io/v1", "EndpointSlice", metadata["name"], metadata["namespace"]
        )
        found["metadata"]["labels"] = {"kubernetes.io/service-name": metadata["name"]}
        ports = [{key: port[key] for key in ("port", "name", "protocol")} for port in spec["ports"]]
        endpoints = [
            {
                "addresses": [pod["status"]["podIP"]],
                "conditions": {"ready": True},
                "targetRef": {
                    "kind": "Pod",
                    "name": pod["metadata"]["name"],
                    "namespace": pod["metadata"]["namespace"],
                },
            }
            for pod in self.pods
            if pod["metadata"]["namespace"] == metadata["namespace"]
            and spec["selector"].items() <= pod["metadata"]["labels"].items()
        ]
        return {**found, "addressType": "IPv4", "ports": ports, "endpoints": endpoints}


def to(name: str, subset: str = "", port: int = 8000, namespace: str = "default") -> Object:
    """Return a route to a service's subset, or to all of it."""
    destination: Object = {"host": host_of(name, namespace), "port": {"number": port}}
    return {"destination": {**destination, "subset": subset} if subset else destination}


def documents(objects: Iterable[Object]) -> str:
    """Return objects as YAML documents."""
    return "\n---\n".join(json.dumps(each) for each in objects)


def _object(version: str, kind: str, name: str, namespace: str, **rest: Any) -> Object:
    metadata: Object = {"name": name, "namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}
