"""How a proxy asks whether the pods of a lane that others stand in for are alive.

Comes in: a service's pods and where they run. Goes out: where to ask and how. It asks the program
itself, past the pod's proxy, which answers also when the program is gone. A pod template's
readiness probe says how the program wants to be asked; without one only a connection is tried,
since nobody knows which request a program does not mind.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/health_check.proto
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from laneway.core.emit.envoy.config import Block
from laneway.core.emit.placement import PortPlace, Replica
from laneway.core.mesh.mesh import MeshService
from laneway.core.resources.kubernetes.workloads import ReadinessProbe
from laneway.core.resources.meta import Ref

_LONGEST = 3600
"""Seconds above which a time of a probe is not taken at its word; Envoy has limits, too."""

_CONNECTION: Block = {
    "timeout": "1s",
    "interval": "1s",
    "unhealthy_edge_interval": "1s",
    "unhealthy_interval": "0.1s",
    "no_traffic_interval": "0.1s",
    "no_traffic_healthy_interval": "1s",
    "unhealthy_threshold": 2,
    "healthy_threshold": 1,
    "tcp_health_check": {},
}
"""A connection each second. One failure may be a busy machine, two are not. Who is down is asked
more often: a program may start just after it was asked, and others answer for it until then."""

_AGAIN = "0.5s"
"""How soon a pod that is not ready is asked again, however long the period of its probe is, as a
kubelet may do: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
"""


class Asked(Struct, frozen=True):
    """How the pods of a cluster are asked, and the container port of each that is asked."""

    check: Block
    ports: tuple[PortPlace, ...]


def asked(service: MeshService, pods: Sequence[tuple[Replica, PortPlace]]) -> Asked:
    """Return how the pods of a service are asked; a place is the port the service leads to.

    A cluster has one way to ask, so the first probe counts, and only if every pod has its port.
    """
    refs = {replica.workload for replica, _ in pods}
    for probe in _probes(service, refs):
        places = [replica.place_of(probe.port) for replica, _ in pods]
        known = tuple(place for place in places if place is not None)
        if len(known) == len(pods):
            return Asked(_over_http(probe, service.name), known)
    return Asked(_CONNECTION, tuple(place for _, place in pods))


def _probes(service: MeshService, refs: set[Ref]) -> Iterator[ReadinessProbe]:
    for workload in service.workloads:
        if workload.meta.ref in refs:
            for container in workload.containers:
                if container.readiness is not None:
                    yield container.readiness


def _over_http(probe: ReadinessProbe, name: str) -> Block:
    """Return a probe as the kubelet carries it out: every status from 200 to 399 is well."""
    interval = f"{min(probe.period, _LONGEST)}s"
    return {
        "timeout": f"{min(probe.timeout, _LONGEST)}s",
        "interval": interval,
        "unhealthy_edge_interval": interval,
        "unhealthy_interval": _AGAIN,
        "no_traffic_interval": _AGAIN,
        "no_traffic_healthy_interval": interval,
        "unhealthy_threshold": probe.failures,
        "healthy_threshold": probe.successes,
        "http_health_check": {
            "host": probe.host or name,
            "path": probe.path,
            "expected_statuses": [{"start": 200, "end": 400}],
            "retriable_statuses": [{"start": 100, "end": 200}, {"start": 400, "end": 600}],
        },
    }
