"""Which ports of services a proxy knows, where Sidecars, exportTo and routes decide it together."""

from __future__ import annotations

from random import Random

import pytest

from tests.agree.cluster import cluster_of
from tests.agree.knowing import known_ports
from tests.agree.oracle import Oracle
from tests.laws import objects
from tests.laws.compiling import compile_mesh
from tests.laws.objects import NETWORKING, Object

SPACES = ("shop", "web", "istio-system")
SERVICES = (("cart", "shop", (80, 9000)), ("pay", "shop", (80,)), ("page", "web", (9000, 80)))
EXPORTS = ("", "", ".", "web", "shop", "istio-system", "*")
HOSTS = [objects.host_of(name, space) for name, space, _ in SERVICES]
MESHES, CALLERS = 12, 6


@pytest.mark.engine
def test_a_proxy_knows_the_ports_that_istio_gives_it_clusters_of(oracle: Oracle) -> None:
    chance = Random(5)  # noqa: S311 - a drawn case is no secret
    known = [pair for _ in range(MESHES) for pair in _asked(_drawn(chance), oracle)]

    assert [words for words, alike in known if not alike] == []
    assert sum("known True" in words for words, _ in known) >= 100
    assert sum("known False" in words for words, _ in known) >= 100


def _asked(mesh: list[Object], oracle: Oracle) -> list[tuple[str, bool]]:
    compilation = compile_mesh(mesh)
    cluster = cluster_of(mesh, compilation)
    translation = oracle.translate(cluster.kubernetes, cluster.istio, cluster.proxies)
    assert not translation.refused
    return list(known_ports(compilation, translation))


def _drawn(chance: Random) -> list[Object]:
    """Return services, callers with a Sidecar each, and routes of the mesh in any namespace."""
    found = [objects.gateway("edge", {"istio": "edge"}, 80, ["*"])]
    for number, (name, space, ports) in enumerate(SERVICES):
        opened = [{"port": p, "targetPort": p, "name": f"http-{p}"} for p in ports]
        one = objects.service(name, space, opened, cluster_ip=f"10.0.0.{number + 1}")
        if spaces := chance.choice(EXPORTS):
            one["metadata"]["annotations"] = {"networking.istio.io/exportTo": spaces}
        found.append(one)
    for number in range(CALLERS):
        labels = {"app": f"caller-{number}"}
        space = chance.choice(SPACES[:2])
        found.append(objects.deployment(labels["app"], space, labels))
        found.append(_sidecar(labels, space, chance))
    return [*found, *(_routes(f"routes-{number}", chance) for number in range(4))]


def _sidecar(labels: dict[str, str], space: str, chance: Random) -> Object:
    """Return a Sidecar with listeners for ports and, mostly, one for all."""
    egress: list[Object] = []
    for port in chance.choice(((), (80,), (9000,), (80, 9000))):
        name = {"number": port, "protocol": "HTTP", "name": f"http-{port}"}
        egress.append({"port": name, "hosts": _imported(chance)})
    if not egress or chance.random() < 0.7:
        egress.append({"hosts": _imported(chance)})
    spec = {"workloadSelector": {"labels": labels}, "egress": egress}
    meta = objects.head(labels["app"], space)
    return {"apiVersion": NETWORKING, "kind": "Sidecar", "metadata": meta, "spec": spec}


def _imported(chance: Random) -> list[str]:
    host = chance.choice(HOSTS)
    words = ["./*", "*/*", "shop/*", "web/*", "istio-system/*", f"*/{host}", f"./{host}", "~/*"]
    return [chance.choice(words)]


def _routes(name: str, chance: Random) -> Object:
    """Return a VirtualService whose routes lead anywhere, for whichever callers and gateways."""
    spec: Object = {"http": [_route(chance) for _ in range(chance.choice((1, 2)))]}
    if chance.random() < 0.2:
        spec["tcp"] = [{"route": [_to(chance)]}]
    if chance.random() < 0.3:
        spec["exportTo"] = [chance.choice((".", "*", *SPACES[:2]))]
    if chance.random() < 0.3:
        spec["gateways"] = chance.choice((["mesh", "edge"], ["istio-system/edge"]))
    hosts = [chance.choice((*HOSTS, "lamp.example.test", "*.svc.cluster.local"))]
    return objects.virtual_service(name, chance.choice(SPACES), hosts, **spec)


def _route(chance: Random) -> Object:
    found: Object = {"route": [_to(chance)]}
    asked = [
        {"uri": {"prefix": "/a"}},
        {"sourceNamespace": chance.choice(SPACES)},
        {"gateways": ["istio-system/edge"], "uri": {"prefix": "/b"}},
        {"port": 9000},
    ]
    if chance.random() < 0.6:
        found["match"] = chance.sample(asked, chance.choice((1, 2)))
    if chance.random() < 0.3:
        found["mirror"] = _to(chance)["destination"]
    elif chance.random() < 0.3:
        found["route"] = [_to(chance) | {"weight": 100}, _to(chance) | {"weight": 0}]
    return found


def _to(chance: Random) -> Object:
    to: Object = {"host": chance.choice(HOSTS)}
    if chance.random() < 0.6:
        to["port"] = {"number": chance.choice((80, 9000))}
    return {"destination": to}
