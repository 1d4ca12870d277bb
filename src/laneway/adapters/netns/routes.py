"""Where this machine's routes lead.

Comes in: nothing. Goes out: the destinations of all its routing tables, so that a private network
gets addresses which nobody here reaches by them. A tunnel may have a table of its own, so the file
of the first table does not do. https://man7.org/linux/man-pages/man7/rtnetlink.7.html
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from struct import pack

from laneway.adapters.netns.messages import DUMP, attributes, dump, message

_GETROUTE = 26
_HEAD = 12
_DESTINATION = 1


def destinations() -> Iterator[str]:
    """Yield where this machine's routes of IPv4 lead, `10.0.0.0/8`. Raises NetworkError."""
    question = message(_GETROUTE, DUMP, pack("=B11x", socket.AF_INET))
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        for body in dump(kernel, "look at the routes", question):
            to = dict(attributes(body[_HEAD:])).get(_DESTINATION)
            if to is not None:
                yield f"{socket.inet_ntoa(to)}/{body[1]}"
