"""One proxy as Istio translated it: where its connections and requests arrive.

In: what the oracle says istiod would send the proxy. Out: for an HTTP request the route's outcome,
for a TCP connection its clusters, and for both the endpoints behind them, or Envoy's refusal where
there are none. It reads Istio's translation only and knows nothing of Laneway's `core`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from ipaddress import ip_address, ip_network

from msgspec import Struct

from tests.agree.envoy_matching import Json, Request, known
from tests.agree.istio_routes import Direct, Forward, Missing, Outcome, Share, decide

ANYWHERE = "0.0.0.0"  # noqa: S104 - the address of Istio's listeners, nothing is bound here


class Arrival(Struct, frozen=True):
    """Where a part of the traffic ends: at one of these `ip:port`, or at the proxy itself.

    `status` is 0 when there is an endpoint. ORIGINAL_DST clusters send a connection to the address
    it was opened to: `endpoints` is empty, `status` 0, `why` says so.
    """

    endpoints: frozenset[str]
    status: int = 0
    why: str = ""


ORIGINAL_DESTINATION = Arrival(frozenset(), why="original destination")
NO_CLUSTER = Arrival(frozenset(), 503, "cluster_not_found")
NO_ENDPOINT = Arrival(frozenset(), 503, "no_healthy_upstream")
NO_ROUTE = Arrival(frozenset(), 404, "route_not_found")


class IstioProxy(Struct, frozen=True):
    """What istiod would send one proxy. `tables` are its route tables by name.

    `rejected` says which tables break the constraints of Envoy's API; `clusters` gives each
    cluster's type (EDS, ORIGINAL_DST, …), `endpoints` the serving `ip:port` of those that have any.
    """

    name: str
    namespace: str
    labels: Mapping[str, str] = {}
    listeners: Sequence[Json] = ()
    inward: Sequence[Json] = ()
    tables: Mapping[str, Json] = {}
    rejected: Sequence[str] = ()
    clusters: Mapping[str, str] = {}
    endpoints: Mapping[str, Sequence[str]] = {}
    bytes: Mapping[str, int] = {}
    """How long the messages of each kind are together."""

    def http(self, request: Request, port: int, address: str = ANYWHERE) -> Outcome:
        """Return what an HTTP request meets that the application sends to `address:port`.

        Without an address: to one that has no listener of its own, as a ClusterIP has none for
        HTTP. Where the port is not taken for HTTP, the request goes as the bytes of a connection.
        """
        chain = self._chain(address, port, "http/1.1")
        if "rds" in chain:
            return decide(self.tables[chain["rds"]], request)
        shares = [Share(cluster, part, ()) for cluster, part in _parts(chain).items()]
        return Forward("", tuple(shares), chain)

    def table_at(self, port: int, address: str = ANYWHERE) -> str:
        """Return the name of the route table of HTTP to `address:port`; empty: it has none."""
        name: str = self._chain(address, port, "http/1.1").get("rds", "")
        return name

    def tcp(self, address: str, port: int) -> dict[str, Fraction]:
        """Return the clusters of a connection to `address:port` that is not HTTP."""
        return _parts(self._chain(address, port, ""))

    def arrivals(self, outcome: Outcome) -> dict[Arrival, Fraction]:
        """Return where the parts of an HTTP outcome end; together 1."""
        match outcome:
            case Missing():
                return {NO_ROUTE: Fraction(1)}
            case Direct(status=status):
                return {Arrival(frozenset(), status, "direct_response"): Fraction(1)}
            case Forward():
                return self.ends(outcome.parts)

    def ends(self, parts: Mapping[str, Fraction]) -> dict[Arrival, Fraction]:
        """Return where traffic shared among clusters ends."""
        found: dict[Arrival, Fraction] = {}
        for cluster, part in parts.items():
            end = self.end(cluster)
            found[end] = found.get(end, Fraction(0)) + part
        return found

    def end(self, cluster: str) -> Arrival:
        """Return where the requests of a cluster end."""
        if cluster not in self.clusters:
            return NO_CLUSTER
        if self.clusters[cluster] == "ORIGINAL_DST":
            return ORIGINAL_DESTINATION
        endpoints = frozenset(self.endpoints.get(cluster, ()))
        return Arrival(endpoints) if endpoints else NO_ENDPOINT

    def _chain(self, address: str, port: int, protocol: str) -> Json:
        """Return the filter chain of a connection: the most specific one that matches."""
        for wanted in (f"{address}:{port}", f"{ANYWHERE}:{port}"):
            for listener in self.listeners:
                if wanted in listener["address"] and listener["name"] != "virtualOutbound":
                    return _chosen(listener, address, port, protocol)
        for listener in self.listeners:
            if listener["name"] == "virtualOutbound":
                return _chosen(listener, address, port, protocol)
        raise LookupError(f"{self.name} has no listener for {address}:{port}")


def _chosen(listener: Json, address: str, port: int, protocol: str) -> Json:
    """Return the chain Envoy would choose: by port, then address, then protocol."""
    fitting = [
        (rank, chain)
        for chain in listener["chains"]
        if (rank := _rank(chain.get("match", {}), address, port, protocol)) is not None
    ]
    if fitting:
        best: Json = max(fitting, key=lambda pair: pair[0])[1]
        return best
    default: Json = listener["default"]
    return default


def _parts(chain: Json) -> dict[str, Fraction]:
    weights: Mapping[str, int] = chain["tcp"]
    total = sum(weights.values())
    return {name: Fraction(weight, total) for name, weight in weights.items() if weight}


def _rank(match: Json, address: str, port: int, protocol: str) -> tuple[int, int, int] | None:
    known(match, ("destinationPort", "prefixRanges", "transportProtocol", "applicationProtocols"))
    if match.get("destinationPort", port) != port:
        return None
    ranges = [
        ip_network(f"{one['addressPrefix']}/{one['prefixLen']}")
        for one in match.get("prefixRanges", [])
    ]
    lengths = [one.prefixlen for one in ranges if ip_address(address) in one]
    if ranges and not lengths:
        return None
    protocols = match.get("applicationProtocols", [])
    if match.get("transportProtocol") == "tls" or (protocols and protocol not in protocols):
        return None
    return (int("destinationPort" in match), max(lengths, default=-1), int(bool(protocols)))
