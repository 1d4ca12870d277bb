"""Random services of a mesh: their ports, their pods, and the namespaces they live in."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec import Struct

from tests.laws import objects
from tests.laws.objects import Object
from tests.laws.taste import Taste, rarely

TAGS = ("v1", "v2", "v3")
TAG_KEYS = ("version", "ASM_TRAFFIC_TAG")


class Spot(Struct, frozen=True):
    """A service of the mesh being drawn: name, namespace, ports as `(number, name)`."""

    name: str
    namespace: str
    ports: tuple[tuple[int, str], ...]

    @property
    def host(self) -> str:
        """The service's fully qualified host."""
        return objects.host_of(self.name, self.namespace)

    @property
    def reference(self) -> Object:
        """The service as a group names it."""
        return objects.reference(self.name, self.namespace)


def spots(taste: Taste) -> st.SearchStrategy[list[Spot]]:
    """Draw the services of a mesh: two to four, most of them with one HTTP port."""
    ports = [(8000, "http"), (9000, ""), (7000, "http-admin")]
    if taste.tcp:
        ports.append((6000, "tcp-raw"))
    several = st.lists(st.sampled_from(ports), min_size=1, max_size=3, unique=True).map(tuple)
    spot = st.builds(
        Spot,
        st.sampled_from(("cart", "order", "stock", "price")),
        st.sampled_from(("default", "default", "shop")),
        st.one_of(st.just(((8000, "http"),)), several),
    )
    return st.lists(spot, min_size=2, max_size=4, unique_by=lambda one: (one.name, one.namespace))


@st.composite
def services(draw: st.DrawFn, here: list[Spot], taste: Taste) -> list[Object]:
    """Draw their Service objects."""
    found = []
    for number, spot in enumerate(here):
        ports: list[Object] = [
            {
                "port": port,
                "protocol": "TCP",
                "targetPort": port,
                **({"name": name} if name else {}),
            }
            for port, name in _named(spot.ports)
        ]
        headless = taste.headless and draw(rarely(10))
        address = "None" if headless else f"10.96.0.{number + 10}"
        found.append(objects.service(spot.name, spot.namespace, ports, cluster_ip=address))
    return found


def _named(ports: tuple[tuple[int, str], ...]) -> list[tuple[int, str]]:
    """Kubernetes wants a name for every port of a service of several; `p9000` says no protocol."""
    if len(ports) == 1:
        return list(ports)
    return [(number, name or f"p{number}") for number, name in ports]


@st.composite
def namespaces(draw: st.DrawFn) -> list[Object]:
    """Draw the Namespace objects: all of them, or none, since an input may know nothing of them."""
    if draw(st.booleans()):
        return []
    return [objects.namespace(name) for name in ("default", "shop", "clients")]


@st.composite
def workloads(draw: st.DrawFn, here: list[Spot], taste: Taste) -> list[Object]:
    """Draw the Deployments of the services, and of programs that only call."""
    found = []
    replicas = st.sampled_from((1, 1, 1, 2, 0))
    for spot in here:
        tags = draw(st.lists(st.sampled_from(TAGS), min_size=1, max_size=3, unique=True))
        for tag in tags:
            labels = {"app": spot.name, "version": tag, "ASM_TRAFFIC_TAG": tag}
            if taste.flawed and draw(rarely(10)):
                labels["version"] = draw(st.sampled_from(TAGS))
            found.append(
                objects.deployment(f"{spot.name}-{tag}", spot.namespace, labels, draw(replicas))
            )
        if draw(st.booleans()):
            labels = {"app": spot.name}
            found.append(objects.deployment(f"{spot.name}-plain", spot.namespace, labels))
    for tag in draw(st.lists(st.sampled_from(("none", *TAGS)), max_size=2, unique=True)):
        labels = {"app": "caller"} | ({} if tag == "none" else dict.fromkeys(TAG_KEYS, tag))
        found.append(objects.deployment(f"caller-{tag}", "clients", labels))
    return found
