"""Builders of plain Kubernetes objects for laws: the shortest way to say one object.

Comes in: names and the few values that matter. Goes out: dictionaries as `yaml.safe_load` would
give them. They know nothing of Laneway's types, so that a law feeds the compiler as a user does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Object = dict[str, Any]

LANES = "istio.alibabacloud.com/v1"
NETWORKING = "networking.istio.io/v1"


def host_of(name: str, namespace: str) -> str:
    """Return the fully qualified host of a Service."""
    return f"{name}.{namespace}.svc.cluster.local"


def head(name: str, namespace: str = "", labels: Mapping[str, str] | None = None) -> Object:
    """Return `metadata`; a cluster-scoped object has no namespace."""
    meta: Object = {"name": name}
    if namespace:
        meta["namespace"] = namespace
    if labels:
        meta["labels"] = dict(labels)
    return meta


def namespace(name: str, *, injected: bool = True) -> Object:
    """Return a Namespace, with sidecar injection on or off."""
    labels = {"istio-injection": "enabled" if injected else "disabled"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": head(name, labels=labels)}


def service(name: str, space: str, ports: Iterable[Object], *, cluster_ip: str) -> Object:
    """Return a Service that selects `app: <name>`; `cluster_ip` is `None` for a headless one."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": head(name, space, {"app": name}),
        "spec": {"clusterIP": cluster_ip, "ports": list(ports), "selector": {"app": name}},
    }


def deployment(name: str, space: str, labels: Mapping[str, str], replicas: int = 1) -> Object:
    """Return a complete Deployment of the mock image whose pods carry `labels`."""
    container: Object = {"name": "default", "image": "laneway/mock:1"}
    container["env"] = [{"name": "app", "value": labels.get("app", name)}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": head(name, space, labels),
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": dict(labels)},
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {"containers": [container]},
            },
        },
    }


def reference(name: str, space: str) -> Object:
    """Return a group's or lane's reference to a Service."""
    return {"name": name, "namespace": space}


def lane_group(name: str, services: Iterable[Object], ingress: Object) -> Object:
    """Return a strict ASMSwimLaneGroup."""
    return {
        "apiVersion": LANES,
        "kind": "ASMSwimLaneGroup",
        "metadata": head(name),
        "spec": {"ingress": ingress, "services": list(services)},
    }


def lane(name: str, group: str, selector: Mapping[str, str], **spec: object) -> Object:
    """Return an ASMSwimLane; `spec` may hold `services`, `ingressRules`, `ingressWeight`."""
    return {
        "apiVersion": LANES,
        "kind": "ASMSwimLane",
        "metadata": head(name, labels={"swimlane-group": group}),
        "spec": {"labelSelector": dict(selector), **spec},
    }


def gateway(name: str, selector: Mapping[str, str], port: int, hosts: Iterable[str]) -> Object:
    """Return a Gateway in `istio-system` with one HTTP server."""
    server = {"port": {"number": port, "name": "http", "protocol": "HTTP"}, "hosts": list(hosts)}
    return {
        "apiVersion": NETWORKING,
        "kind": "Gateway",
        "metadata": head(name, "istio-system"),
        "spec": {"selector": dict(selector), "servers": [server]},
    }


def virtual_service(name: str, space: str, hosts: Iterable[str], **spec: object) -> Object:
    """Return a VirtualService; `spec` holds `http`, `tcp`, `gateways`, `exportTo`."""
    return {
        "apiVersion": NETWORKING,
        "kind": "VirtualService",
        "metadata": head(name, space),
        "spec": {"hosts": list(hosts), **spec},
    }


def destination_rule(name: str, space: str, host: str, **spec: object) -> Object:
    """Return a DestinationRule; `spec` holds `subsets`, `trafficPolicy`, `exportTo`."""
    return {
        "apiVersion": NETWORKING,
        "kind": "DestinationRule",
        "metadata": head(name, space),
        "spec": {"host": host, **spec},
    }
