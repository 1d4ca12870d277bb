"""Large meshes whose cost is measured: as somebody's files, as a cluster, and who its proxies are.

Comes in: how many services, lanes, namespaces and ports, and how requests say their lane. Goes out:
objects. Strict lanes have every service. Of permissive ones the first is the baseline and has every
service; each other one has three of its own. Pods have addresses and are ready, and no program is
behind them: what is measured is what proxies are told. A lane beyond the last has its pods already,
so that adding it is a matter of routing alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args

from msgspec import Struct

from tests.agree.cluster import ROOT, PodPlace, endpoint_slice, pod
from tests.agree.oracle import Workload
from tests.laws import objects
from tests.laws.objects import Object

Way = Literal["strict", "header", "baggage", "trace"]
WAYS: tuple[Way, ...] = get_args(Way)
TRACE_HEADERS = {"header": "x-lane", "baggage": "baggage", "trace": "x-request-id"}
OWN = 3
"""Services of a permissive lane that is not the baseline."""
SPACES = ("default", "second", "third")
FIRST_PORT = 8000
GATE = {"istio": "ingressgateway"}
ADDRESSES = 250


class Size(Struct, frozen=True):
    """How large a mesh is. `lanes` of permissive meshes count the baseline."""

    services: int
    lanes: int
    way: Way = "strict"
    namespaces: int = 1
    ports: tuple[str, ...] = ("http",)

    def __str__(self) -> str:
        """Say it in a few words."""
        more = f", {self.namespaces} namespaces" if self.namespaces > 1 else ""
        more += f", ports {' and '.join(self.ports)}" if len(self.ports) > 1 else ""
        return f"{self.services} services x {self.lanes} lanes, {self.way}{more}"

    @property
    def is_strict(self) -> bool:
        """Whether a caller's labels alone say its lane."""
        return self.way == "strict"


def service_name(number: int) -> str:
    """Return the name of a service, counted from 0."""
    return f"service-{number:03}"


def space_of(size: Size, number: int) -> str:
    """Return the namespace of a service."""
    return SPACES[number % size.namespaces]


def host_of(size: Size, number: int) -> str:
    """Return the host of a service."""
    return objects.host_of(service_name(number), space_of(size, number))


def lane_name(number: int) -> str:
    """Return the name of a lane, counted from 0."""
    return f"s{number:02}"


def entering(number: int) -> str:
    """Return what a request says to enter a lane: words that stand in its entry route alone."""
    return f"enter-{lane_name(number)}"


def services_of(size: Size, lane: int) -> range | list[int]:
    """Return the numbers of the services that a lane has."""
    if size.is_strict or lane == 0:
        return range(size.services)
    return sorted({(OWN * (lane - 1) + at) % size.services for at in range(OWN)})


def written(size: Size, lanes: int) -> Iterator[Object]:
    """Yield the files' objects, with so many of the lanes."""
    for space in SPACES[: size.namespaces]:
        yield objects.namespace(space)
    yield objects.gateway("ingressgateway", GATE, 80, ["*"])
    yield from _services(size)
    yield _group(size)
    for lane in range(lanes):
        yield _lane(size, lane)
        for number in services_of(size, lane):
            labels = _labels(number, lane)
            name, space = f"{service_name(number)}-v{lane:02}", space_of(size, number)
            yield objects.deployment(name, space, labels)


def running(size: Size, lanes: int) -> Iterator[Object]:
    """Yield what a cluster has before any routing: services, the pods of lanes, their endpoints."""
    for space in SPACES[1 : size.namespaces]:
        yield objects.namespace(space)
    yield objects.gateway("ingressgateway", GATE, 80, ["*"])
    yield from map(pod, (gate(), *map(outside, SPACES[: size.namespaces])))
    for number, service in enumerate(_services(size)):
        places = [
            place(size, number, lane)
            for lane in range(lanes)
            if size.is_strict or number in services_of(size, lane)
        ]
        yield service
        yield from map(pod, places)
        yield from _slices(service, places)


def place(size: Size, number: int, lane: int) -> PodPlace:
    """Return the pod of a service in a lane."""
    at = number * (size.lanes + 1) + lane
    name = f"{service_name(number)}-v{lane:02}"
    address = f"10.{1 + at // ADDRESSES**2}.{at // ADDRESSES % ADDRESSES}.{at % ADDRESSES + 1}"
    return PodPlace(f"{space_of(size, number)}/{name}", name, address, _labels(number, lane))


def outside(space: str) -> PodPlace:
    """Return a pod that is in no lane."""
    address = f"10.250.0.{SPACES.index(space) + 1}"
    return PodPlace(f"{space}/outside", "outside", address, {"app": "outside"})


def gate() -> PodPlace:
    """Return the pod of the gateway."""
    return PodPlace(f"{ROOT}/gateway", "gateway", "10.250.1.1", GATE)


def proxies(size: Size, lanes: int) -> list[Workload]:
    """Return the proxies to ask about: a sidecar of each lane, one in no lane, the gateway.

    The sidecar of a lane bears its name; where lanes have two namespaces, it is in one of them.
    """
    found = [
        proxy(place(size, services_of(size, lane)[lane % OWN % size.services], lane), lane)
        for lane in range(lanes)
    ]
    none, gateway = outside(SPACES[0]), gate()
    return [
        *found,
        Workload("outside", none.address, none.namespace, labels=none.labels),
        Workload("gateway", gateway.address, ROOT, "router", gateway.labels),
    ]


def proxy(of: PodPlace, lane: int) -> Workload:
    """Return the proxy beside a pod of a lane."""
    return Workload(lane_name(lane), of.address, of.namespace, labels=of.labels)


def _labels(number: int, lane: int) -> dict[str, str]:
    return {"app": service_name(number), "version": f"v{lane:02}"}


def _services(size: Size) -> Iterator[Object]:
    ports = [
        {"name": kind if not at else f"{kind}-{at}", "port": port, "targetPort": port}
        for at, kind in enumerate(size.ports)
        for port in [FIRST_PORT + 1000 * at]
    ]
    for number in range(size.services):
        address = f"10.96.{1 + number // ADDRESSES}.{number % ADDRESSES + 1}"
        space = space_of(size, number)
        yield objects.service(service_name(number), space, ports, cluster_ip=address)


def _group(size: Size) -> Object:
    members = [
        objects.reference(service_name(number), space_of(size, number))
        for number in range(size.services)
    ]
    gateway = {"name": "ingressgateway", "namespace": ROOT, "type": "ASM"}
    group = objects.lane_group("big", members, {"gateway": gateway})
    if not size.is_strict:
        group["spec"] |= {
            "isPermissive": True,
            "permissiveModeConfiguration": {
                "fallbackTarget": lane_name(0),
                "routeHeader": "x-lane",
                "traceHeader": TRACE_HEADERS[size.way],
            },
        }
    return group


def _lane(size: Size, lane: int) -> Object:
    door = {"host": host_of(size, 0), "portNum": FIRST_PORT}
    rule: dict[str, Any] = {
        "name": "enter",
        "online": True,
        "hosts": ["*"],
        "match": {"uri": {"prefix": "/"}, "headers": {"x-enter": {"exact": entering(lane)}}},
        "route": {"destination": door},
    }
    spec: dict[str, Any] = {"ingressRules": [rule]}
    if not size.is_strict:
        spec["services"] = [
            objects.reference(service_name(number), space_of(size, number))
            for number in services_of(size, lane)
        ]
    return objects.lane(lane_name(lane), "big", {"version": f"v{lane:02}"}, **spec)


def _slices(service: Object, places: list[PodPlace]) -> Iterator[Object]:
    """Yield a service's EndpointSlices, of at most a hundred pods each, as the controller does."""
    for at in range(0, len(places), 100):
        found = endpoint_slice(service, places[at : at + 100])
        found["metadata"]["name"] = f"{service['metadata']['name']}-{at // 100}"
        yield found
