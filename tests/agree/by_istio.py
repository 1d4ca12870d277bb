"""Istio's own code decides: what the translated routes of a proxy make of a request.

Comes in: a mesh as a cluster and what the oracle says of it. Goes out: an Outcome, as the reader of
Istio's translation has it. Nothing of the plan is looked at.
"""

from __future__ import annotations

from msgspec import Struct

from tests.agree import istio_routes
from tests.agree.cluster import ROOT, Cluster
from tests.agree.decisions import Answer, Outcome, carried_by, refused, service_of
from tests.agree.envoy_matching import Request
from tests.agree.istio_proxy import Arrival, IstioProxy
from tests.agree.istio_routes import Forward, Missing, decide
from tests.agree.oracle import Translation
from tests.laws.asks import Ask

PASSTHROUGH = "PassthroughCluster"
"""Where calls go of which a proxy knows no service: to the address that was dialed."""


class Met(Struct, frozen=True):
    """What a request meets at its first proxy: the outcome there, and the table that decides it.

    `table` is empty where none does: the proxy takes the request for the bytes of a connection, or
    has no such port.
    """

    proxy: IstioProxy
    request: Request
    outcome: istio_routes.Outcome
    table: str


def meeting(cluster: Cluster, translation: Translation, ask: Ask) -> Met | None:
    """Return what a request meets; None where it goes to a headless service."""
    path, _, query = ask.path.partition("?")
    headers = tuple((name.lower(), value) for name, value in ask.headers)
    authority = f"{ask.host}:{ask.port}" if ask.caller else ask.host
    request = Request(authority, path, query, ask.method, "http", headers)
    if ask.caller:
        proxy = translation.proxies[ask.caller]
        dialed = cluster.address_of[service_of(ask)]
        if dialed == "None":
            return None
        outcome = proxy.http(request, ask.port, dialed)
        return Met(proxy, request, outcome, proxy.table_at(ask.port, dialed))
    proxy = translation.proxies[f"{ROOT}/{ask.gateway}"]
    name = f"http.{ask.port}"
    if name not in proxy.tables:
        return Met(proxy, request, Missing(), "")
    return Met(proxy, request, decide(proxy.tables[name], request), name)


def by_istio(cluster: Cluster, translation: Translation, ask: Ask) -> Outcome | None:
    """Let Istio's translation decide; None for what it leaves open.

    That is what goes to the address that was dialed, and what a route leads to a service exported
    to nobody: Istio knows its pods only if it learned of them before it learned of the service.
    """
    met = meeting(cluster, translation, ask)
    if met is None:
        return None
    if not isinstance(met.outcome, Forward):
        return refused(404 if isinstance(met.outcome, Missing) else met.outcome.status)
    parts = []
    for share in met.outcome.shares:
        if share.cluster.rpartition("|")[2] in cluster.hidden:
            return None
        arrival = met.proxy.end(share.cluster)
        carried = carried_by(share.headers_after(met.request).headers)
        if arrival.why == "original destination":
            if share.cluster != PASSTHROUGH:
                return None
            answer: Answer = cluster.behind[service_of(ask)] or 503
        else:
            answer = _answer(cluster, arrival)
        parts.append((answer, carried, share.part))
    return Outcome.of(parts)


def _answer(cluster: Cluster, arrival: Arrival) -> tuple[str, ...] | int:
    if arrival.status:
        return arrival.status
    addresses = {endpoint.rpartition(":")[0] for endpoint in arrival.endpoints}
    return tuple(sorted({cluster.workload_at[address] for address in addresses}))
