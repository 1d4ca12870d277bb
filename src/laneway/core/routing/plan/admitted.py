"""Who may bind a host of a gateway: a server's `namespace/host` admits one namespace alone.

Comes in: a Gateway and the hosts of an object. Goes out: the domains the object gets there, and for
an entry of lanes the namespace to stand in, which is where it gets most of them. The gateway's own
namespace is taken where no other gets more, so that only a Gateway that shuts it out moves an
entry.
https://istio.io/latest/docs/reference/config/networking/gateway/#Server
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import GatewayName
from laneway.core.resources.istio.networking import Gateway

ANYWHERE = ""
"""Stands for an object of whatever namespace, which every host admits."""

HTTP_PROTOCOLS = frozenset({"HTTP", "HTTP2", "GRPC", "GRPC-WEB"})


def bound_domains(
    served: Iterable[str], own: str, hosts: Iterable[str], namespace: str
) -> Iterator[str]:
    """Yield the domains an object gets at a server: the narrower of each pair of hosts.

    `served` are the server's hosts as written, `own` the Gateway's namespace; `hosts` and
    `namespace` are the object's.

    >>> list(bound_domains(["shop/*.test", "./a.test"], "edge", ["*"], "shop"))
    ['*.test']
    """
    found: dict[str, None] = {}
    wanted = tuple(hosts)
    for written in served:
        space, _, host = written.rpartition("/")
        named = own if space == "." else space
        if named not in ("", "*", namespace) and namespace != ANYWHERE:
            continue
        for one in wanted:
            if covers(host, one):
                found[one] = None
            elif covers(one, host):
                found[host] = None
    yield from found


def gets(gateway: Gateway, hosts: Iterable[str], namespace: str) -> frozenset[tuple[int, str]]:
    """Return the ports of a Gateway's HTTP servers, each with a domain an object gets there."""
    wanted = tuple(hosts)
    return frozenset(
        (server.port, domain)
        for server in gateway.servers
        if server.protocol.upper() in HTTP_PROTOCOLS
        for domain in bound_domains(server.hosts, gateway.meta.namespace, wanted, namespace)
    )


def entry_namespace(mesh: Mesh, name: GatewayName, host: str) -> str:
    """Return where an entry for a host has to stand: in the gateway's namespace, if it may."""
    own = name.partition("/")[0]
    gateway = mesh.gateways.get(name)
    if gateway is None:
        return own
    spaces = dict.fromkeys((own, *_named(gateway)))
    return min(spaces, key=lambda space: len(lacking(gateway, host, space)))


def lacking(gateway: Gateway, host: str, namespace: str) -> list[str]:
    """Return the domains of a host that an object of a namespace does not get at a gateway."""
    own = gets(gateway, [host], namespace)
    return sorted(
        domain
        for port, domain in gets(gateway, [host], ANYWHERE)
        if not any(port == at and covers(wide, domain) for at, wide in own)
    )


def _named(gateway: Gateway) -> Iterator[str]:
    """Yield the namespaces that servers of a Gateway name, in the order written."""
    for server in gateway.servers:
        for written in server.hosts:
            space = written.partition("/")[0] if "/" in written else ""
            if space not in ("", "*", "."):
                yield space
