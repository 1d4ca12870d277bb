"""What the proxies of a cluster have counted, read from themselves with one user's rights.

Comes in: a client of that user, and pods. Goes out: what grew since they were asked before, and of
whom it is not known, with a reason. The API server fetches the pages, for who may `get` pods/proxy:
no connection leads from here to pods, and of each page Envoy leaves out all that is not asked for.
Bounded are the pods, how many are asked at once, the bytes of a page and the time of a look.
https://istio.io/latest/docs/ops/integrations/prometheus/#option-2-customized-scraping-configurations
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from msgspec import Struct, field

from laneway.adapters.kube import Client, KubeError
from laneway.adapters.kube.client import POD, PodPage
from laneway.adapters.kube.reviews import may
from laneway.core.mesh.injection import PROXY_CONTAINER
from laneway.core.mesh.members import maker
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.rules.questions.words import listing
from laneway.core.views.traffic.proxies import PATTERN, CounterPage, GrownCounter, read_page

MOST = 200
"""Proxies that are asked in a look."""
AT_ONCE = 8
PATIENCE = 8.0
"""Seconds for all of a look."""
_OLD = 60.0
"""Seconds after which what a proxy said before is too old to tell a rate of now."""
_AGAIN = 30.0
"""Seconds until it is asked again where the user may look."""
_PAGE = PodPage(15090, "/stats/prometheus", {"usedonly": "", "filter": PATTERN})
"""Envoy's own page: the agent's, at 15020, has the program's counters as well, and no filter."""


class ProxyPod(Struct, frozen=True):
    """A pod with a proxy, and the name of who makes it."""

    namespace: str
    name: str
    workload: str


def proxy_pod(pod: Workload) -> ProxyPod | None:
    """Return a pod as one that can be asked; None where it has no proxy, or is not ready.

    What is not ready may have no proxy yet, and serves nobody.
    """
    containers = (*pod.containers, *pod.init_containers)
    has_proxy = any(one.name == PROXY_CONTAINER for one in containers)
    if not pod.pod_ip or not pod.ready or not has_proxy:
        return None
    return ProxyPod(pod.namespace, pod.meta.name, (maker(pod) or pod.meta.ref).name)


class ProxiesRead(Struct):
    """A look: what grew, by pod; and of which pods nothing is known, with the reason."""

    grown: dict[ProxyPod, list[GrownCounter]] = field(default_factory=dict)
    missed: dict[ProxyPod, str] = field(default_factory=dict)
    refused: tuple[ProxyPod, ...] = ()
    """Those that the user may not ask."""
    begun: bool = False
    """Whether any pod was asked before, so that there are rates."""

    @property
    def why(self) -> str:
        """Say what is not known, and how it would be."""
        said = []
        if spaces := sorted({one.namespace for one in self.refused}):
            said.append(
                f"You may not get pods/proxy in {listing(spaces)}, where proxies "
                "count: a RoleBinding there to the chart's ClusterRole …-counters grants it, or "
                "have --metrics name a Prometheus."
            )
        if self.missed:
            pod, problem = next(iter(self.missed.items()))
            of = f"{len(self.missed)} of {len(self.missed) + len(self.grown)} proxies"
            said.append(f"{of} do not answer, as {pod.name} in {pod.namespace}: {problem[:200]}")
        if not self.begun and self.grown:
            said.append("Counting has begun; rates are known in some seconds.")
        return " ".join(said)


class ProxyReader:
    """Reads proxies, look after look."""

    def __init__(self, client: Client) -> None:
        """Nothing is asked before a look."""
        self._client = client
        self._pages: dict[tuple[str, str], CounterPage] = {}
        self._may: dict[str, bool] = {}
        self._until = 0.0

    async def read(self, pods: Sequence[ProxyPod]) -> ProxiesRead:
        """Ask every pod that the user may ask. Raises KubeError where it is not said which."""
        now = asyncio.get_running_loop().time()
        await self._ask_where({one.namespace for one in pods}, now)
        self._pages = {name: one for name, one in self._pages.items() if now - one.at < _OLD}
        asked = [one for one in pods if self._may[one.namespace]]
        refused = tuple(one for one in pods if not self._may[one.namespace])
        found = ProxiesRead(refused=refused, begun=bool(self._pages))
        gate = asyncio.Semaphore(AT_ONCE)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                for pod in asked:
                    tasks.create_task(self._ask(pod, gate, found))
        for pod in asked:
            if pod not in found.grown:
                found.missed.setdefault(pod, "no answer in time")
        return found

    async def _ask(self, pod: ProxyPod, gate: asyncio.Semaphore, found: ProxiesRead) -> None:
        async with gate:
            name, at = (pod.namespace, pod.name), asyncio.get_running_loop().time()
            try:
                raw = await self._client.page_of_pod(*name, _PAGE)
                before = self._pages.get(name)
                page, found.grown[pod] = read_page(raw.decode(errors="replace"), at, before)
            except (KubeError, ValueError) as problem:
                found.missed[pod] = str(problem)
            else:
                self._pages[name] = page

    async def _ask_where(self, namespaces: Iterable[str], now: float) -> None:
        """Ask where the user may look; it is remembered for a while."""
        if now >= self._until:
            self._may, self._until = {}, now + _AGAIN
        fresh = [one for one in namespaces if one not in self._may]
        if fresh and await self._allowed(""):
            self._may |= dict.fromkeys(fresh, True)
            return
        for one in fresh:
            self._may[one] = await self._allowed(one)

    async def _allowed(self, namespace: str) -> bool:
        return await may(self._client, "get", POD, namespace, subresource="proxy")
