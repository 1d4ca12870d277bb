"""Requests through the gateways of a cluster, by whoever may send them.

Comes in: gateways with the Services that lead to them, a request. Goes out: what came back, beside
what was promised. A console on somebody's own machine sends as they could themselves, to the
address that people outside reach. One in a cluster would lend its place in the network to
whoever comes, so it asks the API server first: who may `create` the `proxy` of the gateway's
Service can have the API server send there as well, and nobody else is served.
https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from laneway.adapters.asking import GivenAddress
from laneway.adapters.kube import Client, Kind, KubeError
from laneway.adapters.kube.reviews import may
from laneway.apps.local.verify.asked import CannotSendError, SentInquiry, answers_from, promised
from laneway.core.compile import Compilation
from laneway.core.routing.plan.route_plan import GatewayPort
from laneway.core.views.answers import answers_view
from laneway.core.views.explained import inquiry_view
from laneway.core.views.exposed import ReachedPort, ReachedService

_SERVICE = Kind("", "v1", "Service", "services", is_namespaced=True)
_PLAIN = 80


class ClusterSending:
    """Sends as one user; `is_inside` says that it stands in the cluster's network for others."""

    def __init__(self, client: Client, *, is_inside: bool) -> None:
        """Nothing is asked before somebody sends."""
        self._client = client
        self._is_inside = is_inside

    async def open_ports(self, reached: Iterable[ReachedPort]) -> tuple[ReachedPort, ...]:
        """Return the ports through which the user may send. Raises KubeError."""
        return tuple([one for one in reached if self._address(one) and await self._may(one)])

    async def send(
        self, reached: Sequence[ReachedPort], served: Compilation, wish: SentInquiry
    ) -> dict[str, Any]:
        """Send a request and return what became of it.

        Raises CannotSendError, NotConfirmedError. The way that it took nobody writes down here.
        """
        promise, port = promised(served, wish.inquiry)
        door = next((one for one in reached if _is(one, port)), None)
        address = self._address(door) if door else None
        if door is None or address is None:
            raise CannotSendError(f"port {port.port} of the gateway has no plain HTTP address here")
        await self._ask_first(door)
        answers = await answers_from(address, wish)
        return {
            "inquiry": inquiry_view(wish.inquiry),
            "address": f"{address.host}:{address.port}",
            "answers": answers_view(answers),
            "promise": promise,
            "taken": None,
        }

    def _address(self, one: ReachedPort) -> GivenAddress | None:
        if not one.url.startswith("http://"):
            return None
        if self._is_inside:
            return GivenAddress(one.service.host, one.service.port) if one.service else None
        parts = urlsplit(one.url)
        return GivenAddress(parts.hostname or "", parts.port or _PLAIN)

    async def _ask_first(self, one: ReachedPort) -> None:
        try:
            allowed = await self._may(one)
        except KubeError as error:
            raise CannotSendError(f"the API server does not say whether you may: {error}") from None
        if not allowed:
            raise CannotSendError(_refusal(one.service))

    async def _may(self, one: ReachedPort) -> bool:
        if not self._is_inside:
            return True
        if one.service is None:
            return False
        place = one.service.namespace, one.service.name
        return await may(self._client, "create", _SERVICE, *place, subresource="proxy")


def _is(one: ReachedPort, port: GatewayPort) -> bool:
    return (tuple(sorted(one.selector.items())), one.port) == (port.selector, port.port)


def _refusal(service: ReachedService | None) -> str:
    where = f"{service.namespace}/{service.name}" if service else "the gateway"
    return f"you may not `create` services/proxy of {where}, which this console asks for"
