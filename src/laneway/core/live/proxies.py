"""Which proxies a change has to reach, and which of them one observer can stand for.

Comes in: pods, and what tells callers apart. Goes out: expected proxies, and those that are alike:
all of a class are sent the same. A pod that is not ready is not waited for: no request is sent to
it, and its proxy asks for what is true by then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from msgspec import Struct

from laneway.core.mesh.mesh import Caller
from laneway.core.resources.kubernetes.workloads import Container, Workload
from laneway.core.resources.matching import Labels

PROXY = "istio-proxy"
"""The name of the container that Istio's injection puts beside a pod's programs."""

ROUTER = "router"
"""The argument of a proxy that is a gateway's."""


class ExpectedProxy(Struct, frozen=True):
    """A pod whose proxy is expected to follow: its name, its namespace and its labels."""

    name: str
    namespace: str
    labels: Labels = ()
    is_gateway: bool = False

    @property
    def id(self) -> str:
        """The name by which istiod lists it."""
        return f"{self.name}.{self.namespace}"

    @property
    def caller(self) -> Caller:
        """Who it is to those whom it calls."""
        return Caller(self.namespace, self.labels)


Who = Callable[[str], bool]
"""Whether a proxy is asked about, by the name by which istiod lists it."""


def everybody(_: str) -> bool:
    """Ask about all proxies."""
    return True


class AlikeProxies(Struct, frozen=True):
    """Proxies that are sent the same; `first` is the one whose place an observer takes."""

    first: ExpectedProxy
    proxies: tuple[ExpectedProxy, ...]


def expected(pods: Iterable[Workload]) -> Iterator[ExpectedProxy]:
    """Yield the proxies of live pods that are ready.

    A gateway is a proxy that runs as a router, or with no program beside it. A waypoint is sent
    routes of its own, which lanes have no part in.
    """
    for pod in pods:
        if not pod.ready or pod.meta.ref.kind != "Pod":
            continue
        own, alone = None, True
        for one in pod.containers:
            if one.name == PROXY:
                own = one
            else:
                alone = False
        proxy = own or _native(pod.init_containers)
        if proxy is not None and "waypoint" not in proxy.args:
            is_gateway = (alone and own is not None) or "router" in proxy.args
            labels = tuple(sorted(pod.labels.items()))
            yield ExpectedProxy(pod.meta.name, pod.meta.namespace, labels, is_gateway)


def _native(containers: Iterable[Container]) -> Container | None:
    """Return the proxy among containers that start before a pod's own and stay."""
    return next((one for one in containers if one.name == PROXY), None)


def classes(
    proxies: Iterable[ExpectedProxy], asked: Collection[tuple[str, str]]
) -> tuple[AlikeProxies, ...]:
    """Gather proxies into classes by what is asked of their labels; names decide who is first."""
    found: dict[tuple[bool, str, Labels], list[ExpectedProxy]] = {}
    for one in proxies:
        told = tuple(pair for pair in one.labels if pair in asked)
        found.setdefault((one.is_gateway, one.namespace, told), []).append(one)
    gathered = (tuple(sorted(alike, key=lambda one: one.name)) for alike in found.values())
    ordered = sorted(gathered, key=lambda alike: (alike[0].namespace, alike[0].name))
    return tuple(AlikeProxies(alike[0], alike) for alike in ordered)
