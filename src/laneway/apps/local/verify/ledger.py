"""What happened between two readings of the proxies' counters.

Comes in: the configuration that the proxies run, and counters before and after. Goes out: who sent
how much by which route, who received how much, and what failed in between. Only differences count,
so nothing has to be reset. It knows nothing of lanes and of what was promised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from laneway.core.emit.envoy_config import (
    Block,
    EnvoyConfig,
    RouteCounter,
    inbound_cluster,
    is_entry,
    table_stat,
)
from laneway.core.emit.placement import Placement, Replica

Counters = Mapping[str, int]

_TRIES = "upstream_rq_total"
_ENDED = "upstream_rq_completed"
_BEGUN = "downstream_rq_total"
_DONE = "downstream_rq_completed"


@dataclass(frozen=True, slots=True)
class Call:
    """What took one route: `sent` tries reached an address, `refused` ended before that.

    `callers` are the replicas of the route's table; a gateway's has none.
    """

    route: RouteCounter
    callers: tuple[str, ...]
    sent: int
    refused: int

    @property
    def is_entry(self) -> bool:
        """Whether a gateway sent it."""
        return is_entry(self.route.table)


@dataclass(frozen=True, slots=True)
class Unrouted:
    """What a table could not even route: requests without a route, or without its cluster."""

    no_route: int = 0
    no_cluster: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was counted between two readings.

    `calls` are those routes that were taken. `received` counts requests and connections by replica,
    `requests` the HTTP ones among them; `dialed` counts tries by cluster, `entered` requests by
    gateway table, `broken` requests by replica whose program did not answer its proxy.
    """

    calls: tuple[Call, ...] = ()
    received: Counters = field(default_factory=dict)
    requests: Counters = field(default_factory=dict)
    dialed: Counters = field(default_factory=dict)
    entered: Counters = field(default_factory=dict)
    unrouted: Mapping[str, Unrouted] = field(default_factory=dict)
    broken: Counters = field(default_factory=dict)


class Ledger:
    """Knows every counter of a configuration by name, and which replicas are in which cluster."""

    def __init__(self, config: EnvoyConfig, placement: Placement) -> None:
        """Index a configuration and where its replicas are."""
        self.replicas: Mapping[str, Replica] = {one.name: one for one in placement.replicas}
        self.members: Mapping[str, tuple[str, ...]] = _members(config, placement)
        self._config = config
        self._routes = tuple({one.stat: one for one in config.routes}.values())
        tables = (name for proxy in config.proxies.values() for name in proxy.tables)
        self._tables = tuple(dict.fromkeys(tables))
        self._names = tuple(dict.fromkeys(self._all_names()))

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
            _used({one: _grown(before, after, _tries(one)) for one in self.members}),
            _used(
                {
                    table: _grown(before, after, f"{table_stat(table)}.{_BEGUN}")
                    for table in self._tables
                    if is_entry(table)
                }
            ),
            {table: self._unrouted(before, after, table) for table in self._tables},
            self._broken(before, after),
        )

    def _calls(self, before: Counters, after: Counters) -> Iterator[Call]:
        for route in self._routes:
            sent = _grown(before, after, route.stat)
            ended = _grown(before, after, route.stat.removesuffix(_TRIES) + _ENDED)
            if sent or ended:
                callers = self._config.callers.get(route.table, ())
                yield Call(route, callers, sent, max(0, ended - sent))

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
            stat = f"cluster.{inbound_cluster(one.replica, one.port)}."
            tries = _grown(before, after, stat + _TRIES)
            ended = _grown(before, after, stat + _ENDED)
            found[one.replica] = found.get(one.replica, 0) + max(0, ended - tries)
        return _used(found)

    def _all_names(self) -> Iterator[str]:
        for route in self._routes:
            yield from (route.stat, route.stat.removesuffix(_TRIES) + _ENDED)
        for one in self._config.inbound:
            yield one.stat
            if one.stat.endswith(_BEGUN):
                yield one.stat.removesuffix(_BEGUN) + _DONE
            cluster = f"cluster.{inbound_cluster(one.replica, one.port)}."
            yield from (cluster + _TRIES, cluster + _ENDED)
        for table in self._tables:
            stat = table_stat(table)
            yield from (f"{stat}.{word}" for word in (_BEGUN, _DONE, "no_route", "no_cluster"))
        yield from (_tries(cluster) for cluster in self.members)


def _tries(cluster: str) -> str:
    return f"cluster.{cluster}.{_TRIES}"


def _grown(before: Counters, after: Counters, name: str) -> int:
    """Return by how much a counter grew; one that fell belongs to a proxy that began anew."""
    return max(0, after.get(name, 0) - before.get(name, 0))


def _used(counters: dict[str, int]) -> Counters:
    return {name: count for name, count in counters.items() if count}


def _members(config: EnvoyConfig, placement: Placement) -> dict[str, tuple[str, ...]]:
    """Return the replicas of each outbound cluster; an address belongs to one replica alone."""
    by_address = {one.address: one.name for one in placement.replicas}
    found: dict[str, tuple[str, ...]] = {}
    for proxy in config.proxies.values():
        for name, block in proxy.clusters.items():
            if name.startswith("outbound|") and name not in found:
                addresses = _addresses(block)
                found[name] = tuple(by_address[one] for one in addresses if one in by_address)
    return found


def _addresses(cluster: Block) -> Iterator[str]:
    for locality in cluster["load_assignment"].get("endpoints", ()):
        for one in locality["lb_endpoints"]:
            yield str(one["endpoint"]["address"]["socket_address"]["address"])
