"""A cluster of services, each released on its own: by a group of two lanes, or by a Canary.

Comes in: how many services. Goes out: objects. Each service has a host at one gateway, a pod of its
version in use and a pod of the next one; all requests go to the first. Groups say it for Laneway,
Canaries for Flagger, whose Deployments are there for both. No program is behind the pods.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tests.agree.cluster import ROOT, PodPlace, pod
from tests.cluster.pods import PROXY, PROXY_IMAGE
from tests.laws import objects
from tests.laws.objects import Object

SPACE = "default"
PORTS = [{"name": "http", "port": 8000, "targetPort": 8000}]
GATEWAY = "ingressgateway"
GATE = {"istio": GATEWAY}
VERSIONS = ("stable", "next")


class Grouped(Struct, frozen=True):
    """How many services there are."""

    number: int

    def names(self) -> list[str]:
        """Return the names of the services."""
        return [f"service-{one:04}" for one in range(self.number)]

    def running(self) -> Iterator[Object]:
        """Yield what is there before anybody releases: a gateway, services and what runs."""
        yield objects.gateway(GATEWAY, GATE, 80, ["*"])
        yield pod(PodPlace(f"{ROOT}/gateway", "gateway", "10.250.1.1", GATE))
        for at, name in enumerate(self.names()):
            address = f"10.96.{1 + at // 250}.{at % 250 + 1}"
            yield objects.service(name, SPACE, PORTS, cluster_ip=address)
            yield objects.deployment(name, SPACE, {"app": name})
            for octet, version in enumerate(VERSIONS):
                yield _pod(name, version, f"10.{1 + octet}.{at // 250}.{at % 250 + 1}")

    def groups(self) -> Iterator[Object]:
        """Yield a group for each service, and its lanes."""
        for name in self.names():
            yield _group(name)
            for version, weight in zip(VERSIONS, (100, 0), strict=True):
                door = {"host": objects.host_of(name, SPACE)}
                share: Object = {"ingressWeight": {"destination": door, "weight": weight}}
                selector = {"version": version}
                yield objects.lane(f"{name}-{version}", name, selector, **share)

    def canaries(self) -> Iterator[Object]:
        """Yield a Canary for each service, with the fields of Flagger's own guide for Istio."""
        for name in self.names():
            yield {
                "apiVersion": "flagger.app/v1beta1",
                "kind": "Canary",
                "metadata": objects.head(name, SPACE),
                "spec": {
                    "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
                    "service": {
                        "port": 8000,
                        "gateways": [f"{ROOT}/{GATEWAY}"],
                        "hosts": [_host(name)],
                    },
                    "analysis": ANALYSIS,
                },
            }


ANALYSIS: Object = {
    "interval": "1m",
    "threshold": 5,
    "maxWeight": 50,
    "stepWeight": 10,
    "metrics": [
        {"name": "request-success-rate", "thresholdRange": {"min": 99}, "interval": "1m"},
        {"name": "request-duration", "thresholdRange": {"max": 500}, "interval": "30s"},
    ],
}


def _host(name: str) -> str:
    return f"{name}.example"


def _group(name: str) -> Object:
    gateway = {"name": GATEWAY, "namespace": ROOT, "type": "ASM"}
    every = {"hosts": [_host(name)], "requestMatches": [{"uri": {"prefix": "/"}}]}
    routing = {"ingressRoutingStrategy": "weighted", "weightedRoutingRule": every}
    ingress = {"gateway": gateway, "ingressRouting": routing}
    return objects.lane_group(name, [objects.reference(name, SPACE)], ingress)


def _pod(name: str, version: str, address: str) -> Object:
    labels = {"app": name, "version": version}
    made = pod(PodPlace(f"{SPACE}/{name}-{version}", f"{name}-{version}", address, labels))
    made["spec"]["containers"].append({"name": PROXY, "image": PROXY_IMAGE})
    return made
