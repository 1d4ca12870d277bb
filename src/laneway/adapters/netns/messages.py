"""Messages to the kernel's networking, and its answers.

Comes in: pyroute2's forms of messages, filled in. Goes out: bytes, or what the kernel says to them.
pyroute2 spells and reads them; its own sockets would be made here and not in a pod's network, and
cost an event loop each. https://docs.pyroute2.org/netlink.html
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from pyroute2.netlink import (
    NLM_F_CREATE,
    NLM_F_DUMP,
    NLM_F_REQUEST,
    NLMSG_DONE,
    nlmsg,
    nlmsgerr,
)
from pyroute2.netlink.rtnl.marshal import MarshalRtnl

from laneway.adapters.netns.holding import NetworkError

Attribute = tuple[str, Any]
_MARSHAL = MarshalRtnl()


def message(
    form: type[nlmsg],
    kind: int,
    head: Mapping[str, int],
    *attributes: Attribute,
    flags: int = NLM_F_CREATE,
) -> bytes:
    """Return a message, by its form, the kernel's number for it, and what stands in it."""
    one = form()
    for name, value in head.items():
        one[name] = value
    one["attrs"] = list(attributes)
    one["header"]["type"] = kind
    one["header"]["flags"] = NLM_F_REQUEST | flags
    one.encode()
    return bytes(one.data)


def nested(*attributes: Attribute, **head: int) -> dict[str, Any]:
    """Return a value that holds attributes of its own."""
    return {**head, "attrs": list(attributes)}


def tell(kernel: socket.socket, what: str, messages: Iterable[bytes]) -> None:
    """Send messages. Raises NetworkError with `what` for one refused.

    When sending returns the kernel has done what it was told; it answers what it did not do.
    """
    kernel.sendall(b"".join(messages))
    with suppress(BlockingIOError):
        for answer in _read(what, kernel.recv(1 << 16, socket.MSG_DONTWAIT)):
            raise NetworkError(f"{what}: an unexpected answer {answer}")


def dump(
    kernel: socket.socket, what: str, form: type[nlmsg], kind: int, **head: int
) -> Iterator[nlmsg]:
    """Ask for all there is of a kind and yield it. Raises NetworkError."""
    kernel.sendall(message(form, kind, head, flags=NLM_F_DUMP))
    while True:
        for answer in _read(what, kernel.recv(1 << 16)):
            if answer["header"]["type"] == NLMSG_DONE:
                return
            yield answer


def _read(what: str, received: bytes) -> Iterator[nlmsg]:
    """Yield the messages of an answer. Raises NetworkError for one that refuses."""
    for answer in _MARSHAL.parse(received):
        if isinstance(answer, nlmsgerr) and answer["error"]:
            number = abs(answer["error"])
            raise NetworkError(f"{what}: {os.strerror(number)}", number)
        yield answer
