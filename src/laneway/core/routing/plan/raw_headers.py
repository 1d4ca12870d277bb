"""A raw `headers` block as typed edits.

Comes in: what a user wrote under `headers`, at a route or at a destination. Goes out: Headers. It
refuses nothing: what is no edit counts as none, since the reader has said so already.
https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from laneway.core.routing.plan.route_plan import NO_HEADERS, HeaderEdits, Headers, Pairs


def read_headers(raw: Any) -> Headers:
    """Read a raw `headers` block; anything that is no block counts as none.

    >>> read_headers({"request": {"set": {"x-lane": "s1"}}}).request.set
    (('x-lane', 's1'),)
    """
    if not raw or not isinstance(raw, Mapping):
        return NO_HEADERS
    return Headers(_edits(raw.get("request")), _edits(raw.get("response")))


def _edits(raw: Any) -> HeaderEdits:
    if not isinstance(raw, Mapping):
        return HeaderEdits()
    remove = raw.get("remove")
    names = tuple(str(name) for name in remove) if isinstance(remove, list) else ()
    return HeaderEdits(_pairs(raw.get("set")), _pairs(raw.get("add")), names)


def _pairs(raw: Any) -> Pairs:
    if not isinstance(raw, Mapping):
        return ()
    return tuple((str(name), str(value)) for name, value in raw.items())
