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
_NAMING_HOST = (":authority", "host")


def headers_asked(port: GatewayPort) -> tuple[str, ...]:
    """Return the headers that are looked at, by name and in lower case."""
    found = {one.header.lower() for one in port.tagging}
    for match in _matches(port):
        found.update(name.lower() for name, _ in (*match.headers, *match.without_headers))
    return tuple(sorted(name for name in found - SECRET if name[:1] != ":" and name != "host"))


def parameters_asked(port: GatewayPort) -> frozenset[str]:
    """Return the query parameters that are looked at."""
    return frozenset(name for match in _matches(port) for name, _ in match.query_params)


def asks_host(port: GatewayPort) -> bool:
    """Return whether requests for one host may be decided in another way than those for others."""
    hosts = port.virtual_hosts
    named = any(name in _NAMING_HOST for match in _matches(port) for name, _ in match.headers)
    tagging = any(one.host not in ("", "*") for one in port.tagging)
    by_authority = any(match.authority is not None for match in _matches(port))
    return named or tagging or by_authority or any(one.domain != "*" for one in hosts)


def secrets_asked(rule: Rule) -> tuple[str, ...]:
    """Return the headers that a rule looks at and that are kept nowhere."""
    pairs = (pair for one in rule.matches for pair in (*one.headers, *one.without_headers))
    asked = (name.lower() for name, _ in pairs)
    return tuple(sorted(SECRET.intersection(asked)))


def _matches(port: GatewayPort) -> Iterator[Match]:
    for host in port.virtual_hosts:
        for rule in (*host.rules, *host.behind):
            yield from rule.matches
