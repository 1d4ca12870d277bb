"""What a workload's manifest says of itself and of whom it calls, for programs on this machine.

Comes in: the mesh and a workload. Goes out: the variables by which the built-in mock stands in for
any image, and the names of the services a program is expected to call. Pure.
"""

from __future__ import annotations

from laneway.core.mesh.mesh import Mesh, MeshService
from laneway.core.mesh.upstreams import calls_of, service_urls
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.questions.words import short_host

VERSION_LABELS = ("version", "ASM_TRAFFIC_TAG")
"""Labels that tell a pod's version, the usual one first."""


def mock_variables(mesh: Mesh, workload: Workload) -> tuple[tuple[str, str], ...]:
    """Return the settings of a mock where its container has none of its own.

    It answers as the workload and in its version, and asks each service that a URL of the manifest
    names, though nobody twice for one request: what services call each other is no endless chain.
    """
    labels = dict(workload.labels)
    version = next((labels[name] for name in VERSION_LABELS if name in labels), "")
    settings = [("app", workload.meta.name), ("version", version)]
    urls = {one.call: one.url for one in service_urls(mesh, workload)}
    plain = [url for url in urls.values() if url.startswith("http://")]
    if plain:
        settings += [("upstream_url", " ".join(plain)), ("once", workload.meta.name)]
    return tuple(settings)


def called_names(mesh: Mesh, workload: Workload) -> tuple[str, ...]:
    """Return the services that a workload names in URLs, itself left out, as people write them."""
    hosts = (one.host for one in calls_of(mesh, workload))
    others = (host for host in hosts if not _is_of(mesh.services[host], workload))
    spelled = (short_host(host).removeprefix(f"{workload.namespace}/") for host in others)
    return tuple(dict.fromkeys(spelled))


def _is_of(service: MeshService, workload: Workload) -> bool:
    return any(one.meta.ref == workload.meta.ref for one in service.workloads)
