"""Which pods are istiods.

Comes in: pods. Goes out: replicas of control planes, of all revisions: each serves proxies of its
own, so each is asked. They are known by the labels of Istio's charts.
https://istio.io/latest/docs/setup/upgrade/canary/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from laneway.core.resources.kubernetes.workloads import Workload

LABEL, VALUE = "app", "istiod"
REVISION = "istio.io/rev"


class IstiodReplica(Struct, frozen=True):
    """An istiod: its pod's name and address, its revision, and its ports; 0 where it has none."""

    name: str
    host: str
    revision: str = "default"
    plain: int = 15010
    secure: int = 15012
    debug: int = 15014
    namespace: str = "istio-system"

    @property
    def server(self) -> str:
        """The name in its certificate, whatever its revision and the address it is asked at."""
        return f"istiod.{self.namespace}.svc"


def replicas(pods: Iterable[Workload]) -> Iterator[IstiodReplica]:
    """Yield the istiods among live pods that are ready."""
    for pod in pods:
        if pod.labels.get(LABEL) == VALUE and pod.pod_ip and pod.ready:
            revision = pod.labels.get(REVISION, "default")
            name = f"{pod.meta.name}.{pod.namespace}"
            yield IstiodReplica(name, pod.pod_ip, revision, namespace=pod.namespace)
