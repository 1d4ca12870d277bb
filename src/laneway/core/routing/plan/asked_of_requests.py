"""What the routes of a gateway's port look at in a request, beside its host, path and method.

Comes in: a port of a gateway. Goes out: names of headers and of query parameters. With their values
alone the port decides, so that whoever keeps these of a request can decide it again. What tells who
somebody is, is not among them: it is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.resources.matching import Match
from laneway.core.routing.plan.route_plan import GatewayPort, Rule

SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Headers by which somebody gets in; what they hold is written down nowhere."""
_PARTS = ("host",)


def headers_asked(port: GatewayPort) -> tuple[str, ...]:
    """Return the headers that are looked at, by name and in lower case."""
    found = {one.header.lower() for one in port.tagging}
    for match in _matches(port):
        found.update(name.lower() for name, _ in (*match.headers, *match.without_headers))
    return tuple(sorted(name for name in found - SECRET if name[:1] != ":" and name not in _PARTS))


def parameters_asked(port: GatewayPort) -> frozenset[str]:
    """Return the query parameters that are looked at."""
    return frozenset(name for match in _matches(port) for name, _ in match.query_params)


def secrets_asked(rule: Rule) -> tuple[str, ...]:
    """Return the headers that a rule looks at and that are kept nowhere."""
    pairs = (pair for one in rule.matches for pair in (*one.headers, *one.without_headers))
    asked = (name.lower() for name, _ in pairs)
    return tuple(sorted(SECRET.intersection(asked)))


def _matches(port: GatewayPort) -> Iterator[Match]:
    for host in port.virtual_hosts:
        for rule in (*host.rules, *host.behind):
            yield from rule.matches
