"""Where this machine's routes lead.

Comes in: nothing. Goes out: the destinations of all its routing tables, so that a private network
gets addresses which nobody here reaches by them. A tunnel may have a table of its own, so the file
of the first table does not do. https://man7.org/linux/man-pages/man7/rtnetlink.7.html
"""

from __future__ import annotations

import socket
from collections.abc import Iterator

from pyroute2.netlink.rtnl import RTM_GETROUTE
from pyroute2.netlink.rtnl.rtmsg import rtmsg

from laneway.adapters.netns.messages import dump


def destinations() -> Iterator[str]:
    """Yield where this machine's routes of IPv4 lead, `10.0.0.0/8`. Raises NetworkError."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        for one in dump(kernel, "look at the routes", rtmsg, RTM_GETROUTE, family=socket.AF_INET):
            if (to := one.get_attr("RTA_DST")) is not None:
                yield f"{to}/{one['dst_len']}"
