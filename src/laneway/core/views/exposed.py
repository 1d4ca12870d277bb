"""Where a cluster's gateways are reached from outside, by the Services that lead to them.

Comes in: Services as the API server has them, Gateways, addresses of nodes. Goes out: a port of
gateways with each URL that is known of it. A Service leads to a Gateway's proxies where it selects
at least by what the Gateway does.
https://istio.io/latest/docs/tasks/traffic-management/ingress/ingress-control/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, ValidationError, field, json

from laneway.core.resources.istio.networking import Gateway

_USUAL = {"http": 80, "https": 443}
_HEADLESS = "None"


class _ExposedPort(Struct, rename="camel"):
    port: int
    target_port: int | str = 0
    node_port: int = 0


class _ExposedHead(Struct):
    name: str = ""
    namespace: str = ""


class _ExposedSpec(Struct, rename="camel"):
    type: str = "ClusterIP"
    cluster_ip: str = field(default="", name="clusterIP")
    selector: dict[str, str] | None = None
    ports: list[_ExposedPort] | None = None
    external_ips: list[str] | None = field(default=None, name="externalIPs")


class _LoadBalancerIngress(Struct):
    ip: str = ""
    hostname: str = ""


class _LoadBalancer(Struct):
    ingress: list[_LoadBalancerIngress] | None = None


class _ExposedStatus(Struct, rename="camel"):
    load_balancer: _LoadBalancer = field(default_factory=_LoadBalancer)


class _ExposedService(Struct):
    metadata: _ExposedHead = field(default_factory=_ExposedHead)
    spec: _ExposedSpec = field(default_factory=_ExposedSpec)
    status: _ExposedStatus = field(default_factory=_ExposedStatus)


_service = json.Decoder(_ExposedService)


class Exposed(Struct, frozen=True):
    """A Service that is reached from outside: at addresses of its own, or at ports of nodes.

    `ports` are its own, what each leads to, and the node's. `inside` is its address in the cluster.
    """

    selector: Mapping[str, str]
    addresses: tuple[str, ...]
    ports: tuple[tuple[int, int | str, int], ...]
    namespace: str = ""
    name: str = ""
    inside: str = ""


_Leading = list[tuple[Exposed, int, int]]


class ReachedService(Struct, frozen=True):
    """A Service that leads to a port of gateways, and where pods of the cluster reach that."""

    namespace: str
    name: str
    host: str
    port: int


class ReachedPort(Struct, frozen=True):
    """A port of gateways, as `namespace/name`, and a URL of it; empty where none is known.

    `service` is None where no Service that is reached from outside leads there.
    """

    gateways: tuple[str, ...]
    selector: dict[str, str]
    port: int
    url: str = ""
    service: ReachedService | None = None


def exposed(raw: bytes) -> Exposed | None:
    """Return how a Service is reached from outside; None of one that is not."""
    try:
        found = _service.decode(raw)
    except ValidationError:
        return None
    spec, given = found.spec, found.status.load_balancer.ingress or ()
    own = [one.hostname or one.ip for one in given if one.hostname or one.ip]
    addresses = (*own, *(spec.external_ips or ()))
    ports = tuple((one.port, one.target_port, one.node_port) for one in spec.ports or ())
    if not spec.selector or not (addresses or any(node for _, _, node in ports)):
        return None
    head = found.metadata
    inside = "" if spec.cluster_ip == _HEADLESS else spec.cluster_ip
    return Exposed(spec.selector, addresses, ports, head.namespace, head.name, inside)


def reached_ports(
    gateways: Iterable[Gateway], services: Sequence[Exposed], nodes: Sequence[str]
) -> Iterator[ReachedPort]:
    """Yield each port of each selector of gateways, with its first URL."""
    ports: dict[tuple[frozenset[tuple[str, str]], int], list[tuple[Gateway, str]]] = {}
    for gateway in gateways:
        for server in gateway.servers:
            key = frozenset(gateway.selector), server.port
            ports.setdefault(key, []).append((gateway, server.protocol))
    for (selector, port), found in ports.items():
        names = tuple(dict.fromkeys(f"{one.meta.namespace}/{one.meta.name}" for one, _ in found))
        scheme = "https" if found[0][1].upper() in ("HTTPS", "TLS") else "http"
        leading = _leading(dict(selector), port, services)
        url = next(_urls(scheme, leading, nodes), "")
        within = (
            ReachedService(one.namespace, one.name, one.inside, number)
            for one, number, _ in leading
            if one.inside
        )
        yield ReachedPort(names, dict(sorted(selector)), port, url, next(within, None))


def _leading(selector: Mapping[str, str], port: int, services: Sequence[Exposed]) -> _Leading:
    """Return the Services that lead to a port, each with the number it has there and on nodes."""
    return [
        (one, number, node)
        for one in services
        if selector and selector.items() <= one.selector.items()
        for number, target, node in one.ports
        if port in (number, target)
    ]


def _urls(scheme: str, leading: _Leading, nodes: Sequence[str]) -> Iterator[str]:
    """Yield URLs, those of an address of their own first."""
    for one, number, _ in leading:
        yield from (_url(scheme, address, number) for address in one.addresses)
    for _, _, node in leading:
        if node:
            yield from (_url(scheme, address, node) for address in nodes)


def _url(scheme: str, address: str, port: int) -> str:
    """Return a URL.

    >>> _url("http", "2001:db8::1", 80), _url("https", "lb.example", 31390)
    ('http://[2001:db8::1]/', 'https://lb.example:31390/')
    """
    host = f"[{address}]" if ":" in address else address
    return f"{scheme}://{host}{'' if _USUAL[scheme] == port else f':{port}'}/"
