"""Claims on the rules about how requests enter lanes (LW13xx): gateways, rules, ports."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import (
    AT_DOOR,
    gateway,
    group,
    lane,
    mesh,
    routes,
    rule,
    service,
    split,
)

TWO_PORTS = "[{port: 80, name: http}, {port: 90, name: http-b}]"
HTTPS = "- {port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*']}"


def led(more: str) -> str:
    """Return a rule of lane s2 with something about its destination changed."""
    return lane("s2", "{version: v2}", rule("s2", where=f"{{{more}}}"))


CLAIMS = [
    Claim(
        "a gateway that is not there is an error where other gateways are known",
        "LW1301",
        mesh(group=group(door="name: dor")),
        ["gateway istio-system/dor is not in the input"],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "gateway", "name"),
        mesh(without="door", group=group(door="name: dor")),
    ),
    Claim(
        "a user's route on a gateway that is not there is an error",
        "LW1301",
        mesh(routes("own", split(100), "hosts: ['*']\n  gateways: [door]")),
        ["gateway default/door is not in the input"],
        "VirtualService default/own",
        ("spec", "gateways", 0),
        mesh(routes("own", split(100), AT_DOOR)),
    ),
    Claim(
        "a Kubernetes Ingress as the entry is an error",
        "LW1302",
        mesh(group=group(door="name: door, type: ingress")),
        ["group test has an ingress gateway of type ingress, which is not supported"],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "gateway", "type"),
        mesh(group=group(door="name: door, type: ASM")),
    ),
    Claim(
        "lanes with rules in a group without a gateway are an error",
        "LW1303",
        mesh(group=group(door="type: ASM")),
        ["group test names no gateway for requests into lanes s1 and s2"],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "gateway", "name"),
        mesh(
            group=group(door="type: ASM"),
            s1=lane("s1", "{version: v1}"),
            s2=lane("s2", "{version: v2}"),
        ),
    ),
    Claim(
        "a rule without online is off, and that is said",
        "LW1309",
        mesh(s2=lane("s2", "{version: v2}", rule("s2").replace("online: true, ", ""))),
        ["entry rule r1 of lane s2 is off"],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "online"),
        mesh(),
    ),
    Claim(
        "a rule with the same match as an older one is never reached",
        "LW1310",
        mesh(s2=lane("s2", "{version: v2}", rule("s1"))),
        [
            (
                "entry rule r1 of lane s2 never matches: entry rule r1 of lane s1 matches all its "
                "requests first"
            )
        ],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0),
        mesh(),
    ),
    Claim(
        "a rule behind a wider one is never reached",
        "LW1310",
        mesh(
            s1=lane("s1", "{version: v1}", rule("", match="{uri: {prefix: /mock}}")),
            s2=lane(
                "s2",
                "{version: v2}",
                rule("", match="{uri: {exact: /mock/x}, headers: {x-lane: {prefix: s}}}"),
            ),
        ),
        [
            (
                "entry rule r1 of lane s2 never matches: entry rule r1 of lane s1 matches all its "
                "requests first"
            )
        ],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0),
        mesh(
            s1=lane("s1", "{version: v1}", rule("", match="{uri: {prefix: /mock}}")),
            s2=lane("s2", "{version: v2}", rule("", match="{uri: {prefix: /moc}}")),
        ),
    ),
    Claim(
        "a rule with a host of its own is reached there",
        "LW1310",
        mesh(s2=lane("s2", "{version: v2}", rule("s1", "hosts: [shop.test], "))),
        [
            (
                "entry rule r1 of lane s2 never matches: entry rule r1 of lane s1 matches all its "
                "requests first"
            )
        ],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0),
        mesh(
            s1=lane("s1", "{version: v1}", rule("s1", "hosts: [desk.test], ")),
            s2=lane("s2", "{version: v2}", rule("s1", "hosts: [shop.test], ")),
        ),
    ),
    Claim(
        "a user's route behind one without a match is never reached",
        "LW1310",
        mesh(
            routes(
                "own",
                "[{route: [{destination: {host: a}}]}, "
                "{name: late, match: [{uri: {exact: /x}}], "
                "route: [{destination: {host: b}}]}]",
                AT_DOOR,
            )
        ),
        [
            (
                "route late of VirtualService default/own never matches: route http[0] of "
                "VirtualService default/own matches all its requests first"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 1),
        mesh(routes("own", split(100), AT_DOOR)),
    ),
    Claim(
        "a rule's host that the gateway does not serve is warned about",
        "LW1311",
        mesh(
            door=gateway("[shop.test]"),
            s1=lane("s1", "{version: v1}", rule("s1", "hosts: [shop.test], ")),
            s2=lane("s2", "{version: v2}", rule("s2", "hosts: [shop.test, desk.test], ")),
        ),
        [
            (
                "gateway istio-system/door does not serve host desk.test; "
                "its HTTP servers are for shop.test"
            )
        ],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "hosts", 1),
        mesh(
            door=gateway("['*.test']"),
            s2=lane("s2", "{version: v2}", rule("s2", "hosts: [desk.test], ")),
        ),
    ),
    Claim(
        "a host of a user's route that the gateway does not serve is warned about",
        "LW1311",
        mesh(
            routes("own", split(100), "hosts: [x.test]\n  gateways: [istio-system/door]"),
            door=gateway("[istio-system/shop.test]"),
        ),
        [
            (
                "gateway istio-system/door does not serve host x.test; "
                "its HTTP servers are for shop.test"
            )
        ],
        "VirtualService default/own",
        ("spec", "hosts", 0),
        mesh(routes("own", split(100), "hosts: [x.test]\n  gateways: [istio-system/door]")),
    ),
    Claim(
        "a rule that leads to a service nobody has is an error",
        "LW1312",
        mesh(s2=led("host: aa.default.svc.cluster.local")),
        [
            (
                "entry rule r1 of lane s2 points to aa.default.svc.cluster.local, but the input "
                "has no such Service"
            )
        ],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "route", "destination", "host"),
        mesh(s2=led("host: a")),
    ),
    Claim(
        "a rule that leads to a container's port is an error",
        "LW1313",
        mesh(s2=led("host: a.default.svc.cluster.local, portNum: 8000")),
        ["entry rule r1 of lane s2 points to port 8000 of default/a, which has port 80"],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "route", "destination", "portNum"),
        mesh(s2=led("host: a.default.svc.cluster.local, portNum: 80")),
    ),
    Claim(
        "a route of the mesh's own to a port that a lane service lacks is an error",
        "LW1313",
        mesh(
            routes("own", "[{route: [{destination: {host: b, port: {number: 81}}}]}]", "hosts: [b]")
        ),
        [
            (
                "route http[0] of VirtualService default/own points to port 81 of default/b, which "
                "has port 80"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 0, "destination", "port", "number"),
        mesh(
            routes("own", "[{route: [{destination: {host: b, port: {number: 80}}}]}]", "hosts: [b]")
        ),
    ),
    Claim(
        "a rule for a service of several ports has to choose one",
        "LW1314",
        mesh(
            a=service("a", TWO_PORTS),
            s1=lane("s1", "{version: v1}", rule("s1", where="{host: a, portNum: 90}")),
        ),
        ["entry rule r1 of lane s2 names no port, but default/a has ports 80 and 90"],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "route", "destination"),
        mesh(),
    ),
    Claim(
        "a user's route for a service of several ports has to choose one",
        "LW1314",
        mesh(
            service("c", TWO_PORTS),
            routes("own", "[{route: [{destination: {host: c}}]}]", AT_DOOR),
        ),
        [
            (
                "route http[0] of VirtualService default/own names no port, "
                "but default/c has ports 80 and 90"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 0, "destination"),
        mesh(
            service("c", TWO_PORTS),
            routes("own", "[{route: [{destination: {host: c, port: {number: 90}}}]}]", AT_DOOR),
        ),
    ),
    Claim(
        "a rule that leads outside its group is an error",
        "LW1315",
        mesh(service("c"), s2=led("host: c.default.svc.cluster.local")),
        ["entry rule r1 of lane s2 points to default/c, which is not in group test"],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "route", "destination", "host"),
        mesh(s2=led("host: b.default.svc.cluster.local")),
    ),
    Claim(
        "a TLS server is said to be skipped on this machine",
        "LW1317",
        mesh(door=gateway(servers=HTTPS)),
        ["server https of gateway istio-system/door uses TLS and is skipped by `laneway up`"],
        "Gateway istio-system/door",
        ("spec", "servers", 1, "port"),
        mesh(),
    ),
    Claim(
        "lanes nothing leads into are pointed out",
        "LW1323",
        mesh(s1=lane("s1", "{version: v1}"), s2=lane("s2", "{version: v2}")),
        ["no requests enter the lanes of group test"],
        "ASMSwimLaneGroup test",
        ("metadata", "name"),
        mesh(
            routes("own", split(50, 50), AT_DOOR),
            s1=lane("s1", "{version: v1}"),
            s2=lane("s2", "{version: v2}"),
        ),
    ),
    Claim(
        "a rule that leads nowhere is an error",
        "LW1324",
        mesh(
            s2=lane(
                "s2",
                "{version: v2}",
                "ingressRules: [{name: r1, online: true, match: {uri: {exact: /x}}}]",
            )
        ),
        ["entry rule r1 of lane s2 names no service"],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0),
        mesh(
            s2=lane(
                "s2",
                "{version: v2}",
                "ingressRules: [{name: r1, match: {uri: {exact: /x}}}]",
            )
        ),
    ),
]
