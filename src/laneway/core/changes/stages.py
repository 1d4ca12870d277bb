"""From one configuration to the next, in an order in which no request gets lost.

Comes in: what all proxies run and what they are to run. Goes out: stages, each a whole
configuration that must be live in every proxy before the next one begins. Adding goes clusters,
listeners, mesh routes, entry; removing goes the other way round, and waits in between for the
requests still under way. No route ever names a cluster that is on its way in or already gone, and
what stands before a gateway outside of a private network is there only while the gateway is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct

from laneway.core.emit.envoy.config import Block, ProxyConfig, is_entry, is_front, table_of

LET_OUT = "requests let out"
"""The stage after which nothing but tidying up is left: every new request goes its new way."""

Blocks = Mapping[str, Block]
Proxies = Mapping[str, ProxyConfig]


class Stage(Struct, frozen=True):
    """One step of a change: what runs once it is done, by proxy.

    `settle` names clusters whose requests under way must end before the next stage.
    """

    what: str
    proxies: Proxies
    settle: frozenset[str] = frozenset()


def stages(old: Proxies, new: Proxies) -> tuple[Stage, ...]:
    """Return the stages from `old` to `new`, without those that change nothing.

    Speaks only of proxies that are in both: a new proxy starts with its whole configuration before
    the first stage, one that is no longer wanted stops after the last.
    """
    kept = {name: (old[name], new[name]) for name in new if name in old}
    leaving = frozenset(
        name for was, now in kept.values() for name in was.clusters.keys() - now.clusters
    )
    live: Proxies = {name: was for name, (was, _) in kept.items()}
    found: list[Stage] = []
    for what, step in _STEPS:
        wanted = {name: step(live[name], was, now) for name, (was, now) in kept.items()}
        if wanted != live:
            found.append(Stage(what, wanted))
        if what == _LAST_ENTRY and leaving:
            found.append(Stage(LET_OUT, wanted, leaving))
        live = wanted
    return tuple(found)


Step = Callable[[ProxyConfig, ProxyConfig, ProxyConfig], ProxyConfig]
"""Give what a proxy is to run next: from what it runs, what it ran at first and what it is to."""


def _close_fronts(live: ProxyConfig, _: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Close what leads to gateways that leave."""
    kept = (name for name in live.listeners if name in new.listeners or not is_front(name))
    return ProxyConfig({name: live.listeners[name] for name in kept}, live.tables, live.clusters)


def _grow_clusters(live: ProxyConfig, _: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Add clusters before anything can lead to them; those that are there stay as they are."""
    return ProxyConfig(live.listeners, live.tables, {**new.clusters, **live.clusters})


def _grow_listeners(live: ProxyConfig, _: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Add the listeners of new replicas, with the tables only they read."""
    listeners = {**_inside(new.listeners), **live.listeners}
    return ProxyConfig(listeners, {**_in_mesh(new.tables), **live.tables}, live.clusters)


def _turn_clusters(live: ProxyConfig, _: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Bring endpoints up to date, now that new replicas can be dialed; what leaves stays."""
    return ProxyConfig(live.listeners, live.tables, {**live.clusters, **new.clusters})


def _turn_mesh(live: ProxyConfig, old: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Turn the routes in the mesh, except hosts whose routes lead to what leaves."""
    leaving = old.clusters.keys() - new.clusters
    tables = dict(live.tables)
    for name, table in _in_mesh(new.tables).items():
        if name in tables:
            tables[name] = _without_farewells(tables[name], table, leaving)
    return ProxyConfig(live.listeners, tables, live.clusters)


def _turn_listeners(live: ProxyConfig, _: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Turn the listeners of replicas, for instance one whose calls now belong to another class."""
    listeners = {**live.listeners, **_inside(new.listeners)}
    return ProxyConfig(listeners, live.tables, live.clusters)


def _turn_entry(live: ProxyConfig, _: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Turn the gateways' routes: from here on, new requests go where they are to go."""
    listeners = {**_in_mesh(live.listeners), **_at_entry(new.listeners)}
    return ProxyConfig(listeners, {**live.tables, **_at_entry(new.tables)}, live.clusters)


def _open_fronts(live: ProxyConfig, _: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Open what leads to gateways that are there now."""
    fronts = {name: block for name, block in new.listeners.items() if is_front(name)}
    return ProxyConfig({**live.listeners, **fronts}, live.tables, live.clusters)


def _end_mesh(live: ProxyConfig, old: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Turn the last routes in the mesh, now that nobody is on his way to what leaves."""
    tables = {**live.tables, **new.tables, **_read_still(old, new)}
    return ProxyConfig(live.listeners, tables, live.clusters)


def _shrink_listeners(live: ProxyConfig, _: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Close listeners nobody dials any more, then drop the tables they read."""
    return ProxyConfig(new.listeners, new.tables, live.clusters)


def _shrink_clusters(_: ProxyConfig, __: ProxyConfig, new: ProxyConfig) -> ProxyConfig:
    """Drop clusters no route names any more."""
    return new


_LAST_ENTRY = "entry routes turned"
_STEPS: tuple[tuple[str, Step], ...] = (
    ("ways in closed", _close_fronts),
    ("clusters added", _grow_clusters),
    ("listeners added", _grow_listeners),
    ("clusters turned", _turn_clusters),
    ("mesh routes turned", _turn_mesh),
    ("listeners turned", _turn_listeners),
    (_LAST_ENTRY, _turn_entry),
    ("ways in opened", _open_fronts),
    ("mesh routes removed", _end_mesh),
    ("listeners removed", _shrink_listeners),
    ("clusters removed", _shrink_clusters),
)


def _in_mesh(blocks: Blocks) -> dict[str, Block]:
    return {name: block for name, block in blocks.items() if not is_entry(name)}


def _inside(blocks: Blocks) -> dict[str, Block]:
    return {name: block for name, block in _in_mesh(blocks).items() if not is_front(name)}


def _at_entry(blocks: Blocks) -> dict[str, Block]:
    return {name: block for name, block in blocks.items() if is_entry(name)}


def _read_still(old: ProxyConfig, new: ProxyConfig) -> Blocks:
    """Return the tables that no listener reads any more, with the routes of those read instead.

    A listener that turns keeps the connections it has, and each may bring one more request by the
    table of before.
    https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/operations/draining
    """
    found: dict[str, Block] = {}
    for name in old.listeners.keys() & new.listeners:
        before, after = table_of(old.listeners[name]), table_of(new.listeners[name])
        if before and after in new.tables and before not in new.tables:
            found[before] = new.tables[after] | {"name": before}
    return found


def _without_farewells(old: Block, new: Block, leaving: AbstractSet[str]) -> Block:
    """Return the new table, with the old virtual host wherever that one leads to what leaves.

    Requests that entered before the entry turned still follow these routes.
    """
    before = {host["name"]: host for host in old["virtual_hosts"]}
    known = {host["name"] for host in new["virtual_hosts"]}
    hosts = []
    for host in new["virtual_hosts"]:
        was = before.get(host["name"])
        if was is None or leaving.isdisjoint(named_clusters(was)):
            hosts.append(host)
        else:
            hosts.append(was)
    taken = {domain for host in hosts for domain in host["domains"]}
    for name, was in before.items():
        if name not in known and taken.isdisjoint(was["domains"]):
            hosts.append(was)
    return new | {"virtual_hosts": hosts}


def named_clusters(block: object) -> Iterator[str]:
    """Yield the clusters that routes inside a block lead to; mirrors are no road of a request."""
    if isinstance(block, Mapping):
        for route in block.get("routes", ()):
            action = route.get("route", {})
            if "cluster" in action:
                yield action["cluster"]
            for share in action.get("weighted_clusters", {}).get("clusters", ()):
                yield share["name"]
