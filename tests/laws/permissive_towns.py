"""Small permissive meshes in which lanes have few services: towns that laws draw for themselves.

Comes in: draws. Goes out: a `Town` as a value, and the objects that somebody would have written for
it. Everything that may make a route needless or needed is in it: lanes with nothing of their own,
targets of single services, pods that are down, pods in two lanes, services outside of the group
whose pods wear a lane's labels, TCP ports, and the ways in which a lane travels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hypothesis import strategies as st
from msgspec import Struct

from tests.laws import objects
from tests.laws.objects import Object

SPACE = "default"
HOSTS = ("a", "b", "c")
OUTSIDE = "x"
LANES = ("s1", "s2", "s3", "s4")
HEADER = "x-lane"
TRACES = {
    "header": HEADER,
    "baggage": "baggage",
    "correlation": "sw8-correlation",
    "trace id": "x-request-id",
}


class Pods(Struct, frozen=True):
    """The pods of one lane of one service, whether they are ready, and whether in a second lane."""

    service: str
    lane: str
    is_ready: bool = True
    other: str = ""


class Town(Struct, frozen=True):
    """A permissive group of some lanes, the first of which is its baseline."""

    lanes: tuple[str, ...]
    pods: tuple[Pods, ...]
    targets: Mapping[str, str] = {}
    carrier: str = "header"
    falls_back: bool = True
    outsiders: tuple[str, ...] = ()
    """The lanes whose labels pods of the service outside of the group wear; empty for none."""
    ports: str = "http"
    listed: bool = False
    """Whether each lane lists the services that it has."""

    def objects(self) -> list[Object]:
        """Return what somebody would have written."""
        return [
            objects.gateway("ingressgateway", {"istio": "ingressgateway"}, 80, ["*"]),
            *(self._service(at, name) for at, name in enumerate((*HOSTS, OUTSIDE))),
            *self._workloads(),
            self._group(),
            *map(self._lane, self.lanes),
        ]

    def _service(self, at: int, name: str) -> Object:
        ports = [{"port": 8000, "name": "http", "protocol": "TCP", "targetPort": 8000}]
        if self.ports == "both" and name in HOSTS:
            ports.append({"port": 6000, "name": "tcp-raw", "protocol": "TCP", "targetPort": 6000})
        return objects.service(name, SPACE, ports, cluster_ip=f"10.96.0.{at + 10}")

    def _workloads(self) -> Iterator[Object]:
        for one in self.pods:
            labels = {"app": one.service, tag(one.lane): "on"}
            labels |= {tag(one.other): "on"} if one.other else {}
            found = objects.deployment(f"{one.service}-{one.lane}{one.other}", SPACE, labels)
            if not one.is_ready:
                found["status"] = {"replicas": 1, "observedGeneration": 1}
            yield found
        for lane in self.outsiders:
            labels = {"app": OUTSIDE} | ({tag(lane): "on"} if lane else {})
            yield objects.deployment(f"{OUTSIDE}-{lane or 'none'}", SPACE, labels)

    def _group(self) -> Object:
        ingress = {"gateway": {"name": "ingressgateway", "namespace": "istio-system"}}
        found = objects.lane_group("g", [objects.reference(one, SPACE) for one in HOSTS], ingress)
        found["metadata"]["annotations"] = {
            "laneway.dev/runtime-fallback": "on" if self.falls_back else "off"
        }
        found["spec"]["isPermissive"] = True
        found["spec"]["permissiveModeConfiguration"] = {
            "traceHeader": TRACES[self.carrier],
            "routeHeader": HEADER,
            "fallbackTarget": self.lanes[0],
            "serviceLevelFallbackTarget": {
                f"{SPACE}/{name}": lane for name, lane in self.targets.items()
            },
        }
        return found

    def _lane(self, name: str) -> Object:
        spec: Object = {
            "ingressRules": [
                {
                    "name": "r1",
                    "hosts": ["*"],
                    "match": {"headers": {"x-want": {"exact": name}}},
                    "route": {"destination": {"host": objects.host_of(HOSTS[0], SPACE)}},
                }
            ]
        }
        if self.listed:
            own = dict.fromkeys(one.service for one in self.pods if name in (one.lane, one.other))
            spec["services"] = [objects.reference(one, SPACE) for one in own]
        return objects.lane(name, "g", {tag(name): "on"}, **spec)


def tag(lane: str) -> str:
    """Return the key of the label that a lane's pods wear: a pod may wear several."""
    return f"tag-{lane}"


@st.composite
def towns(draw: st.DrawFn, lanes: tuple[str, ...] = LANES) -> Town:
    """Draw a town of one lane or more; a baseline that has every service is the usual case."""
    names = tuple(draw(st.permutations(lanes))[: draw(st.integers(1, len(lanes)))])
    pods = []
    for service in HOSTS:
        for lane in names:
            least = 1 if lane == names[0] else 5
            if draw(st.integers(0, 7)) >= least:
                other = draw(st.sampled_from(("",) * 11 + names))
                ready = draw(st.integers(0, 6)) > 0
                pods.append(Pods(service, lane, ready, "" if other == lane else other))
    targets = draw(
        st.one_of(
            st.just({}), st.dictionaries(st.sampled_from(HOSTS), st.sampled_from(names), max_size=1)
        )
    )
    return Town(
        names,
        tuple(pods),
        targets,
        draw(st.sampled_from(sorted(TRACES))),
        draw(st.booleans()),
        tuple(draw(st.lists(st.sampled_from(("", *names)), unique=True, max_size=2))),
        draw(st.sampled_from(("http", "http", "both"))),
        draw(st.booleans()),
    )
