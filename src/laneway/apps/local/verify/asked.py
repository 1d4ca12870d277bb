"""A person's own request, sent through a gateway of a running mesh, and the way it took.

Comes in: the mesh's folder, what it serves, an inquiry. Goes out: the answers, the promised journey
and what the proxies wrote down of it, hop by hop. It is sent to the address at which this machine
reaches the gateway and nowhere else, whatever host the request names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from laneway.adapters.asking import GatewayAnswer, GivenAddress, Sending, send
from laneway.apps.local.record.logs import is_replica
from laneway.apps.local.record.requests import Requests, wait_until_written
from laneway.apps.local.record.state import MeshFolder, MeshRecord
from laneway.core.compile import Compilation
from laneway.core.fleet.placing import GATEWAY_ADDRESS
from laneway.core.routing.ask.inquiry import Inquiry, Unasked, beginning
from laneway.core.routing.plan.route_plan import GatewayPort
from laneway.core.views.answers import answers_view
from laneway.core.views.explained import explained, inquiry_view
from laneway.core.views.taken import taken

View = dict[str, Any]


class CannotSendError(Exception):
    """There is no gateway to send it through; the text says why."""


class SentInquiry(Struct, frozen=True):
    """What to send: an inquiry that begins at a gateway, its body, how often.

    `confirmed` says that somebody agreed to send what may change something.
    """

    inquiry: Inquiry
    body: bytes = b""
    times: int = 1
    confirmed: bool = False


async def ask_through(
    folder: MeshFolder,
    served: Compilation,
    wish: SentInquiry,
    progressed: Callable[[int], None] = lambda _: None,
) -> View:
    """Send a request and return what became of it. Raises CannotSendError, NotConfirmedError.

    Canceling it ends what is under way.
    """
    record = folder.read()
    if record is None:
        raise CannotSendError("the mesh does not run")
    promise, port = promised(served, wish.inquiry)
    address = _address(record, port)
    answers = await answers_from(address, wish, progressed)
    await asyncio.to_thread(wait_until_written, folder)
    seen = await asyncio.to_thread(_lines, folder, {one.id for one in answers})
    return {
        "inquiry": inquiry_view(wish.inquiry),
        "address": f"{address.host}:{address.port}",
        "answers": answers_view(answers),
        "promise": promise,
        "taken": taken(promise, seen, _workloads(folder, record)),
    }


def promised(served: Compilation, inquiry: Inquiry) -> tuple[View, GatewayPort]:
    """Return the journey that a request is promised, and the port it begins at.

    Raises CannotSendError where it does not begin at a gateway.
    """
    promise = explained(served.mesh, served.plan, inquiry, quotes=True)
    if isinstance(promise, Unasked):
        raise CannotSendError(promise.why)
    port = beginning(served.mesh, served.plan, inquiry)
    if not isinstance(port, GatewayPort):
        raise CannotSendError("it does not begin at a gateway")
    return promise, port


async def answers_from(
    address: GivenAddress, wish: SentInquiry, progressed: Callable[[int], None] = lambda _: None
) -> list[GatewayAnswer]:
    """Send a request to an address and return what came back. Raises NotConfirmedError."""
    request = wish.inquiry.request
    sending = Sending(replace(request, port=None), wish.body, wish.times, wish.confirmed)
    answers: list[GatewayAnswer] = []
    async with aclosing(send(address, sending)) as coming:
        async for one in coming:
            answers.append(one)
            progressed(len(answers))
    return answers


def _address(record: MeshRecord, port: GatewayPort) -> GivenAddress:
    """Return where this machine reaches a gateway's port."""
    for one in record.gateways:
        if (tuple(sorted(one.selector.items())), one.port) == (port.selector, port.port):
            return GivenAddress(GATEWAY_ADDRESS, one.local)
    raise CannotSendError(f"port {port.port} of the gateway is not served on this machine")


def _lines(folder: MeshFolder, ids: set[str]) -> list[Mapping[str, Any]]:
    """Return what the proxies wrote down of these requests."""
    found, _ = Requests(folder).there(None)
    return [line for line in found if line.get("id") in ids]


def _workloads(folder: MeshFolder, record: MeshRecord) -> Callable[[str], str]:
    """Return who knows of which workload a replica is, also of one that has come meanwhile."""
    newest = folder.read() or record
    names = {one["name"]: str(one["workload"]["name"]) for one in newest.replicas}

    def workload_of(replica: str) -> str:
        if replica in names:
            return names[replica]
        return next((name for name in names.values() if is_replica(replica, name)), replica)

    return workload_of
