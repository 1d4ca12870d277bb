"""Claims on gateways that answer by themselves (LW1332 to LW1334): redirects to https."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import AT_DOOR, gateway, group, mesh, routes

TO_HTTPS = "hosts: ['*'], tls: {httpsRedirect: true}"
HTTPS = "- {port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*']}"
TO_A = "[{route: [{destination: {host: a.default.svc.cluster.local, subset: s1}}]}]"
FIRST = "- {port: {number: 81, name: one, protocol: HTTP}, hosts: [x.test], tls: {%s}}"
SECOND = "- {port: {number: 81, name: two, protocol: HTTP}, hosts: [y.test, x.test], tls: {}}"
ALL_OF_80 = "on port 80 of istio-system/door every request for host * gets 301 to https"
LEFT_OUT = "Istio ignores server two of gateway istio-system/door and its routes into group test"
AT_Y = AT_DOOR.replace("'*'", "y.test")


def redirecting(more: str = "") -> str:
    return gateway(servers=more).replace("hosts: ['*']", TO_HTTPS, 1)


CLAIMS = [
    Claim(
        "a redirect before lanes that are served by TLS is said",
        "LW1332",
        mesh(door=redirecting(HTTPS)),
        [f"{ALL_OF_80}; routes into group test serve port 443 of istio-system/door"],
        "Gateway istio-system/door",
        ("spec", "servers", 0, "tls", "httpsRedirect"),
        mesh(door=redirecting(HTTPS).replace("true", "false")),
    ),
    Claim(
        "a redirect before lanes that nobody serves by TLS is a warning",
        "LW1333",
        mesh(door=redirecting()),
        [f"{ALL_OF_80}, but no HTTPS server in the input routes it into group test"],
        "Gateway istio-system/door",
        ("spec", "servers", 0, "tls", "httpsRedirect"),
        mesh(door=redirecting(), group=group(door="name: other")),
    ),
    Claim(
        "a server with TLS for a host that another has is left out, and that is said",
        "LW1334",
        mesh(
            routes("own", TO_A, AT_Y),
            door=gateway(servers=FIRST % "" + "\n    " + SECOND),
        ),
        [f"{LEFT_OUT}: port 81 of istio-system/door already has one of its hosts"],
        "Gateway istio-system/door",
        ("spec", "servers", 2, "hosts"),
        mesh(
            routes("own", TO_A, AT_Y),
            door=gateway(servers=FIRST.replace(", tls: {%s}", "") + "\n    " + SECOND),
        ),
    ),
]
