"""What a metrics server is asked of a cluster's traffic, and its answers as counts.

Comes in: the namespaces that may be looked at, then series by workloads. Goes out: queries, counts
by nodes, and how many requests no route of a gateway took. Of a request the proxy of the caller
tells, or the waypoint before the callee where the caller has none that tells: never both, and never
the callee's, so nothing counts twice. No label names a lane, so the lane is told by nobody here.
Workloads become nodes by who owns pods.
https://istio.io/latest/docs/reference/config/metrics/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from laneway.core.emit.envoy.request_log import NO_ROUTE_FLAG
from laneway.core.mesh.members import maker
from laneway.core.mesh.mesh import Mesh
from laneway.core.mesh.names import service_host
from laneway.core.release.series import BUCKETS, REQUESTS
from laneway.core.routing.plan.gateways import GATEWAY_NAMESPACE
from laneway.core.views.topology.versions import Versions, outside_id
from laneway.core.views.traffic.counts import ALL, CountedAnswers, Counts, Passing, added
from laneway.core.views.unrouted import KEPT, UnroutedCount, rounded

SOURCE, WAYPOINT = "source", "waypoint"

_WHO = (
    "reporter",
    "source_workload",
    "source_workload_namespace",
    "destination_workload",
    "destination_workload_namespace",
    "destination_service_name",
    "destination_service_namespace",
)
_WHERE = ("source_workload", "source_workload_namespace", "response_code", "response_flags")
_ERROR = re.compile(r"5\d\d|0")
_UNKNOWN = ("", "unknown")

Labels = Mapping[str, str]
Rates = Iterable[tuple[Labels, float]]
"""Series: labels, and how often a second."""


def queries(window: int, namespaces: Iterable[str] = ()) -> tuple[str, str]:
    """Return the queries for requests and for their times, a second, over the last seconds.

    With `namespaces` only what goes into these is asked for.

    >>> queries(30, ["shop"])[0][:41]
    'sum by (reporter, source_workload, source'
    """
    inside = f'reporter=~"{SOURCE}|{WAYPOINT}"' + _in("destination", namespaces)
    return (
        f"sum by ({', '.join((*_WHO, 'response_code'))}) (rate({REQUESTS}{{{inside}}}[{window}s]))",
        f"sum by ({', '.join((*_WHO, 'le'))}) (rate({BUCKETS}{{{inside}}}[{window}s]))",
    )


def unrouted_query(namespaces: Iterable[str] = ()) -> str:
    """Return the query for requests that proxies had no route for, over the last minutes.

    With `namespaces` only proxies in these are asked for. A series that is new counts whole: of one
    that begins with its first value Prometheus sees no increase.
    """
    flags = f'response_flags=~"(.*,)?{NO_ROUTE_FLAG}(,.*)?"'
    inside = f'reporter="{SOURCE}", response_code="404", {flags}' + _in("source", namespaces)
    now, while_ago = f"{REQUESTS}{{{inside}}}", f"{KEPT:.0f}s"
    before = f"{now} offset {while_ago}"
    return (
        f"sum by ({', '.join(_WHERE)}) "
        f"((increase({now}[{while_ago}]) and {before}) or ({now} unless {before}))"
    )


def _in(end: str, namespaces: Iterable[str]) -> str:
    """Return what keeps a query to one end in some namespaces."""
    spaces = "|".join(sorted(map(re.escape, namespaces))).replace("\\", "\\\\")
    return f', {end}_workload_namespace=~"{spaces}"' if spaces else ""


class WorkloadNodes(Struct, frozen=True):
    """Which nodes the workloads of a cluster are, by namespace and name."""

    known: Versions
    homes: Mapping[tuple[str, str], str]
    at: Mapping[tuple[str, str, str], str]
    gateway: str

    @classmethod
    def of(cls, mesh: Mesh, known: Versions) -> WorkloadNodes:
        """Index workloads by who makes their pods, as proxies name them."""
        homes: dict[tuple[str, str], str] = {}
        at: dict[tuple[str, str, str], str] = {}
        names = {one.meta.ref: (maker(one) or one.meta.ref).name for one in mesh.workloads}
        for ref, node in known.home.items():
            homes.setdefault((ref.namespace, names.get(ref, ref.name)), node)
        for (host, ref), node in known.at.items():
            at[host, ref.namespace, names.get(ref, ref.name)] = node
        gateways = [one.id for one in known.all.values() if one.kind == "gateway"]
        return cls(known, homes, at, gateways[0] if len(gateways) == 1 else "")

    def caller(self, labels: Labels) -> str:
        """Return the node that sent requests; one that nobody knows is a program outside."""
        space, name = labels.get("source_workload_namespace", ""), labels.get("source_workload", "")
        if node := self.homes.get((space, name)):
            return node
        if self.gateway and space == GATEWAY_NAMESPACE and name.endswith("gateway"):
            return self.gateway
        return outside_id(space, name) if name not in _UNKNOWN else outside_id("", "unknown")

    def callee(self, labels: Labels) -> str:
        """Return the node that was to answer; empty for pods that nobody knows."""
        space = labels.get("destination_workload_namespace", "")
        name = labels.get("destination_workload", "")
        service = labels.get("destination_service_name", "")
        host = service_host(service, labels.get("destination_service_namespace", space))
        return self.at.get((host, space, name)) or self.homes.get((space, name), "")


def is_unrouted(labels: Labels) -> bool:
    """Whether a series counts requests that a proxy had no route for."""
    flags = labels.get("response_flags", "").split(",")
    return labels.get("response_code") == "404" and NO_ROUTE_FLAG in flags


def unrouted_counts(
    nodes: WorkloadNodes, series: Iterable[tuple[Labels, float]]
) -> tuple[UnroutedCount, ...]:
    """Return how many requests each gateway had no route for, of series that count such."""
    found: dict[str, float] = {}
    for labels, number in series:
        caller = nodes.caller(labels)
        if is_unrouted(labels) and caller in nodes.known.all:
            found[caller] = found.get(caller, 0.0) + number
    return tuple(
        UnroutedCount(one.namespace, one.selector, rounded(round(number)))
        for name, number in sorted(found.items())
        if (one := nodes.known.all[name]).kind == "gateway" and round(number)
    )


_Pair = tuple[str, str]


def counts_of(nodes: WorkloadNodes, requests: Rates, times: Rates, window: float) -> Counts:
    """Return the answers to both queries as counts of a window in seconds.

    Of a pair of nodes its callers' word counts; a waypoint's where they said nothing.
    """
    found: dict[_Pair, dict[str, list[CountedAnswers]]] = {}
    for pair, labels, rate in _between(nodes, requests):
        if rate <= 0:
            continue  # nobody asked there for as long as is looked at
        bad = rate if _ERROR.fullmatch(labels.get("response_code", "")) else 0.0
        tally = CountedAnswers(rate * window, bad * window)
        found.setdefault(pair, {}).setdefault(labels.get("reporter", ""), []).append(tally)
    within: dict[_Pair, dict[str, dict[float, float]]] = {}
    for pair, labels, rate in _between(nodes, times):
        edge = ALL if labels.get("le") == "+Inf" else float(labels.get("le", "inf"))
        told = within.setdefault(pair, {}).setdefault(labels.get("reporter", ""), {})
        told[edge] = told.get(edge, 0.0) + rate * window
    return {
        Passing(caller, callee, None): _tally(by, within.get((caller, callee), {}))
        for (caller, callee), by in found.items()
    }


def _between(nodes: WorkloadNodes, rates: Rates) -> Iterator[tuple[_Pair, Labels, float]]:
    for labels, rate in rates:
        callee = nodes.callee(labels)
        if callee:
            yield (nodes.caller(labels), callee), labels, rate


def _tally(
    by: Mapping[str, list[CountedAnswers]], times: Mapping[str, Mapping[float, float]]
) -> CountedAnswers:
    reporter = SOURCE if SOURCE in by else next(iter(by))
    whole = added(by[reporter])
    return CountedAnswers(whole.answers, whole.errors, times.get(reporter, {}))
