"""The gateways of a cluster: where they are reached, and what a user may send through them.

Comes in: what the user sees. Goes out: addresses, and who sends. Nodes are asked for once, and only
where a service is reached by their ports.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from laneway.adapters.kube import Forbidden, KubeError, NotFound
from laneway.apps.cluster.addresses import addresses_of_nodes
from laneway.apps.cluster.following import SeenByUser
from laneway.apps.console.grounds.cluster_sending import ClusterSending
from laneway.apps.console.seams import GatewayAddress, Sender
from laneway.apps.local.verify.asked import SentInquiry
from laneway.core.compile import Compilation
from laneway.core.views.exposed import ReachedPort, reached_ports


class ClusterGateways:
    """The gateways that a user sees."""

    def __init__(self, following: SeenByUser, *, is_inside: bool) -> None:
        """Nothing is asked before a look."""
        self._following = following
        self._sending = ClusterSending(following.client, is_inside=is_inside)
        self._reached: tuple[ReachedPort, ...] = ()
        self._open: tuple[ReachedPort, ...] = ()
        self._nodes: tuple[str, ...] | None = None

    @property
    def addresses(self) -> list[GatewayAddress]:
        """Where they are reached."""
        return [
            GatewayAddress(one.gateways, one.selector, one.port, one.url) for one in self._reached
        ]

    def sender(self, served: Compilation) -> Sender | None:
        """Return who sends requests through them; None where the user may send through none."""
        if not self._open:
            return None

        async def send(wish: SentInquiry) -> dict[str, Any]:
            return await self._sending.send(self._reached, served, wish)

        return send

    async def look(self, compilation: Compilation) -> None:
        """Look where they are reached, and through which of them the user may send."""
        services = self._following.exposed
        if self._nodes is None and any(node for one in services for _, _, node in one.ports):
            self._nodes = ()
            with suppress(Forbidden, NotFound):
                self._nodes = await addresses_of_nodes(self._following.client)
        gateways = compilation.mesh.gateways.values()
        self._reached = tuple(reached_ports(gateways, services, self._nodes or ()))
        with suppress(KubeError):
            self._open = await self._sending.open_ports(self._reached)
