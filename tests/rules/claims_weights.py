"""Claims on the rules about weights (LW1304 to LW1308) and about strategies."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.claims_workloads import LOOSE
from tests.rules.world import (
    AT_DOOR,
    WEIGHTED,
    group,
    lane,
    mesh,
    pods,
    routes,
    rule,
    split,
    weight,
    weighted,
)

NONE_OF_B = pods("b", "v2").replace("spec:\n  selector", "spec:\n  replicas: 0\n  selector")
LOST = (
    "route http[0] of VirtualService default/own gives lane s2 weight 10, and no pod of default/a "
    "and default/b in it is ready"
)

CLAIMS = [
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
        "a weight of a lane whose pods are scaled to nothing is warned about",
        "LW1338",
        mesh(
            **weighted(weight(90), weight(10)),
            b2=NONE_OF_B,
        ),
        ["group test gives lane s2 weight 10, and no pod of default/b in it is ready"],
        "ASMSwimLane s2",
        ("spec", "ingressWeight", "weight"),
        mesh(
            **weighted(weight(100), weight(0)),
            b2=NONE_OF_B,
        ),
    ),
    Claim(
        "a weight in a user's route to a lane without pods is warned about",
        "LW1338",
        mesh(routes("own", split(90, 10), AT_DOOR), without="a2 b2"),
        [LOST],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 1, "weight"),
        mesh(routes("own", split(100, 0), AT_DOOR), without="a2 b2"),
    ),
    Claim(
        "a lane of which nobody knows the pods may have a weight",
        "LW1338",
        mesh(routes("own", split(90, 10), AT_DOOR), without="a2 b2"),
        [LOST],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 1, "weight"),
        mesh(routes("own", split(90, 10), AT_DOOR), without="a1 a2 b1 b2"),
    ),
    Claim(
        "where others answer for a lane without pods it may have a weight",
        "LW1338",
        mesh(routes("own", split(90, 10), AT_DOOR), without="a2 b2"),
        [LOST],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 1, "weight"),
        mesh(routes("own", split(90, 10), AT_DOOR), without="a2 b2", group=group(rest=LOOSE)),
    ),
    Claim(
        "a sole destination of weight 0 gets everything, and that is an error",
        "LW1308",
        mesh(routes("own", split(0), AT_DOOR)),
        [
            (
                "the only destination of route http[0] of VirtualService default/own has weight 0 "
                "but gets every request"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0, "route", 0, "weight"),
        mesh(routes("own", split(0, 100), AT_DOOR)),
    ),
    Claim(
        "rules have no effect where weights decide",
        "LW1316",
        mesh(
            group=group(rest=WEIGHTED),
            s1=lane("s1", "{version: v1}", weight(100)),
            s2=lane("s2", "{version: v2}", f"{rule('s2')}\n  {weight(0)}"),
        ),
        ["ingressRules of lane s2 has no effect with the strategy weighted"],
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
            "weightedRoutingRule of group test has no effect with the strategy rule_based",
            "ingressWeight of lane s2 has no effect with the strategy rule_based",
        ],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "ingressRouting", "weightedRoutingRule"),
        mesh(),
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
