"""What a proxy is sent of route tables and clusters, as far as it tells one state from another.

Routes are known by their names, the clusters they lead to and the weights; whatever else an edit
may change (conditions, headers, timeouts) changes the digest of the virtual host's routes alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from laneway.core.mesh.names import Host


class Route(Struct, frozen=True):
    """A route's name, and its clusters with their weights; a sole cluster's weight is 0.

    A redirect or an answer of the proxy's own has no clusters.
    """

    name: str
    clusters: tuple[tuple[str, int], ...] = ()


class SentHost(Struct, frozen=True):
    """The routes of a virtual host in their order, and a digest of all that is said in them."""

    routes: tuple[Route, ...]
    digest: bytes


class SentResources(Struct):
    """What a proxy holds of what it asked for: tables, clusters that exist, and their addresses."""

    tables: dict[str, Mapping[str, SentHost]] = {}
    clusters: frozenset[str] = frozenset()
    addresses: dict[str, frozenset[str]] = {}

    def copy(self) -> SentResources:
        """Return the same, which stays as it is."""
        return SentResources(dict(self.tables), self.clusters, dict(self.addresses))


def table_of(host: Host | str, port: int) -> str:
    """Return the name of the table that has the routes of one host alone.

    Istio serves it to every sidecar that asks, since ports whose protocol is found out at run time
    have such tables; what it says of the host is what the table of the whole port says.
    https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
    """
    return f"{host}:{port}"
