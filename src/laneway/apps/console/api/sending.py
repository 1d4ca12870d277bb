"""A request that is sent through a gateway, and the way it took beside the one promised."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from laneway.adapters.asking import NotConfirmedError
from laneway.apps.console.api.calls import ApiCall, CallAsked, CallRefused
from laneway.apps.console.api.explain import ExplainWish, inquiry_of
from laneway.apps.local.verify.asked import CannotSendError, SentInquiry
from laneway.core.routing.ask.typed.read_request import read_request


class SendWish(Struct, frozen=True, rename="camel"):
    """A request as text, and how often it is sent.

    `confirmed` says that a person agreed to send what may change something.
    """

    text: str
    gateway: str = ""
    times: int = 1
    confirmed: bool = False


_NOBODY = (
    "There is no gateway that you may send through",
    "Nothing runs here, or no gateway has an address, or this console may not lend you its own.",
)


async def _send(asked: CallAsked) -> dict[str, Any]:
    wish: SendWish = asked.body
    sender = asked.ground.sender
    if sender is None:
        raise CallRefused(403, *_NOBODY)
    typed = read_request(wish.text)
    if typed.request is None:
        raise CallRefused(400, typed.findings[0].message, typed.findings[0].fix)
    if typed.body is None:
        raise CallRefused(
            400, "The body is not known here", "It is filled in by a file or a shell."
        )
    inquiry = inquiry_of(asked.seen.served, typed, ExplainWish(wish.text, gateway=wish.gateway))
    sent = SentInquiry(inquiry, typed.body.encode(), wish.times, wish.confirmed)
    try:
        return await sender(sent)
    except NotConfirmedError as error:
        raise CallRefused(428, f"{error}", "Say that it is to be sent all the same.") from error
    except (CannotSendError, ValueError) as error:
        raise CallRefused(400, "It was not sent", str(error)) from error


CALLS = (
    ApiCall(
        "POST",
        "/send",
        "Send a request through a gateway",
        _send,
        dict[str, Any],
        takes=SendWish,
        writes=True,
    ),
)
