"""Requests that come to a proxy's routes as a client sends them.

Comes in: a request. Goes out: whether ordinary clients can send it and whether what the proxy does
before it looks at routes leaves it alone. Headers of the connection, pseudo headers and claims of
tokens are not a client's to set; paths with dot segments are made shorter on the way.
https://istio.io/latest/docs/reference/config/security/normalization/
"""

from __future__ import annotations

import re

from laneway.core.mesh.propagation import OF_THE_TRANSPORT
from laneway.core.resources.matching import is_header_name
from laneway.core.routing.ask.request import Request
from laneway.core.search.conditions import Condition, Conditions
from laneway.core.search.values import Pattern

_DOT_SEGMENT = r"([^?]*/)?\.{1,2}(/.*)?"
UNCHANGED: Conditions = frozenset(
    [Condition("path", Pattern("regex", f"/{_DOT_SEGMENT}"), met=False)]
)
"""What holds for paths that no proxy normalizes."""

_METHOD = re.compile(r"[A-Z]{1,20}")
_TARGET = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*(\?[A-Za-z0-9\-._~!$'()*+,;:@%/=&]*)?")
_HOST = re.compile(r"[A-Za-z0-9.\-_]*[A-Za-z0-9]")
_HEADER_VALUE = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")


def is_sendable(request: Request) -> bool:
    """Whether a client can send a request that arrives as it is.

    >>> is_sendable(Request("a.test")), is_sendable(Request("a.test", headers=((":path", "/"),)))
    (True, False)
    """
    return (
        _METHOD.fullmatch(request.method) is not None
        and _TARGET.fullmatch(request.path) is not None
        and _HOST.fullmatch(request.host) is not None
        and request.scheme == "http"
        and all(
            is_header_name(name)
            and name.lower() not in OF_THE_TRANSPORT
            and _HEADER_VALUE.fullmatch(value)
            for name, value in request.headers
        )
    )
