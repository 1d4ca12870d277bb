"""Which services the routes of the mesh lead to, by which proxies learn of services.

Comes in: users' VirtualServices with their delegates, and the hops of lanes. Goes out: for each
service the routes that lead to it, for whichever port or caller they are. Istio counts what is
written: mirrors, shares of weight 0 and matches of gateways alone too. They are gone through when
they are first asked for: where no Sidecar narrows what proxies see, nobody asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from laneway.core.mesh.known import LearnedRoute
from laneway.core.mesh.names import Host, resolve_host
from laneway.core.mesh.visibility import Shown
from laneway.core.resources.istio.networking import VirtualService
from laneway.core.routing.plan.delegates import Ours, Written
from laneway.core.routing.plan.route_plan import Forward, Rule, lanes_own
from laneway.core.routing.plan.service_input import LaneHopsLater, Share
from laneway.core.routing.plan.written import References, binds_mesh, shown

Way = tuple[Host, int | None, frozenset[str]]
"""A destination's host and port, and the namespaces of callers that its route names."""


class Leads(Mapping[Host, tuple[LearnedRoute, ...]]):
    """The routes that lead to each service. Those of lanes lead to every port of theirs."""

    def __init__(self, reading: References, hops: Mapping[Host, Share]) -> None:
        """Keep where to look."""
        self._reading = reading
        self._hops = hops

    def __getitem__(self, host: Host) -> tuple[LearnedRoute, ...]:
        """Return the routes that lead to a service."""
        return self._found[host]

    def __iter__(self) -> Iterator[Host]:
        """Go through the services to which any route leads."""
        return iter(self._found)

    def __len__(self) -> int:
        """Count them."""
        return len(self._found)

    @cached_property
    def _found(self) -> Mapping[Host, tuple[LearnedRoute, ...]]:
        mesh = self._reading.mesh
        found: dict[Host, dict[LearnedRoute, None]] = {}
        for author in filter(binds_mesh, mesh.virtual_services):
            to = shown(author)
            for host, port, callers in dict.fromkeys(_ways(self._reading, author)):
                if host in mesh.services:
                    found.setdefault(host, {})[LearnedRoute(to, port, callers)] = None
        for host, spoken in self._hops.items():
            if isinstance(spoken, LaneHopsLater):
                leads_there = bool(spoken.made_from.ports)
            else:
                leads_there = any(lanes_own(hop) is not None for hop in spoken)
            if leads_there:
                own = Shown(mesh.services[host].namespace, (host,))
                found.setdefault(host, {})[LearnedRoute(own)] = None
        return {host: tuple(some) for host, some in found.items()}


def mirrored(policy: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the destinations that get copies of a route's requests, as written."""
    several = policy.get("mirrors")
    blocks = several if isinstance(several, list) else []
    written = (one.get("destination") for one in blocks if isinstance(one, Mapping))
    for one in (policy.get("mirror"), *written):
        if isinstance(one, Mapping) and one.get("host") and isinstance(one["host"], str):
            yield one


def _ways(reading: References, author: VirtualService) -> Iterator[Way]:
    for found in reading.delegates.routes(author):
        if isinstance(found, Ours):
            for rule in found.rules:
                yield from _of_rule(rule)
        else:
            yield from _of_route(found)
    for route in author.tcp:
        for one in route.destinations:
            yield resolve_host(one.host, author.meta.namespace), one.port, frozenset()


def _of_rule(rule: Rule) -> Iterator[Way]:
    callers = frozenset([one.source_namespace for one in rule.matches if one.source_namespace])
    for share in rule.action.shares if isinstance(rule.action, Forward) else ():
        yield share.destination.host, share.destination.port, callers


def _of_route(found: Written) -> list[Way]:
    route, space = found.route, found.author.meta.namespace
    callers = frozenset([one.source_namespace for one in route.matches if one.source_namespace])
    ways = [(resolve_host(one.host, space), one.port, callers) for one in route.destinations]
    for copy in mirrored(route.policy) if route.policy else ():
        port = copy.get("port")
        number = port.get("number") if isinstance(port, Mapping) else None
        ways.append((resolve_host(copy["host"], space), number, callers))
    return ways
