"""A cluster of many services and lanes, whose requests are split by weight.

Comes in: how many services, lanes, and services a lane has. Goes out: objects. The first lane is
the baseline and has all services; the others have the entry's and some of their own, in turn, so
that lanes overlap. In a strict mesh every lane has all. Pods are ready, and some have a proxy; no
program is behind them.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.live.proxies import ROUTER
from tests.agree.cluster import ROOT, PodPlace, pod
from tests.agree.oracle import Workload
from tests.cluster.pods import PROXY, PROXY_IMAGE
from tests.laws import objects
from tests.laws.objects import Object

SPACE = "default"
PORTS = [{"name": "http", "port": 8000, "targetPort": 8000}]
GATE = {"istio": "ingressgateway"}
GROUP = "crowd"
DOOR = PodPlace(f"{ROOT}/gateway", "gateway", "10.250.1.1", GATE)


class Crowded(Struct, frozen=True):
    """How large a cluster is; `own` is how many services a lane has that is not the baseline.

    So many pods have a proxy as `proxies` says, from all lanes; and then the gateway has one.
    """

    services: int
    lanes: int
    own: int
    is_strict: bool = False
    proxies: int = 0

    def of(self, lane: int) -> list[int]:
        """Return the numbers of a lane's services."""
        if lane == 0 or self.is_strict:
            return list(range(self.services))
        begin = self.own * (lane - 1)
        return sorted({0, *((begin + at) % self.services for at in range(self.own))})

    def running(self) -> Iterator[Object]:
        """Yield services, pods and a gateway."""
        yield objects.gateway("ingressgateway", GATE, 80, ["*"])
        yield pod(DOOR) if not self.proxies else with_proxy(pod(DOOR), ROUTER)
        for number in range(self.services):
            address = f"10.96.{1 + number // 250}.{number % 250 + 1}"
            yield objects.service(_service(number), SPACE, PORTS, cluster_ip=address)
        proxied = {one.ip for one in self.joining()}
        for place in self._places():
            made = pod(place)
            yield with_proxy(made) if place.address in proxied else made

    def _places(self) -> list[PodPlace]:
        """Return every pod's place, lane after lane."""
        places = [(lane, number) for lane in range(self.lanes) for number in self.of(lane)]
        return [_place(at, *place) for at, place in enumerate(places)]

    def joining(self) -> Iterator[Workload]:
        """Yield the proxies that there are, a gateway's and those of pods all over the lanes."""
        if self.proxies:
            yield Workload("gateway", DOOR.address, ROOT, "router", GATE)
        places = self._places()
        for number in range(self.proxies):
            place = places[number * len(places) // self.proxies]
            yield Workload(place.name, place.address, SPACE, labels=place.labels)

    def group(self) -> Object:
        """Return the group of all lanes."""
        gateway = {"name": "ingressgateway", "namespace": ROOT, "type": "ASM"}
        routing = {
            "ingressRoutingStrategy": "weighted",
            "weightedRoutingRule": {"hosts": ["*"], "requestMatches": [{"uri": {"prefix": "/"}}]},
        }
        members = [objects.reference(_service(number), SPACE) for number in range(self.services)]
        ingress = {"gateway": gateway, "ingressRouting": routing}
        group = objects.lane_group(GROUP, members, ingress)
        if not self.is_strict:
            group["spec"] |= {
                "isPermissive": True,
                "permissiveModeConfiguration": {
                    "fallbackTarget": _lane(0),
                    "routeHeader": "x-lane",
                    "traceHeader": "x-request-id",
                },
            }
        return group

    def lane(self, number: int, weight: int = 0) -> Object:
        """Return a lane, which gets so many of a hundred requests."""
        door = {"host": objects.host_of(_service(0), SPACE)}
        spec: Object = {"ingressWeight": {"destination": door, "weight": weight}}
        if not self.is_strict:
            spec["services"] = [objects.reference(_service(one), SPACE) for one in self.of(number)]
        return objects.lane(_lane(number), GROUP, {"version": _lane(number)}, **spec)

    def all_lanes(self) -> Iterator[Object]:
        """Yield the lanes; the first two share what comes in."""
        for number in range(self.lanes):
            yield self.lane(number, {0: 90, 1: 10}.get(number, 0))


def _service(number: int) -> str:
    return f"service-{number:04}"


def _lane(number: int) -> str:
    return f"l{number:02}"


def _place(at: int, lane: int, number: int) -> PodPlace:
    labels = {"app": _service(number), "version": _lane(lane)}
    name = f"{_service(number)}-{_lane(lane)}"
    address = f"10.{1 + at // 62_500}.{at // 250 % 250}.{at % 250 + 1}"
    return PodPlace(f"{SPACE}/{name}", name, address, labels)


def with_proxy(made: Object, *words: str) -> Object:
    """Put Istio's proxy beside a pod's program."""
    proxy = {"name": PROXY, "image": PROXY_IMAGE, **({"args": ["proxy", *words]} if words else {})}
    made["spec"]["containers"].append(proxy)
    return made
