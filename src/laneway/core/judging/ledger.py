"""What happened between two readings of the proxies' counters.

Comes in: the configuration that the proxies run, and counters before and after. Goes out: who sent
how much by which route, who received how much, and what failed in between. Only differences count,
so nothing has to be reset. It knows nothing of lanes and of what was promised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from laneway.core.emit.envoy.cluster_names import inbound_cluster, is_inbound, is_outbound
from laneway.core.emit.envoy.config import Block, EnvoyConfig, RouteCounter, is_entry, table_stat
from laneway.core.emit.envoy.fallback import members as behind
from laneway.core.emit.envoy.intercepting import sent_by_tcp
from laneway.core.emit.envoy.tunnels import tunnel_stat
from laneway.core.emit.placement import Placement, Replica

Counters = Mapping[str, int]

_TRIES = "upstream_rq_total"
_NOBODY = "upstream_cx_none_healthy"
_NO_CONNECTION = "upstream_rq_pending_failure_eject"
_AGAIN = "upstream_rq_retry"
_BEGUN = "downstream_rq_total"
_DONE = "downstream_rq_completed"


class Call(Struct, frozen=True):
    """How many tries took one route and reached an address.

    `callers` are the replicas of the route's table; a gateway's has none.
    """

    route: RouteCounter
    callers: tuple[str, ...]
    sent: int


class Unrouted(Struct, frozen=True):
    """What a table could not even route: requests without a route, or without its cluster."""

    no_route: int = 0
    no_cluster: int = 0


class Seen(Struct, frozen=True):
    """Everything that was counted between two readings.

    `calls` are those routes that were taken. `received` counts requests and connections by replica,
    `requests` the HTTP ones among them. By cluster, `dialed` counts the tries that reached an
    address and `unreached` the requests that never did, for want of a pod or a connection.
    `entered` counts requests by gateway table, `broken` by replica those that its program did not
    accept from its proxy, `outgoing` by replica those that its program sent through its proxy.
    """

    calls: tuple[Call, ...] = ()
    received: Counters = {}
    requests: Counters = {}
    dialed: Counters = {}
    unreached: Counters = {}
    entered: Counters = {}
    unrouted: Mapping[str, Unrouted] = {}
    broken: Counters = {}
    outgoing: Counters = {}


class Ledger:
    """Knows every counter of a configuration by name, and which replicas are in which cluster."""

    def __init__(self, config: EnvoyConfig, placement: Placement) -> None:
        """Index a configuration and where its replicas are."""
        self.replicas: Mapping[str, Replica] = {one.name: one for one in placement.replicas}
        blocks = _outbound(config)
        self.members: Mapping[str, tuple[str, ...]] = _members(blocks, placement)
        self.stand_ins: Mapping[str, tuple[str, ...]] = _stand_ins(blocks, placement)
        self._sources = {name: (*behind(block), name)[0] for name, block in blocks.items()}
        self._chains = {name: behind(block) for name, block in blocks.items()}
        self._outgoing = _outgoing(config, placement)
        self._config = config
        self.routes = tuple({one.stat: one for one in config.routes}.values())
        tables = (name for proxy in config.proxies.values() for name in proxy.tables)
        self._tables = tuple(dict.fromkeys(tables))
        self._names = tuple(dict.fromkeys(self._all_names()))

    def callers_of(self, table: str) -> tuple[str, ...]:
        """Return the replicas that call by a table; a gateway's has none."""
        return self._config.callers.get(table, ())

    def taking(self, cluster: str) -> str:
        """Return the cluster whose pods take the requests of one: its own, or a stand-in's.

        The first that has pods counts; where none has, it is the cluster itself.
        """
        own = {self._sources[name]: name for name in self.members}
        chain = (own.get(one, one) for one in self._chains.get(cluster, ()))
        return next((name for name in chain if self.members.get(name)), cluster)

    def names(self) -> tuple[str, ...]:
        """Return the names of all counters to read."""
        return self._names

    def is_quiet(self, before: Counters, after: Counters) -> bool:
        """Whether everything that has begun since the first reading has ended, too."""
        listeners = (name for name in self._names if name.endswith(_BEGUN))
        return all(
            _grown(before, after, name) == _grown(before, after, name.removesuffix(_BEGUN) + _DONE)
            for name in listeners
        )

    def seen(self, before: Counters, after: Counters) -> Seen:
        """Return what happened between two readings."""
        received, requests = self._received(before, after)
        return Seen(
            tuple(self._calls(before, after)),
            received,
            requests,
            _used({one: self._dialed(before, after, one) for one in self.members}),
            _used({one: self._unreached(before, after, one) for one in self.members}),
            _used({one: self._entered(before, after, one) for one in self._tables}),
            {table: self._unrouted(before, after, table) for table in self._tables},
            self._broken(before, after),
            _used({one: _sent(before, after, stats) for one, stats in self._outgoing.items()}),
        )

    def _dialed(self, before: Counters, after: Counters, cluster: str) -> int:
        """Count tries at a cluster's own pods; of an aggregate another cluster counts them."""
        return _grown(before, after, _of(self._sources[cluster], _TRIES))

    def _unreached(self, before: Counters, after: Counters, cluster: str) -> int:
        if self._sources[cluster] != cluster:  # who got no connection there went on to a stand-in
            return _grown(before, after, _of(cluster, _NOBODY))
        return _unreached(before, after, cluster)

    def _calls(self, before: Counters, after: Counters) -> Iterator[Call]:
        for route in self.routes:
            if sent := _grown(before, after, route.stat):
                yield Call(route, self.callers_of(route.table), sent)

    def _entered(self, before: Counters, after: Counters, table: str) -> int:
        return _grown(before, after, f"{table_stat(table)}.{_BEGUN}") if is_entry(table) else 0

    def _received(self, before: Counters, after: Counters) -> tuple[Counters, Counters]:
        received: dict[str, int] = {}
        requests: dict[str, int] = {}
        for one in self._config.inbound:
            grown = _grown(before, after, one.stat)
            received[one.replica] = received.get(one.replica, 0) + grown
            if one.stat.endswith(_BEGUN):
                requests[one.replica] = requests.get(one.replica, 0) + grown
        return _used(received), _used(requests)

    def _unrouted(self, before: Counters, after: Counters, table: str) -> Unrouted:
        stat = table_stat(table)
        return Unrouted(
            _grown(before, after, f"{stat}.no_route"), _grown(before, after, f"{stat}.no_cluster")
        )

    def _broken(self, before: Counters, after: Counters) -> Counters:
        found: dict[str, int] = {}
        for one in self._config.inbound:
            count = _unreached(before, after, inbound_cluster(one.replica, one.port))
            found[one.replica] = found.get(one.replica, 0) + count
        return _used(found)

    def _all_names(self) -> Iterator[str]:
        yield from (route.stat for route in self.routes)
        for one in self._config.inbound:
            yield one.stat
            if one.stat.endswith(_BEGUN):
                yield one.stat.removesuffix(_BEGUN) + _DONE
        for table in self._tables:
            stat = table_stat(table)
            yield from (f"{stat}.{word}" for word in (_BEGUN, _DONE, "no_route", "no_cluster"))
        programs = (inbound_cluster(one.replica, one.port) for one in self._config.inbound)
        for stats in self._outgoing.values():
            yield from (*stats.came, stats.tunnels)
        for cluster in (*self.members, *self._sources.values(), *programs):
            yield from (_of(cluster, word) for word in (_TRIES, _NOBODY, _NO_CONNECTION, _AGAIN))


def _of(cluster: str, word: str) -> str:
    return f"cluster.{cluster}.{word}"


def _unreached(before: Counters, after: Counters, cluster: str) -> int:
    """Count requests that came to no address: there was none, or the last try got no connection."""
    nobody = _grown(before, after, _of(cluster, _NOBODY))
    failed = _grown(before, after, _of(cluster, _NO_CONNECTION))
    return nobody + max(0, failed - _grown(before, after, _of(cluster, _AGAIN)))


def _grown(before: Counters, after: Counters, name: str) -> int:
    """Return by how much a counter grew; one that fell belongs to a proxy that began anew."""
    return max(0, after.get(name, 0) - before.get(name, 0))


def _used(counters: dict[str, int]) -> Counters:
    return {name: count for name, count in counters.items() if count}


def _outbound(config: EnvoyConfig) -> dict[str, Block]:
    """Return every cluster of the proxies by name, each once."""
    found: dict[str, Block] = {}
    for proxy in config.proxies.values():
        for name, block in proxy.clusters.items():
            if not is_inbound(name):
                found.setdefault(name, block)
    return found


def _members(blocks: Mapping[str, Block], placement: Placement) -> dict[str, tuple[str, ...]]:
    """Return the replicas of each outbound cluster; of one with stand-ins its own alone."""
    return {
        name: _replicas(blocks.get((*behind(block), name)[0], {}), placement)
        for name, block in blocks.items()
        if is_outbound(name)
    }


def _stand_ins(blocks: Mapping[str, Block], placement: Placement) -> dict[str, tuple[str, ...]]:
    """Return the replicas that answer for a cluster of which no own one does."""
    found = {}
    for name, block in blocks.items():
        others = (_replicas(blocks.get(one, {}), placement) for one in behind(block)[1:])
        if names := tuple(replica for replicas in others for replica in replicas):
            found[name] = names
    return found


def _replicas(block: Block, placement: Placement) -> tuple[str, ...]:
    """Return the replicas behind a plain cluster; an address belongs to one replica alone."""
    by_address = {one.address: one.name for one in placement.replicas}
    return tuple(by_address[one] for one in _addresses(block) if one in by_address)


class _Outgoing(Struct, frozen=True):
    """The counters of what a replica's program sent: what came, and what of it is no call."""

    came: tuple[str, ...]
    tunnels: str


def _outgoing(config: EnvoyConfig, placement: Placement) -> dict[str, _Outgoing]:
    """Return by replica the counters of what its program sent through its proxy.

    Replicas of one class share a table and its counters, but each has a listener of its own: what
    came there, plainly, out of a tunnel or to ask for one, and how many tunnels lead back to it.
    With interception it asks for none, and its TCP connections to services are counted apart.
    https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/stats#per-listener-statistics
    """
    tables = {name: table for table, names in config.callers.items() for name in names}
    return {
        one.name: _Outgoing(
            (
                f"listener.{one.address}_{one.outbound}.{table_stat(tables[one.name])}.{_DONE}",
                *((sent_by_tcp(one.name),) if placement.interception is not None else ()),
            ),
            tunnel_stat(one.address, one.outbound),
        )
        for one in placement.replicas
        if one.name in tables
    }


def _sent(before: Counters, after: Counters, stats: _Outgoing) -> int:
    """Count what a program sent; to ask for a tunnel is not a request of its own."""
    came = sum(_grown(before, after, name) for name in stats.came)
    return max(0, came - _grown(before, after, stats.tunnels))


def _addresses(cluster: Block) -> Iterator[str]:
    for locality in cluster.get("load_assignment", {}).get("endpoints", ()):
        for one in locality["lb_endpoints"]:
            yield str(one["endpoint"]["address"]["socket_address"]["address"])
