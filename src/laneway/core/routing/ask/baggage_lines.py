"""Baggage of several lines: at a gateway the lane filter puts it on one before it looks at routes.

Comes in: a request from outside. Goes out: the request as routes see it. Istio's API
sets a header from the first line of another alone, so members in further lines would be lost where
a lane is written in front of them.
https://www.rfc-editor.org/rfc/rfc9110#section-5.3
"""

from __future__ import annotations

from msgspec.structs import replace

from laneway.core.mesh.propagation import BAGGAGE
from laneway.core.routing.ask.request import Request


def on_one_line(request: Request) -> Request:
    """Return a request with its baggage on one line.

    >>> on_one_line(Request(headers=(("baggage", "a=1"), ("Baggage", "b=2")))).headers
    (('baggage', 'a=1,b=2'),)
    """
    lines = request.values(BAGGAGE)
    if len(lines) < 2:
        return request
    others = (pair for pair in request.headers if pair[0].lower() != BAGGAGE)
    return replace(request, headers=(*others, (BAGGAGE, ",".join(lines))))
