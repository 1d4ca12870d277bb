"""How a port is routed by its number, its name and its `appProtocol`: Istio's own code decides."""

from __future__ import annotations

import json

import pytest

from laneway.core.mesh.link import link
from laneway.core.mesh.mesh import MeshPort
from tests.agree.istio_proxy import ANYWHERE, IstioProxy
from tests.agree.oracle import Oracle, Workload
from tests.laws.objects import Object
from tests.snapshot import snapshot_of_objects

pytestmark = pytest.mark.engine

WELL_KNOWN = (25, 53, 3306, 27017)
OTHERS = (21, 22, 26, 52, 80, 110, 143, 389, 443, 1433, 3307, 5432, 5672, 6379, 9042, 9092, 11211)
NAMES = (
    *("http", "HTTP2-a", "http_proxy", "grpc", "grpc-web", "grpc-webby", "grpc-other", "https"),
    *("tcp", "tls-x", "mongo", "mysql", "redis-0", "udp", "udp-dns", "hbone", "web", "http2x"),
    *("postgres", "dns", "smtp", "-http", "thrift"),
)
APP_PROTOCOLS = (
    *NAMES,
    *("kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss", "Kubernetes.io/H2C"),
    *("http-extra", "example.com/http"),
)


def ports() -> list[Object]:
    """Return ports of all kinds; each is the only one of its Service."""
    bare = [{"port": number} for number in (*WELL_KNOWN, *OTHERS)]
    unknown = [{"port": number, "name": "lookup"} for number in WELL_KNOWN]
    unknown += [{"port": number, "appProtocol": "lookup"} for number in WELL_KNOWN]
    said = [{"port": number, "name": "http-a"} for number in WELL_KNOWN]
    named = [{"port": 7000 + at, "name": name} for at, name in enumerate(NAMES)]
    declared = [
        {"port": 7100 + at, "name": name, "appProtocol": declared}
        for name in ("http-a", "tcp-a")
        for at, declared in enumerate(APP_PROTOCOLS)
    ]
    return [*bare, *unknown, *said, *named, *declared, {"port": 7300, "protocol": "UDP"}]


def service(number: int, port: Object) -> Object:
    whole = {"targetPort": 8000, "protocol": "TCP", **port}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": f"s{number}", "namespace": "default"},
        "spec": {"clusterIP": f"10.96.1.{number}", "selector": {"app": "a"}, "ports": [whole]},
    }


def by_istio(proxy: IstioProxy, number: int, port: int) -> str:
    """Say what Istio's listener for the port takes it for; one for HTTP is for all addresses."""
    listeners = {one["address"][0]: one for one in proxy.listeners}
    found = listeners.get(f"10.96.1.{number}:{port}") or listeners.get(f"{ANYWHERE}:{port}") or {}
    chains = [*found.get("chains", []), found.get("default") or {}]
    kinds = ["http"] if any("rds" in chain for chain in chains) else []
    host = f"s{number}.default.svc.cluster.local"
    if any(cluster.endswith(host) for chain in chains for cluster in chain.get("tcp", {})):
        kinds.append("tcp")
    return "sniffed" if len(kinds) == 2 else "".join(kinds) or "not routed"


def by_laneway(found: tuple[MeshPort, ...]) -> str:
    """Say what Laneway takes it for."""
    return next(("sniffed" if one.sniffed else one.protocol for one in found), "not routed")


def test_a_port_speaks_what_istio_takes_it_for(oracle: Oracle) -> None:
    services = [service(number, port) for number, port in enumerate(ports(), 1)]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "caller", "namespace": "default", "labels": {"app": "a"}},
        "spec": {"nodeName": "node-1"},
        "status": {"phase": "Running", "podIP": "10.244.0.1", "podIPs": [{"ip": "10.244.0.1"}]},
    }
    text = "\n---\n".join(json.dumps(one) for one in [*services, pod])
    proxy = oracle.translate(text, "", [Workload("caller", "10.244.0.1")]).proxies["default/caller"]
    mesh = link(snapshot_of_objects((f"{at}.yaml", one) for at, one in enumerate(services)))
    known = {one.name: one.ports for one in mesh.services.values()}

    differing = {
        json.dumps(port): (istio, laneway)
        for number, port in enumerate(ports(), 1)
        if (istio := by_istio(proxy, number, port["port"]))
        != (laneway := by_laneway(known[f"s{number}"]))
    }

    assert differing == {}
