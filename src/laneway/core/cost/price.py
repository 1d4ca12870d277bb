"""What it weighs to hold something: memory and time of a proxy, and of istiod that sends it.

Comes in: what proxies hold. Goes out: bytes and processor seconds, by constants that were measured.
What a proxy holds is exact, what it weighs is not: within a quarter for memory, within two fifths
for the time of a start, within half as much again for istiod.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from laneway.core.cost import measured
from laneway.core.cost.held import Load

_MEGABYTE = 1_000_000


def memory(held: Load) -> int:
    """Return the resident memory of a proxy that holds this, in bytes."""
    return (
        measured.PROXY_BYTES
        + held.clusters * measured.CLUSTER_BYTES
        + held.routes * measured.ROUTE_BYTES
        + held.endpoints * measured.ENDPOINT_BYTES
    )


def start(held: Load) -> float:
    """Return the processor seconds of a proxy from its start until it is ready."""
    return (
        measured.PROXY_SECONDS
        + held.clusters * measured.CLUSTER_SECONDS
        + held.routes * measured.ROUTE_SECONDS
        + held.endpoints * measured.ENDPOINT_SECONDS
    )


class ControlPlaneCost(Struct, frozen=True):
    """What istiod takes: memory at its highest and processor seconds while all proxies join."""

    memory: int
    seconds: float


def control_plane(
    holding: Iterable[tuple[int, Load]], pods: int, object_bytes: int
) -> ControlPlaneCost:
    """Return what istiod takes for so many proxies of each holding, pods and bytes of objects.

    They join all at once, as after its restart; of more than it sends to at one moment the others
    wait, and take no memory while they do.
    """
    found = [(count, held) for count, held in holding if count]
    proxies = sum(count for count, _ in found)
    share = min(1.0, measured.ISTIOD_AT_ONCE / proxies) if proxies else 0.0
    clusters = sum(count * held.cluster_bytes for count, held in found)
    endpoints = sum(count * held.endpoint_bytes for count, held in found)
    routes = sum(count * held.route_bytes for count, held in found)
    alone = (
        measured.ISTIOD_BYTES
        + pods * measured.ISTIOD_POD_BYTES
        + object_bytes * measured.ISTIOD_OBJECT_FACTOR
    )
    sending = share * (
        clusters * measured.ISTIOD_CLUSTER_FACTOR
        + endpoints * measured.ISTIOD_ENDPOINT_FACTOR
        + routes * measured.ISTIOD_ROUTE_FACTOR
    )
    seconds = (
        clusters * measured.ISTIOD_CLUSTER_SECONDS
        + endpoints * measured.ISTIOD_ENDPOINT_SECONDS
        + routes * measured.ISTIOD_ROUTE_SECONDS
    ) / _MEGABYTE
    joining = measured.ISTIOD_JOINING_BYTES if proxies else 0
    return ControlPlaneCost(alone + joining + int(sending), seconds)
