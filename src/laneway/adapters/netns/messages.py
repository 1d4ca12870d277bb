"""Messages to the kernel's networking, and its answers.

Comes in: numbers of the kernel's and values. Goes out: bytes, or what the kernel says to them. They
are written here since a library that knows all of netlink takes half a second to load and 22 MB,
for the dozen messages a private network needs. https://docs.kernel.org/userspace-api/netlink/intro.html
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from struct import pack, unpack_from

from laneway.adapters.netns.holding import NetworkError

REQUEST, ACK, CREATE, EXCLUSIVE, APPEND, DUMP = 1, 4, 0x400, 0x200, 0x800, 0x300
_NESTED = 0x8000
_HEADER = 16
_ERROR, _DONE = 2, 3


def attribute(kind: int, value: bytes) -> bytes:
    """Return an attribute of a message.

    >>> attribute(3, b"lo").hex()
    '060003006c6f0000'
    """
    return pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def nested(kind: int, *attributes: bytes) -> bytes:
    """Return an attribute that holds others."""
    return attribute(kind | _NESTED, b"".join(attributes))


def number(kind: int, value: int) -> bytes:
    """Return an attribute that holds a number as this machine writes it."""
    return attribute(kind, pack("=I", value))


def text(kind: int, value: str) -> bytes:
    """Return an attribute that holds a text."""
    return attribute(kind, value.encode() + b"\0")


def message(kind: int, flags: int, body: bytes) -> bytes:
    """Return a message."""
    return pack("=IHHII", _HEADER + len(body), kind, flags | REQUEST, 0, 0) + body


def tell(kernel: socket.socket, what: str, messages: bytes) -> None:
    """Send messages that ask for an answer. Raises NetworkError with `what` for one refused.

    The kernel has done what it was told, and has answered, when sending returns.
    """
    asked = sum(1 for flags, _ in _split(messages) if flags & ACK)
    kernel.sendall(messages)
    while asked > 0:
        try:
            received = kernel.recv(1 << 16, socket.MSG_DONTWAIT)
        except BlockingIOError:
            raise NetworkError(f"{what}: no answer") from None
        for _, answer in _split(received):
            asked -= 1
            _raise_for(what, answer)


def dump(kernel: socket.socket, what: str, question: bytes) -> Iterator[bytes]:
    """Send a question and yield the bodies of all answers. Raises NetworkError."""
    kernel.sendall(question)
    while True:
        for _, answer in _split(kernel.recv(1 << 16)):
            kind = unpack_from("=H", answer, 4)[0]
            if kind == _DONE:
                return
            if kind == _ERROR:
                _raise_for(what, answer)
            yield answer[_HEADER:]


def attributes(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the attributes that a body consists of."""
    at = 0
    while at + 4 <= len(body):
        length, kind = unpack_from("=HH", body, at)
        yield kind & ~_NESTED, body[at + 4 : at + length]
        at += length + -length % 4


def _split(messages: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each message with its flags."""
    at = 0
    while at + _HEADER <= len(messages):
        length, _, flags = unpack_from("=IHH", messages, at)
        yield flags, messages[at : at + length]
        at += length + -length % 4


def _raise_for(what: str, answer: bytes) -> None:
    code = -int(unpack_from("=i", answer, _HEADER)[0])
    if code:
        raise NetworkError(f"{what}: {os.strerror(code)}", code)
