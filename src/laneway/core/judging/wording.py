"""Requests, pods and counts in words, as a report and its findings use them."""

from __future__ import annotations

from collections.abc import Iterable

from laneway.core.mesh.injection import Lack, lack_of_sidecar
from laneway.core.mesh.mesh import Mesh
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.routing.ask.request import Request
from laneway.core.search.probes import Probe

REMEDIES: dict[Lack, str] = {
    "pod opts out": "Take sidecar.istio.io/inject off the pod and restart it.",
    "namespace does not ask": "Label the namespace istio-injection=enabled and restart its pods.",
    "no proxy container": "Switch injection on for the namespace and restart the pod.",
    "host network": "Remove hostNetwork, since such pods get no sidecar, and restart the pod.",
}


def number(count: int, noun: str) -> str:
    """Put a count before a noun.

    >>> number(1, "call"), number(67, "request")
    ('1 call', '67 requests')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def request_text(request: Request, domain: str = "*") -> str:
    """Say a request in a few words; its host only where the gateway asks for one.

    >>> request_text(Request("localhost", "/mock", headers=(("x-lane", "s1"),)))
    '/mock x-lane: s1'
    """
    words = [request.method] if request.method != "GET" else []
    words.append(request.path if domain == "*" else f"{request.host}{request.path}")
    words += [f"{name}: {value}" for name, value in request.headers]
    return " ".join(words)


def probe_text(probe: Probe) -> str:
    """Say the request of a probe."""
    return request_text(probe.request, probe.domain or probe.request.host or "*")


def lack_text(mesh: Mesh, workload: Workload) -> tuple[str, str]:
    """Say why a pod has no sidecar, and how it gets one."""
    lack = lack_of_sidecar(mesh, workload)
    if lack is None:
        return "nobody knows why", "Restart the pod with injection switched on."
    return lack, REMEDIES[lack]


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return names once each, in the order of their first."""
    return tuple(dict.fromkeys(names))
