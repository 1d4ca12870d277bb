"""Claims on hosts of lanes' entries that no route can have (LW1335)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import Given, group, lane, mesh, rule, weight, weighted

GOOD = "hosts: ['*', '*.shop.test', Shop.test, 10.0.0.1], "
BAD = "hosts: [shop.test, 'shop.test:80', 'http://shop.test', a_b.test, 'a.*', a..b, ''], "
ENTRY = "{ingressRoutingStrategy: weighted, weightedRoutingRule: {hosts: [shop.test, '%s']}}"


def asking(hosts: str) -> Given:
    return mesh(s2=lane("s2", "{version: v2}", rule("s2", hosts)))


def split_at(host: str) -> Given:
    parts = weighted(weight(50), weight(50))
    return mesh(**{**parts, "group": group(rest=f"ingressRouting: {ENTRY % host}")})


CLAIMS = [
    Claim(
        "each host of a rule that no VirtualService can have is an error",
        "LW1335",
        asking(BAD),
        [
            f"{host!r} of entry rule r1 of lane s2 is not a valid host"
            for host in ("shop.test:80", "http://shop.test", "a_b.test", "a.*", "a..b", "")
        ],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "hosts", 1),
        asking(GOOD),
    ),
    Claim(
        "a host of the weighted rule that no VirtualService can have is an error of the group",
        "LW1335",
        split_at("shop.test:80"),
        ["'shop.test:80' of the weighted rule of group test is not a valid host"],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "ingressRouting", "weightedRoutingRule", "hosts", 1),
        split_at("*.shop.test"),
    ),
]
