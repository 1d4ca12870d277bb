"""Which Sidecar speaks for a pod, and what the hosts of its listeners import.

Comes in: Sidecars, oldest first, and a pod's namespace and labels. Goes out: the one that counts,
the listener for a port, and whether that imports a host. A host is written `namespace/name`: `.` is
the pod's own namespace, also in the root namespace's Sidecar, `*` any, and a `~` in front leaves
out what would be imported otherwise. It refuses nothing: a host of another form imports nothing.
https://istio.io/latest/docs/reference/config/networking/sidecar/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from laneway.core.mesh.hosts import covers
from laneway.core.mesh.members import meets
from laneway.core.mesh.names import ROOT_NAMESPACE
from laneway.core.resources.istio.networking import Sidecar, SidecarEgress

EVERYTHING = SidecarEgress(("*/*",))
"""What a Sidecar without egress listeners imports."""

NOTHING = SidecarEgress(())


def sidecar_of(
    sidecars: Sequence[Sidecar], namespace: str, labels: Mapping[str, str]
) -> Sidecar | None:
    """Return the Sidecar that speaks for a pod.

    One whose workload selector meets the pod comes before the namespace's own, and that before the
    root namespace's; of several the oldest counts.
    """
    near = [one for one in sidecars if one.meta.namespace == namespace]
    chosen = (one for one in near if one.workload_selector and meets(one.workload_selector, labels))
    own = (one for one in near if not one.workload_selector)
    root = (
        one
        for one in sidecars
        if one.meta.namespace == ROOT_NAMESPACE and not one.workload_selector
    )
    return next((one for some in (chosen, own, root) for one in some), None)


def selecting(sidecars: Iterable[Sidecar]) -> Iterator[tuple[str, str]]:
    """Yield every label by which Sidecars tell pods apart."""
    for one in sidecars:
        yield from one.workload_selector


def listener_at(sidecar: Sidecar, port: int) -> SidecarEgress:
    """Return the listener that takes calls to a port: the first one for it or for every port."""
    if not sidecar.egress:
        return EVERYTHING
    return next((one for one in sidecar.egress if one.port in (None, port)), NOTHING)


class Imports(Struct, frozen=True):
    """What a listener imports, read for the pods of a namespace: pairs of namespace and host.

    `port` is the only one it listens on, None where it does on all.
    """

    wanted: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    port: int | None = None

    @classmethod
    def of(cls, listener: SidecarEgress, namespace: str) -> Imports:
        """Read the hosts of a listener as written."""
        wanted: list[tuple[str, str]] = []
        left_out: list[tuple[str, str]] = []
        for written in listener.hosts:
            if written.count("/") != 1:
                continue
            space, _, host = written.partition("/")
            kept = left_out if space.startswith("~") else wanted
            space = space.removeprefix("~") or "*"
            kept.append((namespace if space == "." else space, host))
        return cls(tuple(wanted), tuple(left_out), listener.port)

    def has_service(self, namespace: str, host: str) -> bool:
        """Whether a service of a namespace is imported."""
        return self._admits(namespace, host) and any(
            covers(pattern, host) for pattern in _here(self.wanted, namespace)
        )

    def has_routes(self, namespace: str, hosts: Iterable[str]) -> bool:
        """Whether a VirtualService of a namespace is imported: one of its hosts is enough.

        Of the imported host and its own either may be the wider one.
        """
        patterns = list(_here(self.wanted, namespace))
        return any(
            self._admits(namespace, host)
            and any(covers(one, host) or covers(host, one) for one in patterns)
            for host in hosts
        )

    def _admits(self, namespace: str, host: str) -> bool:
        return not any(covers(pattern, host) for pattern in _here(self.left_out, namespace))


def _here(pairs: Iterable[tuple[str, str]], namespace: str) -> Iterator[str]:
    return (host for space, host in pairs if space in ("*", namespace))
