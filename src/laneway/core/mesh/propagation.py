"""How a request of a permissive group says which lane it belongs to.

Comes in: the two headers a group names. Goes out: a Propagation, or why there can be none. Its
carrier says who takes the lane from hop to hop: the application, which forwards the route header
itself; OpenTelemetry in the application, which forwards baggage; SkyWalking in it, which forwards
its correlation; or a filter beside it, which remembers the lane under the request's trace id.
https://www.alibabacloud.com/help/en/asm/sidecar/full-link-traffic-management-using-relaxed-mode-traffic-swimlanes/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from laneway.core.resources.lanes.swim_lanes import LaneGroup
from laneway.core.resources.matching import is_header_name

_SAMPLED = {"sampled": 10_000, "unsampled": 0}
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)%", re.ASCII)

ListCarrier = Literal["baggage", "correlation"]
Carrier = Literal["header", ListCarrier, "trace id"]

BAGGAGE = "baggage"
SW8, CORRELATION = "sw8", "sw8-correlation"
"""SkyWalking's headers: the id of a trace, and pairs that a program sends on with it.

https://skywalking.apache.org/docs/main/latest/en/api/x-process-correlation-headers-v1/
"""
LISTS: Mapping[str, ListCarrier] = {BAGGAGE: "baggage", CORRELATION: "correlation"}
"""Headers with a list of members, one of which may hold a lane, and what they are as carriers."""
TIDY_BAGGAGE_ANNOTATION = "laneway.dev/tidy-baggage"
"""An annotation on a group whose lanes travel by baggage; `off` leaves it as users wrote it."""
ENTRY_TRACE_ANNOTATION = "laneway.dev/entry-trace"
"""An annotation on a group: its entry makes what SDKs need to go on with a trace, and this part of
what it makes is to be recorded: `sampled`, `unsampled` or a share such as `2.5%`."""
ALL_TRACES = 10_000
SECOND_CARRIER_ANNOTATION = "laneway.dev/second-carrier"
"""An annotation on a group whose lanes travel by baggage: a header with the id of a trace, under
which the lane filter remembers a lane that a program drops while it goes on with the trace."""
SECOND_CARRIERS = frozenset(
    {
        *("traceparent", "b3", "x-b3-traceid", "uber-trace-id", "x-datadog-trace-id", "sw8"),
        *("x-cloud-trace-context", "x-amzn-trace-id", "x-request-id"),
    }
)
"""The headers in which the lane filter finds the id of a trace."""
TRACE_IDS = frozenset(
    {
        *("x-request-id", "traceparent", "tracestate", "b3", "x-b3-traceid", "x-b3-spanid"),
        *("x-datadog-trace-id", "uber-trace-id", "x-cloud-trace-context", "x-amzn-trace-id"),
        *("x-ot-span-context", "sw8", "grpc-trace-bin"),
    }
)
"""Headers that are known to carry the id of a trace: none of them can hold a lane's name."""
OF_THE_TRANSPORT = frozenset(
    {
        *("host", "connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"),
        *("transfer-encoding", "content-length", "expect"),
    }
)
"""Headers by which two ends of a connection come to terms: they end or change at every proxy.

https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
"""


class Propagation(Struct, frozen=True):
    """How the lane of a request travels in a permissive group; header names are in lower case.

    `route_header` holds the lane's name where routes match it. `trace_header` is what the
    application forwards: the route header itself, a list, or the id of a trace. `tidies` says
    that the lane filter puts baggage in order. Where `entry_trace` is a number, the entry makes
    what SDKs need of a trace, and so many of ten thousand are to be recorded. `second` is the
    header of a trace that stands in for baggage, empty for none.
    """

    carrier: Carrier
    route_header: str
    trace_header: str
    tidies: bool = False
    entry_trace: int | None = None
    second: str = ""

    @property
    def list_header(self) -> str:
        """The header in which a lane is one member of a list; empty where it is in none."""
        return self.trace_header if self.trace_header in LISTS else ""

    @property
    def lane_headers(self) -> tuple[str, ...]:
        """The headers that routes read a lane from."""
        return (self.route_header, *filter(None, (self.list_header,)))


LONGEST_HEADER_NAME = 256
"""Characters. The lane filter takes settings of a kilobyte, and a name beyond that is a mistake."""


def propagation_of(group: LaneGroup) -> Propagation | None:
    """Return a permissive group's propagation; None for strict ones and for unusable headers."""
    if not group.is_permissive or propagation_flaw(group):
        return None
    route, trace = _headers(group)
    if trace == route:
        return Propagation("header", route, trace)
    sampled = sampled_part(group.meta.annotations.get(ENTRY_TRACE_ANNOTATION, ""))
    if trace == BAGGAGE:
        tidies = group.meta.annotations.get(TIDY_BAGGAGE_ANNOTATION, "on") != "off"
        second = group.meta.annotations.get(SECOND_CARRIER_ANNOTATION, "").lower()
        known = second if second in SECOND_CARRIERS else ""
        return Propagation("baggage", route, trace, tidies, sampled, known)
    return Propagation(LISTS.get(trace, "trace id"), route, trace, entry_trace=sampled)


def sampled_part(said: str) -> int | None:
    """Return how many of ten thousand traces are to be recorded; None for what says nothing.

    >>> [sampled_part(said) for said in ("sampled", "unsampled", "2.5%", "101%", "some")]
    [10000, 0, 250, None, None]
    """
    if said in _SAMPLED:
        return _SAMPLED[said]
    share = _SHARE.fullmatch(said)
    part = round(float(share[1]) * ALL_TRACES / 100) if share else ALL_TRACES + 1
    return part if part <= ALL_TRACES else None


def propagation_flaw(group: LaneGroup) -> str:
    """Say why the headers of a permissive group are of no use; empty when they do."""
    route, trace = _headers(group)
    if not route or not trace:
        missing = [
            name for name, value in (("traceHeader", trace), ("routeHeader", route)) if not value
        ]
        return f"permissiveModeConfiguration names no {' and no '.join(missing)}"
    if route in LISTS or route in TRACE_IDS:
        return f"the routeHeader {route} already has a meaning and cannot hold a lane's name"
    for name, value in (("routeHeader", route), ("traceHeader", trace)):
        if value in OF_THE_TRANSPORT:
            return f"the {name} {value} belongs to the connection and does not travel on"
        if not is_header_name(value):
            return f"the {name} {value!r} is no name of an HTTP header"
        if len(value) > LONGEST_HEADER_NAME:
            return f"the {name} has {len(value)} characters, more than {LONGEST_HEADER_NAME}"
    return ""


def _headers(group: LaneGroup) -> tuple[str, str]:
    written = group.permissive
    if written is None:
        return "", ""
    return written.route_header.lower(), written.trace_header.lower()
