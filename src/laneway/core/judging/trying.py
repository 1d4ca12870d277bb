"""The forms in which a request is tried: programs keep a lane in one and lose it in another.

Comes in: a request, how lanes travel, and a trace's id. Goes out: the request as it is sent. Some
libraries read baggage only where a trace comes with it, others stumble over members beside the
lane's. A header that the request has already stays.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection
from typing import Literal

from msgspec.structs import replace

from laneway.core.mesh.propagation import BAGGAGE, CORRELATION, SW8, Carrier
from laneway.core.routing.ask.request import Request

Form = Literal["without a trace", "with a trace", "with more baggage", "with a streamed answer"]
FORMS: tuple[Form, ...] = ("without a trace", "with a trace", "with more baggage")
"""The forms that are tried in turn."""

STREAMED: Form = "with a streamed answer"
TRACE = "traceparent"
MORE = "laneway-verify=1,laneway-try=2"
"""Members of baggage beside the lane's."""
MORE_PAIRS = "bGFuZXdheS12ZXJpZnk=:MQ==,bGFuZXdheS10cnk=:Mg=="
"""The same as SkyWalking's pairs."""

_FLAGS = "01"
_VERSION = "00"


def formed(request: Request, form: Form, trace: str, carriers: Collection[Carrier] = ()) -> Request:
    """Return a request in a form; `trace` is the id of its trace, 32 digits.

    It has SkyWalking's headers as well where lanes travel by those.
    https://www.w3.org/TR/trace-context/#traceparent-header and
    https://skywalking.apache.org/docs/main/latest/en/api/x-process-propagation-headers-v3/
    """
    if form == "without a trace":
        return request
    wanted = {TRACE: f"{_VERSION}-{trace}-{trace[:16]}-{_FLAGS}"}
    if form == "with more baggage":
        wanted[BAGGAGE] = MORE
    if "correlation" in carriers:
        texts = (trace, trace[:16], "laneway", "verify", "/", "laneway")
        ids = [b64encode(text.encode()).decode() for text in texts]
        wanted[SW8] = "-".join(("1", *ids[:2], "0", *ids[2:]))
        if form == "with more baggage":
            wanted[CORRELATION] = MORE_PAIRS
    more = tuple(pair for pair in wanted.items() if not request.values(pair[0]))
    return replace(request, headers=(*request.headers, *more))
