"""Claims on hosts that no route can have, and on hosts of two groups' entries (LW1335, LW1337)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import (
    Given,
    gateway,
    group,
    lane,
    mesh,
    pods,
    rule,
    service,
    weight,
    weighted,
)

GOOD = "hosts: ['*', '*.shop.test', Shop.test, 10.0.0.1], "
BAD = "hosts: [shop.test, 'shop.test:80', 'http://shop.test', a_b.test, 'a.*', a..b, ''], "
ENTRY = "{ingressRoutingStrategy: weighted, weightedRoutingRule: {hosts: [shop.test, '%s']}}"


def asking(hosts: str) -> Given:
    return mesh(s2=lane("s2", "{version: v2}", rule("s2", hosts)))


def split_at(host: str) -> Given:
    parts = weighted(weight(50), weight(50))
    return mesh(**{**parts, "group": group(rest=f"ingressRouting: {ENTRY % host}")})


def beside(mode: str) -> Given:
    """Return a lane that is entered by any request, and a group at another Gateway of the port."""
    door = gateway().replace("name: door", "name: other-door")
    other = group("other", services="[{name: c, namespace: default}]", door="name: other-door")
    into_c = rule("o1", where="{host: c.default.svc.cluster.local}")
    o1 = lane("o1", "{version: v1}", into_c, "labels: {swimlane-group: other}")
    s1 = lane("s1", "{version: v1}", rule("", match="{}"))
    return mesh(door, other, o1, service("c"), pods("c", "v1"), group=group(rest=mode), s1=s1)


PERMISSIVE = """
  isPermissive: true
  permissiveModeConfiguration: {traceHeader: baggage, routeHeader: x-tag, fallbackTarget: s1}
"""

CLAIMS = [
    Claim(
        "a rule for every request of a permissive group does not come last",
        "LW1337",
        beside(PERMISSIVE),
        ["entry rule r1 of lane s1 takes the requests of entry rule r1 of lane o1 for *"],
        "ASMSwimLane s1",
        ("spec", "ingressRules", 0),
        beside(""),
    ),
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
