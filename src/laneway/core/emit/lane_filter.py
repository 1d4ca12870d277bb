"""What the lane filter is told to do, as plain settings.

Comes in: the headers of a group, a rule of shares. Goes out: the flat settings the filter reads,
the same for Envoy and for Istio. The filter stands for what neither can do by itself: remember a
request's lane for the calls that follow from it, count a hash, and put baggage in order. Its
sources are in `wasm/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import Host
from laneway.core.mesh.propagation import LISTS, SW8
from laneway.core.resources.lanes.tagging import HashRule
from laneway.core.routing.ask.baggage_lines import lane_members
from laneway.core.routing.plan.route_plan import GatewayPort

Settings = Mapping[str, str]
"""Settings of one filter; the filter refuses names it does not know."""

_LONGEST_SETTING = 512
"""Characters of one setting: all settings of a filter take up a kilobyte."""

NEEDED_TRACES: Mapping[str, str] = {"baggage": "traceparent", "correlation": SW8}
"""What SDKs take a trace from that read a lane in a list: some read none without a trace."""
MADE_BY_ENVOY = "x-request-id"
"""The trace header that every proxy makes by itself."""


class Traced(Struct, frozen=True):
    """Whose lanes are remembered by trace: a group, and its two headers in lower case.

    `workload` tells those apart that share one Envoy; a sidecar of its own needs none. `member` is
    the one of baggage that holds the lane where a trace's id stands in for it.
    """

    group: str
    route_header: str
    trace_header: str
    workload: str = ""
    member: str = ""

    def _settings(self, role: str) -> Settings:
        found = {
            "role": role,
            "group": self.group,
            "workload": self.workload,
            "routeHeader": self.route_header,
            "traceHeader": self.trace_header,
            "members": self.member,
        }
        return {name: value for name, value in found.items() if value}

    def remembering(self) -> Settings:
        """Return the settings on the way in: what a trace's lane is.

        >>> Traced("shop", "x-lane", "x-request-id").remembering()["role"]
        'inbound'
        """
        return self._settings("inbound")

    def restoring(self) -> Settings:
        """Return the settings on the way out: the lane is given back, unless one is sent along."""
        return self._settings("outbound")


def traced(mesh: Mesh) -> Iterator[tuple[Traced, tuple[Host, ...]]]:
    """Yield the groups whose lanes are remembered by trace, each with the services it routes."""
    for group, way in mesh.traveling_by("trace id"):
        yield Traced(group.name, way.route_header, way.trace_header), group.hosts
    for group, way in mesh.traveling_by("baggage"):
        if way.second:
            header = way.route_header
            yield Traced(group.name, header, way.second, member=header), group.hosts


def at_entry(mesh: Mesh, port: GatewayPort) -> list[Settings]:
    """Return what the proxies of a gateway do before they look at a route.

    A request without the trace id that a group goes by is given one, baggage that carries lanes is
    put on one line and in order, and users are tagged.
    """
    making = list(_making(mesh))
    joining = [{"role": "baggage"}] if mesh.traveling_by("baggage") else []
    ordering = list(in_order(mesh)) or joining
    return [*making, *ordering, *(tagging(rule) for rule in port.tagging)]


def _making(mesh: Mesh) -> Iterator[Settings]:
    """Yield what makes ids of traces, a header once: as the first group says that asks for it."""
    asked: dict[str, int | None] = {}
    for _, way in (*mesh.traveling_by("trace id"), *mesh.traveling_by(*LISTS.values())):
        makes = NEEDED_TRACES.get(way.carrier, "") if way.entry_trace is not None else ""
        headers = (way.trace_header,) if way.carrier == "trace id" else (makes, way.second)
        for header in filter(None, headers):
            if header != MADE_BY_ENVOY and asked.get(header) is None:
                asked[header] = way.entry_trace
    for header, part in sorted(asked.items()):
        settings = {"role": "entry", "traceHeader": header}
        yield settings if part is None else settings | {"sampled": str(part)}


def tidied(mesh: Mesh) -> Iterator[tuple[str, tuple[Host, ...]]]:
    """Yield the groups whose baggage is kept in order, each with the services it routes."""
    for group, way in mesh.traveling_by("baggage"):
        if way.tidies:
            yield group.name, group.hosts


def in_order(mesh: Mesh, **whose: str) -> Iterator[Settings]:
    """Yield what puts baggage in order, at a gateway and on both sides of every pod.

    Everywhere it knows the lanes of all groups, so that no two of them take turns to be the first.
    What `whose` says names the counters. Many names take several filters: settings are bounded.
    """
    members: list[str] = []
    for name in lane_members(mesh):
        if members and len(",".join((*members, name))) > _LONGEST_SETTING:
            yield {"role": "baggage", "members": ",".join(members), **whose}
            members = []
        members.append(name)
    if members:
        yield {"role": "baggage", "members": ",".join(members), **whose}


def tagging(rule: HashRule) -> Settings:
    """Return the settings of an entry that tags users by a hash.

    >>> rule = HashRule("", 0, "x-user", 100, "x-lane", ((20, "s2"), (80, "s1")))
    >>> tagging(rule)["partitions"]
    '20=s2,80=s1'
    """
    found = {
        "role": "tag",
        "header": rule.header,
        "modulo": str(rule.modulo),
        "tagHeader": rule.tag_header,
        "partitions": ",".join(f"{size}={tag}" for size, tag in rule.partitions),
        "host": rule.host,
    }
    return {name: value for name, value in found.items() if value}
