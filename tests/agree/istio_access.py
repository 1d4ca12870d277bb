"""A reader of what Istio puts before a pod: who is refused at a port, and whether plain calls are.

In: the filter chains for what comes to a proxy. Out: whether access filters refuse every request,
some or none, and whether the port takes connections without TLS. A condition is told from one that
everybody meets and from one that nobody meets, and is not looked at.
https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rbac_filter
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from tests.agree.envoy_matching import Json

Refused = Literal["all", "some", "none"]
NEVER = ("notRule", "notId")


def refused_at(inward: Sequence[Json], port: int) -> Refused:
    """Return whose requests the access filters of a port refuse."""
    said = {_refused(rules) for chain in _chains(inward, port) for rules in chain.get("access", ())}
    return "all" if "all" in said else "some" if "some" in said else "none"


def takes_plain(inward: Sequence[Json], port: int) -> bool:
    """Whether a port takes connections that speak no TLS."""
    return any(
        not chain["secure"] and chain["match"].get("transportProtocol") == "raw_buffer"
        for chain in _chains(inward, port)
    )


def _chains(inward: Sequence[Json], port: int) -> list[Json]:
    """Return the chains of a port; the ones for any port count where it has none of its own."""
    own = [one for one in inward if one["match"].get("destinationPort") == port]
    return own or [one for one in inward if "destinationPort" not in one["match"]]


def _refused(rules: Json) -> Refused:
    if rules.get("action") == "LOG":
        return "none"
    met = {_met(policy) for policy in rules.get("policies", {}).values()}
    if rules.get("action") == "DENY":
        return "all" if "always" in met else "some" if "sometimes" in met else "none"
    return "none" if "always" in met else "some" if "sometimes" in met else "all"


def _met(policy: Json) -> Literal["always", "sometimes", "never"]:
    parts = [*policy["permissions"], *policy["principals"]]
    if any(key in part for part in parts for key in NEVER):
        return "never"
    return "always" if all(leaf == {"any": True} for leaf in _leaves(parts)) else "sometimes"


def _leaves(parts: Sequence[Json]) -> Iterator[Any]:
    for part in parts:
        inner = [part[key] for key in ("andRules", "andIds", "orRules", "orIds") if key in part]
        for one in inner:
            yield from _leaves(one.get("rules", one.get("ids", ())))
        if not inner:
            yield part
