"""The names of clusters: spelled as istiod does, and read back.

Comes in: a destination, or a replica and its port. Goes out: the name of the cluster, and from a
name that a configuration, a counter or a log holds the destination again. Both stand side by side,
since each is right only by the other; nobody else takes such a name apart.
"""

from __future__ import annotations

from laneway.core.mesh.names import Host
from laneway.core.routing.plan.route_plan import Destination

OWN = "alone|"
"""How the names of the clusters of lanes' own pods begin, where lanes' names stand for more."""

_OUTBOUND, _INBOUND = "outbound|", "inbound|"


def cluster_name(destination: Destination, callers: str = "") -> str:
    """Return the name of a destination's cluster, with `callers` the one for those alone.

    >>> cluster_name(Destination(Host("mocka.default.svc.cluster.local"), 8000, "s1"))
    'outbound|8000|s1|mocka.default.svc.cluster.local'
    """
    name = f"{_OUTBOUND}{destination.port}|{destination.subset}|{destination.host}"
    return f"{name}@{callers}" if callers else name


def no_cluster(host: Host, namespace: str) -> str:
    """Return the name of the cluster that callers of a namespace lack, for routes to nowhere."""
    return f"{host}@{namespace}"


def inbound_cluster(replica: str, port: int) -> str:
    """Return the name of the cluster that hands on to a program, by replica and container port."""
    return f"{_INBOUND}{port}||{replica}"


def own_cluster(name: str) -> str:
    """Return the name of the cluster of a lane's own pods, by that of the lane.

    >>> own_cluster("outbound|8000|s2|mocka")
    'alone|8000|s2|mocka'
    """
    return OWN + name.removeprefix(_OUTBOUND)


def is_outbound(name: str) -> bool:
    """Whether routes lead to the cluster of that name; to a lane's own pods none leads."""
    return name.startswith(_OUTBOUND)


def is_inbound(name: str) -> bool:
    """Whether the cluster of that name hands on to a program."""
    return name.startswith(_INBOUND)


def destination_of(name: str) -> Destination:
    """Return the destination that a name stands for; port 0 where no cluster has the name.

    >>> destination_of("outbound|8000|s1|mocka.default.svc.cluster.local@shop").subset
    's1'
    >>> destination_of("mocka.default.svc.cluster.local@shop").host
    'mocka.default.svc.cluster.local'
    """
    words = name.split("|", 3)
    _, port, subset, host = words if len(words) == 4 else ("", "0", "", name)
    return Destination(Host(host.partition("@")[0]), int(port), subset)
