"""What Envoy is to run, as plain values: per proxy its listeners, route tables and clusters.

Comes in from `configure`, which makes these values; goes out to whoever serves them to Envoy and to
whoever reads Envoy's counters. It stands apart so that both can speak of a configuration without
knowing how one is made. Blocks are Envoy's own messages in their JSON form, never shared half-way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from laneway.core.routing.plan.route_plan import Means, Origin

Block = dict[str, Any]
"""One Envoy message in JSON form; it is never changed once it is part of a configuration."""

ONE_PROXY = "mesh"
"""The name of the proxy that carries everything."""

GATEWAY_PROXY = "gateway"
"""The name of the gateways' proxy where every replica has a proxy of its own."""

OUTER_PROXY = "_host"
"""The name of the proxy outside of a mesh's private network; no replica can have it."""

ENTRY = "gateway/"
"""How the names of gateways' listeners and tables begin; they change at steps of their own."""

FRONT = "front/"
"""How the names of listeners begin by which this machine reaches gateways inside a private network.
They open last and close first."""

_LONGEST_FILE_NAME = 200


class ProxyConfig(Struct, frozen=True):
    """All resources of one Envoy process, by name. `tables` are route configurations."""

    listeners: Mapping[str, Block] = {}
    tables: Mapping[str, Block] = {}
    clusters: Mapping[str, Block] = {}


EMPTY = ProxyConfig()
"""What a proxy runs before it has been told anything."""


class Unexecuted(Struct, frozen=True, order=True):
    """A field of somebody's object that the proxies do not carry out, and why."""

    subject: str
    field: str
    reason: str


class RouteCounter(Struct, frozen=True):
    """The counter of requests that took one rule of one table.

    `table` tells the class of callers (see `EnvoyConfig.callers`); `host` and `port` are the
    service dialed, or the gateway's domain and port. `lane` is the lane the rule leads into,
    `others` are its lanes where they are several, `origin` what made the rule, `clusters` what it
    leads to; `by` says how the rule knows the lane, `entry` also of a user's rule at a gateway that
    writes one.
    """

    stat: str
    table: str
    host: str
    port: int
    rule: str
    lane: str
    origin: Origin
    clusters: tuple[str, ...]
    by: Means = ""
    others: tuple[str, ...] = ()

    @property
    def lanes(self) -> frozenset[str]:
        """The lanes of the requests that take the rule: one, several, or none."""
        return frozenset((self.lane,) if self.lane else self.others)


class InboundCounter(Struct, frozen=True):
    """The counter of requests that a replica's container port received."""

    stat: str
    replica: str
    port: int


class EnvoyConfig(Struct, frozen=True):
    """Everything all proxies run, and the counters they will have.

    `callers` names the replicas that use a table; it is empty for a gateway's table.
    """

    proxies: Mapping[str, ProxyConfig]
    routes: tuple[RouteCounter, ...] = ()
    inbound: tuple[InboundCounter, ...] = ()
    callers: Mapping[str, tuple[str, ...]] = {}
    unexecuted: tuple[Unexecuted, ...] = ()


def is_entry(name: str) -> bool:
    """Whether a listener or table is a gateway's."""
    return name.startswith(ENTRY)


def is_front(name: str) -> bool:
    """Whether a listener leads to a gateway inside a private network."""
    return name.startswith(FRONT)


def table_of(listener: Block) -> str:
    """Return the table a listener reads its routes from, empty when it has none."""
    for chain in listener["filter_chains"]:
        for one in chain["filters"]:
            if "rds" in one["typed_config"]:
                return str(one["typed_config"]["rds"]["route_config_name"])
    return ""


def table_stat(table: str) -> str:
    """Return how the counters of the listeners that read a table begin.

    >>> table_stat("outbound/default/any"), table_stat("gateway/any/80")
    ('http.out|outbound/default/any', 'http.gateway/any/80')
    """
    return stat_name("http", table if is_entry(table) else f"out|{table}")


def table_file(name: str) -> str:
    """Return the file, relative to the proxy's folder, from which Envoy reads a route table.

    >>> table_file("outbound/default")
    'routes/outbound%2Fdefault.json'
    """
    safe = quote(name, safe="")
    if len(safe) > _LONGEST_FILE_NAME:
        safe = hashlib.sha256(name.encode()).hexdigest()
    return f"routes/{safe}.json"


def inbound_stat(replica: str, port: int) -> str:
    """Return the prefix of what a replica's container port counts, behind the protocol's name.

    >>> stat_name("http", inbound_stat("mocka-v1-0", 8000), "downstream_rq_total")
    'http.in|mocka-v1-0|8000.downstream_rq_total'
    """
    return f"in|{replica}|{port}"


def stat_name(*parts: str) -> str:
    """Return a counter's full name; Envoy keeps names of virtual hosts and routes as they are.

    >>> stat_name("vhost", "mocka:8000", "route", "r1", "upstream_rq_total")
    'vhost.mocka:8000.route.r1.upstream_rq_total'
    """
    return ".".join(parts)
