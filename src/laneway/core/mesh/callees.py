"""Whom a workload calls, and whether that is all.

Comes in: the mesh and a workload. Goes out: the services its manifest names, and why that may not
be all of them. It is all where the author says so in an annotation; or where variables and
arguments are written out, name at least one service, and name nothing that the mesh does not know.
A mock application calls what it is told to and nothing else. Others than whoever narrows what a
proxy sees need not ask: what is named is enough for them, see `upstreams`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from laneway.core.mesh.behind import own_containers
from laneway.core.mesh.images import MOCK_IMAGES, meets
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.unknown_pods import is_known_elsewhere
from laneway.core.mesh.upstreams import authority_of_url, calls_of, named_service
from laneway.core.resources.kubernetes.workloads import Container, Workload

CALLS_ANNOTATION = "laneway.dev/calls"
"""The annotation of a workload or its pods that names all services they call, with commas."""

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s,;'\"]+")
_BARE = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}")
_ISTIO = frozenset({"istio-init", "istio-proxy", "istio-validation"})
_OWN = re.compile(r"localhost|127\..*|0\.0\.0\.0|\$.*|")
"""Hosts that are no call to anybody else; a variable in a URL names what another one holds."""


class Callees(Struct, frozen=True):
    """The hosts a workload calls; `open` says why there may be others, empty if there are none."""

    hosts: tuple[Host, ...]
    open: str = ""


def callees(mesh: Mesh, workload: Workload) -> Callees:
    """Return whom a workload calls, as far as its manifest tells."""
    told = workload.annotations.get(CALLS_ANNOTATION)
    if told is None:
        told = workload.meta.annotations.get(CALLS_ANNOTATION)
    if told is not None:
        return _as_told(mesh, workload, told)
    texts = [text for one in _containers(workload) for text in _texts(one)]
    words = (word for text in texts for word in _WORD.findall(text))
    found = (_known(mesh, word, workload.namespace) for word in words)
    hosts = tuple(dict.fromkeys(host for host in found if host is not None))
    return Callees(hosts, _open(mesh, workload, texts))


def _as_told(mesh: Mesh, workload: Workload, told: str) -> Callees:
    words = [word.strip() for word in told.split(",") if word.strip()]
    found = {word: _known(mesh, word, workload.namespace) for word in words}
    strange = next((word for word, host in found.items() if host is None), "")
    why = f"its annotation {CALLS_ANNOTATION} names {strange}, which is no service of the input"
    hosts = tuple(host for host in found.values() if host is not None)
    return Callees(hosts, why if strange else "")


def _known(mesh: Mesh, word: str, namespace: str) -> Host | None:
    """Return the service or outside host of the mesh that a word names, if it names one."""
    name = word.lower().rstrip(".")
    if is_known_elsewhere(name, mesh.service_entries):
        return Host(name)
    return named_service(mesh, name, namespace)


def _open(mesh: Mesh, workload: Workload, texts: Iterable[str]) -> str:
    containers = _containers(workload)
    for one in containers:
        if one.unsaid:
            return f"container {one.name} takes values from {one.unsaid[0]}"
    named = False
    for host in (host for text in texts for host in _dialed(text)):
        if _OWN.fullmatch(host):
            continue
        if _known(mesh, host, workload.namespace) is None:
            return f"it names {host}, which is no service of the input"
        named = True
    mocks = containers and all(any(meets(one.image, m) for m in MOCK_IMAGES) for one in containers)
    if named or mocks or calls_of(mesh, workload):
        return ""
    return "nothing in its manifest says which services it calls"


def _dialed(text: str) -> Iterator[str]:
    """Yield the hosts of the URLs in a text, or its own where it is `host:port`."""
    if _BARE.fullmatch(text):
        yield text.partition(":")[0]
    yield from (authority_of_url(url)[0] for url in _URL.findall(text))


def _containers(workload: Workload) -> tuple[Container, ...]:
    first = (one for one in workload.init_containers if one.name not in _ISTIO)
    return (*own_containers(workload), *first)


def _texts(container: Container) -> Iterator[str]:
    yield from (value for _, value in container.environment)
    yield from container.command
    yield from container.args
