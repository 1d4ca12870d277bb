"""Which services a workload says it calls: URLs and `host:port` in its containers' environment.

Comes in: the mesh and a workload. Goes out: each URL that names a service of the mesh, and the call
it stands for. Nothing else in a manifest tells who calls whom, so everybody who has to know asks
here: a journey, the rules, what verifies a mesh, and the mesh on this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.names import Host, service_host
from laneway.core.resources.kubernetes.workloads import Workload

_BARE = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}")
_USUAL_PORTS: Mapping[str, int] = {"http": 80, "https": 443}


class CalledService(Struct, frozen=True):
    """A service that is called. Without a port it is the service's first one.

    `spelled` is the authority that the program asks for.
    """

    host: Host
    port: int | None = None
    spelled: str = ""


class ServiceUrl(Struct, frozen=True):
    """A URL of a service: the variable it stands in, its text, and the call it means."""

    variable: str
    url: str
    call: CalledService


def service_urls(mesh: Mesh, workload: Workload) -> Iterator[ServiceUrl]:
    """Yield the URLs in a workload's environment that name a service of the mesh, as written.

    `host:port` counts as one where it is a port of another service: one's own is where one listens.
    """
    for container in workload.containers:
        for variable, value in container.environment:
            bare = _BARE.fullmatch(value) is not None
            url = f"http://{value}" if bare else value
            name, port = authority_of_url(url)
            host = named_service(mesh, name, workload.namespace)
            if host is not None and not (bare and _is_no_call(mesh.services[host], port, workload)):
                yield ServiceUrl(variable, url, CalledService(host, port, _authority(url)))


def _is_no_call(service: MeshService, port: int | None, workload: Workload) -> bool:
    is_own = any(one.meta.ref == workload.meta.ref for one in service.workloads)
    return is_own or all(known.number != port for known in service.ports)


def other_calls(mesh: Mesh, workload: Workload) -> tuple[CalledService, ...]:
    """Return the HTTP calls of a workload's environment that name no service of the mesh."""
    found = (
        CalledService(Host(name.lower()), port, _authority(value))
        for container in workload.containers
        for _, value in container.environment
        for name, port in (authority_of_url(value),)
        if value.startswith("http://") and name
        if named_service(mesh, name, workload.namespace) is None
    )
    return _each_once(found)


def calls_of(mesh: Mesh, workload: Workload) -> tuple[CalledService, ...]:
    """Return the services a workload names in the URLs of its environment, each once."""
    return _each_once(one.call for one in service_urls(mesh, workload))


def _each_once(calls: Iterable[CalledService]) -> tuple[CalledService, ...]:
    """Return the calls of different services or ports, as each is spelled first."""
    found: dict[tuple[Host, int | None], CalledService] = {}
    for one in calls:
        found.setdefault((one.host, one.port), one)
    return tuple(found.values())


def authority_of_url(value: str) -> tuple[str, int | None]:
    """Return the host and the port in a URL; no host for what is no URL.

    >>> authority_of_url("http://user@mockb:8000/path?q=1"), authority_of_url("mockb:8000")
    (('mockb', 8000), ('', None))
    >>> authority_of_url("http://mockb"), authority_of_url("redis://cache")
    (('mockb', 80), ('cache', None))
    """
    host, _, port = _authority(value).partition(":")
    usual = _USUAL_PORTS.get(value.partition("://")[0].lower())
    return host, int(port) if port.isascii() and port.isdigit() else usual


def _authority(value: str) -> str:
    rest = value.partition("://")[2]
    return re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]


def named_service(mesh: Mesh, name: str, namespace: str) -> Host | None:
    """Return the service a name stands for when a pod of a namespace uses it."""
    parts = name.split(".")
    space = parts[1] if len(parts) > 1 else namespace
    known = len(parts) <= 2 or parts[2] == "svc"
    host = service_host(parts[0], space)
    return host if known and host in mesh.services else None
