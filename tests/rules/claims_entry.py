"""Claims on the rules about how requests enter lanes (LW13xx)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import gateway, group, lane, mesh, policy, routes, rule, service

TWO_PORTS = "[{port: 80, name: http}, {port: 90, name: http-b}]"
DOOR = "{hosts: ['*'], gateways: [istio-system/door]}"
AT_DOOR = "hosts: ['*']\n  gateways: [istio-system/door]"
WEIGHTED = "ingressRouting: {ingressRoutingStrategy: weighted}"
HTTPS = "- {port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*']}"
GOT = "route: {destination: {host: a.default.svc.cluster.local"
OTHER_GROUP = group("late", services="[{name: c, namespace: default}]")


def weight(share: object, host: str = "a") -> str:
    where = f"{{host: {host}.default.svc.cluster.local}}" if host else "{}"
    destination = f"destination: {where}, " if host else ""
    return f"ingressWeight: {{{destination}weight: {share}}}"


def split(*weights: object) -> str:
    """Return an http list with one destination per weight, in the subsets s1, s2 and so on."""
    host = "a.default.svc.cluster.local"
    parts = ", ".join(
        f"{{destination: {{host: {host}, subset: s{number}}}, weight: {share}}}"
        for number, share in enumerate(weights, 1)
    )
    return f"[{{route: [{parts}]}}]"


def weighted(one: str, two: str) -> dict[str, str]:
    return {
        "group": group(rest=WEIGHTED),
        "s1": lane("s1", "{version: v1}", one),
        "s2": lane("s2", "{version: v2}", two),
    }


def led(more: str) -> str:
    """Return a rule of lane s2 with something about its destination changed."""
    return lane("s2", "{version: v2}", rule("s2", where=f"{{{more}}}"))


CLAIMS = [
    Claim(
        "a gateway that is not there is an error where other gateways are known",
        "LW1301",
        mesh(group=group(door="name: dor")),
        ["gateway istio-system/dor does not exist in the input"],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "gateway", "name"),
        mesh(without="door", group=group(door="name: dor")),
    ),
    Claim(
        "a user's route on a gateway that is not there is an error",
        "LW1301",
        mesh(routes("own", split(100), "hosts: ['*']\n  gateways: [door]")),
        ["gateway default/door does not exist in the input"],
        "VirtualService default/own",
        ("spec", "gateways", 0),
        mesh(routes("own", split(100), AT_DOOR)),
    ),
    Claim(
        "a Kubernetes Ingress as the entry is an error",
        "LW1302",
        mesh(group=group(door="name: door, type: ingress")),
        ["group test asks for an entry of type ingress"],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "gateway", "type"),
        mesh(group=group(door="name: door, type: ASM")),
    ),
    Claim(
        "lanes with rules in a group without a gateway are an error",
        "LW1303",
        mesh(group=group(door="type: ASM")),
        ["group test names no gateway for the entry of lanes s1 and s2"],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "gateway", "name"),
        mesh(
            group=group(door="type: ASM"),
            s1=lane("s1", "{version: v1}"),
            s2=lane("s2", "{version: v2}"),
        ),
    ),
    Claim(
        "weights of lanes that add up to 90 are a ratio",
        "LW1304",
        mesh(**weighted(weight(60), weight(30))),
        [
            (
                "weights of the lanes of group test add up to 90: "
                "lane s1 gets 66.7 % and lane s2 gets 33.3 %"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "ingressWeight", "weight"),
        mesh(**weighted(weight(60), weight(40))),
    ),
    Claim(
        "weights of a user's route that add up to 90 are a ratio",
        "LW1304",
        mesh(routes("own", split(45, 45), AT_DOOR)),
        [
            (
                "weights of route http[0] of VirtualService default/own add up to 90: "
                "a.default.svc.cluster.local subset s1 gets 50 % and "
                "a.default.svc.cluster.local subset s2 gets 50 %"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 0, "weight"),
        mesh(routes("own", split(50, 50), AT_DOOR)),
    ),
    Claim(
        "weights of a user's TCP route that add up to 90 are a ratio",
        "LW1304",
        mesh(
            routes(
                "own",
                "[]\n  tcp: [{route: [{destination: {host: c}, weight: 60}, "
                "{destination: {host: d}, weight: 30}]}]",
                AT_DOOR,
            )
        ),
        [
            (
                "weights of route tcp[0] of VirtualService default/own add up to 90: "
                "c gets 66.7 % and d gets 33.3 %"
            )
        ],
        "VirtualService default/own",
        ("spec", "tcp", 0, "route", 0, "weight"),
        mesh(
            routes("own", "[]\n  tcp: [{route: [{destination: {host: c}, weight: 60}]}]", AT_DOOR)
        ),
    ),
    Claim(
        "a negative weight is an error of the lane that has it",
        "LW1305",
        mesh(**weighted(weight(100), weight(-1))),
        ["the weight of lane s2 in the lanes of group test is -1"],
        "ASMSwimLane s2",
        ("spec", "ingressWeight", "weight"),
        mesh(**weighted(weight(100), weight(0))),
    ),
    Claim(
        "weights that are all 0 are an error",
        "LW1306",
        mesh(**weighted(weight(0), weight(0))),
        ["all weights of the lanes of group test are 0"],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "ingressRouting", "ingressRoutingStrategy"),
        mesh(**weighted(weight(0), weight(100))),
    ),
    Claim(
        "weights of a user's route that are all 0 are an error",
        "LW1306",
        mesh(routes("own", split(0, 0), AT_DOOR)),
        ["all weights of route http[0] of VirtualService default/own are 0"],
        "VirtualService default/own",
        ("spec", "http", 0, "route"),
        mesh(routes("own", split(0, 100), AT_DOOR)),
    ),
    Claim(
        "a lane without a weight is warned about where weights decide",
        "LW1307",
        mesh(**weighted(weight(100), "")),
        ["lane s2 has no ingressWeight, so it gets no requests"],
        "ASMSwimLane s2",
        ("spec",),
        mesh(),
    ),
    Claim(
        "a sole destination of weight 0 gets everything, and that is an error",
        "LW1308",
        mesh(routes("own", split(0), AT_DOOR)),
        [
            (
                "the only destination of route http[0] of VirtualService default/own has weight 0 "
                "and gets every request"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 0, "weight"),
        mesh(routes("own", split(0, 100), AT_DOOR)),
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
                "entry rule r1 of lane s2 is never reached: "
                "entry rule r1 of lane s1 takes all its requests before"
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
                "entry rule r1 of lane s2 is never reached: "
                "entry rule r1 of lane s1 takes all its requests before"
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
                "entry rule r1 of lane s2 is never reached: "
                "entry rule r1 of lane s1 takes all its requests before"
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
                "route late of VirtualService default/own is never reached: "
                "route http[0] of VirtualService default/own takes all its requests before"
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
                "entry rule r1 of lane s2 leads to aa.default.svc.cluster.local, "
                "which no Service in the input is"
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
        ["entry rule r1 of lane s2 leads to port 8000 of default/a, which has port 80"],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "route", "destination", "portNum"),
        mesh(s2=led("host: a.default.svc.cluster.local, portNum: 80")),
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
        ["entry rule r1 of lane s2 leads to default/c, which group test does not have"],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "route", "destination", "host"),
        mesh(s2=led("host: b.default.svc.cluster.local")),
    ),
    Claim(
        "rules have no effect where weights decide",
        "LW1316",
        mesh(
            group=group(rest=WEIGHTED),
            s1=lane("s1", "{version: v1}", weight(100)),
            s2=lane("s2", "{version: v2}", f"{rule('s2')}\n  {weight(0)}"),
        ),
        ["ingressRules of lane s2 has no effect under the strategy weighted"],
        "ASMSwimLane s2",
        ("spec", "ingressRules"),
        mesh(**weighted(weight(100), weight(0))),
    ),
    Claim(
        "weights have no effect where rules decide",
        "LW1316",
        mesh(
            s2=lane("s2", "{version: v2}", weight(100)),
            group=group(rest="ingressRouting: {weightedRoutingRule: {hosts: ['*']}}"),
        ),
        [
            "weightedRoutingRule of group test has no effect under the strategy rule_based",
            "ingressWeight of lane s2 has no effect under the strategy rule_based",
        ],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "ingressRouting", "weightedRoutingRule"),
        mesh(),
    ),
    Claim(
        "a TLS server is said to be skipped on this machine",
        "LW1317",
        mesh(door=gateway(servers=HTTPS)),
        ["server https of gateway istio-system/door speaks TLS and is skipped by `laneway up`"],
        "Gateway istio-system/door",
        ("spec", "servers", 1, "port"),
        mesh(),
    ),
    Claim(
        "a user's route that meets requests of a lane's rule has no sure order",
        "LW1318",
        mesh(
            routes(
                "own",
                "[{match: [{uri: {prefix: /own}}], route: [{destination: {host: b}}]}]",
                AT_DOOR,
            )
        ),
        [
            (
                "the order of entry rule r1 of lane s1 and "
                "route http[0] of VirtualService default/own is unknown, and both can match "
                "one request for host * at port 80 of istio-system/door"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0),
        mesh(
            routes(
                "own",
                "[{match: [{headers: {x-lane: {exact: s9}}}], route: [{destination: {host: b}}]}]",
                AT_DOOR,
            )
        ),
    ),
    Claim(
        "a lane's rule behind a user's wider route is never reached",
        "LW1319",
        mesh(
            routes(
                "own",
                "[{match: [{headers: {x-lane: {prefix: s1}}}], route: [{destination: {host: b}}]}]",
                AT_DOOR,
            )
        ),
        [
            (
                "entry rule r1 of lane s1 is never reached, since all its requests are taken by "
                "route http[0] of VirtualService default/own"
            )
        ],
        "ASMSwimLane s1",
        ("spec", "ingressRules", 0),
        mesh(routes("own", "[{route: [{destination: {host: b}}]}]", AT_DOOR)),
    ),
    Claim(
        "a share of 0 to a subset that is gone is warned about",
        "LW1320",
        mesh(routes("own", split(50, 50, 0), AT_DOOR)),
        [
            (
                "route http[0] of VirtualService default/own names subset s3 of default/a, "
                "which does not exist, with weight 0"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 2, "destination", "subset"),
        mesh(routes("own", split(50, 50), AT_DOOR)),
    ),
    Claim(
        "requests to a subset that does not exist are an error",
        "LW1321",
        mesh(routes("own", split(50, 40, 10), AT_DOOR)),
        [
            (
                "route http[0] of VirtualService default/own names subset s3 of default/a, "
                "which does not exist"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 2, "destination", "subset"),
        mesh(
            routes("own", split(50, 40, 10), AT_DOOR),
            policy("a", "{host: a, subsets: [{name: s3, labels: {version: v2}}]}"),
        ),
    ),
    Claim(
        "a subset of a service nobody declares any for is unknown without DestinationRules",
        "LW1321",
        mesh(
            service("c"),
            policy("d", "{host: d}"),
            routes("own", "[{route: [{destination: {host: c, subset: x}}]}]", AT_DOOR),
        ),
        [
            (
                "route http[0] of VirtualService default/own names subset x of default/c, "
                "which does not exist"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 0, "destination", "subset"),
        mesh(
            service("c"),
            routes("own", "[{route: [{destination: {host: c, subset: x}}]}]", AT_DOOR),
        ),
    ),
    Claim(
        "a subset that a held group would declare is not missed",
        "LW1321",
        mesh(routes("own", split(50, 40, 10), AT_DOOR)),
        [
            (
                "route http[0] of VirtualService default/own names subset s3 of default/a, "
                "which does not exist"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 2, "destination", "subset"),
        mesh(routes("own", split(50, 40, 10), AT_DOOR), unread="lost.yaml"),
    ),
    Claim(
        "a name of ours that a user's object has is not taken from it",
        "LW1322",
        mesh(policy("trafficlabel-dr-test-default-a", "{host: c}")),
        [
            (
                "the name trafficlabel-dr-test-default-a belongs to "
                "DestinationRule default/trafficlabel-dr-test-default-a, so an object of "
                "group test is called trafficlabel-dr-test-default-a-5941fcd5"
            )
        ],
        "DestinationRule default/trafficlabel-dr-test-default-a",
        ("metadata", "name"),
        mesh(policy("trafficlabel-dr-test-default-c", "{host: c}")),
    ),
    Claim(
        "lanes nothing leads into are pointed out",
        "LW1323",
        mesh(s1=lane("s1", "{version: v1}"), s2=lane("s2", "{version: v2}")),
        ["nothing leads into the lanes of group test"],
        "ASMSwimLaneGroup test",
        ("metadata", "name"),
        mesh(
            routes("own", split(50, 50), AT_DOOR),
            s1=lane("s1", "{version: v1}"),
            s2=lane("s2", "{version: v2}"),
        ),
    ),
    Claim(
        "a user's narrower host ends the lanes' rules for a wider one",
        "LW1325",
        mesh(routes("own", split(100), "hosts: [x.test]\n  gateways: [istio-system/door]")),
        [
            (
                "requests for host x.test at port 80 of istio-system/door meet no rule of "
                "the lanes of test: VirtualService default/own has that host"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0),
        mesh(
            routes("own", split(100), "hosts: [x.test]\n  gateways: [istio-system/door]"),
            s1=lane("s1", "{version: v1}", rule("s1", "hosts: [x.test], ")),
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
    Claim(
        "a weight that leads nowhere is an error",
        "LW1324",
        mesh(**weighted(weight(100), weight(10, ""))),
        ["the weight of lane s2 names no service"],
        "ASMSwimLane s2",
        ("spec", "ingressWeight"),
        mesh(**weighted(weight(100), weight(0, ""))),
    ),
]
