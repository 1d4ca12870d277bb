"""A small town on the model of the API server, and what its people do to its lanes.

Three services in two lanes and more, with a gateway; each act of a lane's life as a function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.operator.model_api import Body, ModelApi

SERVICES = ("a", "b")
HOST = "{}.default.svc.cluster.local"
Act = Callable[[ModelApi], None]


def begin(api: ModelApi) -> None:
    """Have services, pods of three versions, a gateway, and the installation."""
    api.put(
        {
            "kind": "ClusterRole",
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "metadata": {"name": "laneway"},
        }
    )
    for name in SERVICES:
        api.put(service(name))
        for tag in ("v1", "v2", "v3"):
            api.put(pod(name, tag))
    api.put(
        {
            "kind": "Gateway",
            "apiVersion": "networking.istio.io/v1",
            "metadata": {"name": "gateway", "namespace": "istio-system"},
            "spec": {
                "selector": {"istio": "ingressgateway"},
                "servers": [
                    {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}
                ],
            },
        }
    )


def service(name: str) -> Body:
    return {
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80, "name": "http"}]},
    }


def pod(name: str, tag: str, *, ready: bool = True, proxy: bool = True, number: str = "") -> Body:
    return {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {
            "name": f"{name}-{tag}{number}",
            "namespace": "default",
            "labels": {"app": name, "version": tag},
        },
        "spec": {"containers": [{"name": "app"}, *([{"name": "istio-proxy"}] if proxy else [])]},
        "status": {
            "podIP": "10.0.0.1",
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        },
    }


def group(**spec: Any) -> Body:
    return {
        "kind": "ASMSwimLaneGroup",
        "apiVersion": "istio.alibabacloud.com/v1",
        "metadata": {"name": "town"},
        "spec": {
            "services": [{"name": name, "namespace": "default"} for name in SERVICES],
            "ingress": {
                "gateway": {"name": "gateway", "namespace": "istio-system", "type": "ASM"},
                "ingressRouting": {
                    "ingressRoutingStrategy": "weighted",
                    "weightedRoutingRule": {"hosts": ["*"]},
                },
            },
            **spec,
        },
    }


def lane(name: str, tag: str, weight: int, **spec: Any) -> Body:
    return {
        "kind": "ASMSwimLane",
        "apiVersion": "istio.alibabacloud.com/v1",
        "metadata": {"name": name, "labels": {"swimlane-group": "town"}},
        "spec": {
            "labelSelector": {"version": tag},
            "ingressWeight": {
                "destination": {"host": HOST.format("a")},
                "weight": weight,
            },
            **spec,
        },
    }


def create(api: ModelApi) -> None:
    api.put(group())
    api.put(lane("s1", "v1", 60))
    api.put(lane("s2", "v2", 40))


def reweight(api: ModelApi) -> None:
    api.put(lane("s1", "v1", 10))
    api.put(lane("s2", "v2", 90))


def add_lane(api: ModelApi) -> None:
    api.put(lane("s3", "v3", 0))


def relabel(api: ModelApi) -> None:
    """Have two lanes change places: a name comes to mean other pods."""
    api.put(lane("s1", "v2", 10))
    api.put(lane("s2", "v1", 90))


def remove_lane(api: ModelApi) -> None:
    api.remove("ASMSwimLane", "s2")


def delete_group(api: ModelApi) -> None:
    api.remove("ASMSwimLaneGroup", "town")
    for name in ("s1", "s2", "s3"):
        api.remove("ASMSwimLane", name)


LIFE: tuple[Act, ...] = (create, reweight, add_lane, relabel, remove_lane, delete_group)
