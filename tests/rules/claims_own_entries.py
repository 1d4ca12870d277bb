"""Claims on the rules about users' own routes beside lanes' entries (LW1318 and on)."""

from __future__ import annotations

from tests.rules import claims_into_permissive
from tests.rules.claim import Claim
from tests.rules.world import (
    AT_DOOR,
    Given,
    api_route,
    gateway,
    group,
    lane,
    mesh,
    policy,
    routes,
    rule,
    service,
    split,
)

TO_B = "[{route: [{destination: {host: b.default.svc.cluster.local}}]}]"

BY_PREFIX = "[{{match: [{{uri: {{prefix: /own}}}}], {}}}]"
AT_ONE_HOST = "hosts: [one.test]\n  gateways: [istio-system/door]"
CREATED = "creationTimestamp: '2026-01-0%dT00:00:00Z'"


def to(destination: str, match: str = "uri: {prefix: /own}") -> str:
    """Return a route of a VirtualService that leads what it matches to one destination."""
    return f"{{match: [{{{match}}}], route: [{{destination: {{{destination}}}}}]}}"


def dated(*written: str) -> Given:
    """Return the small mesh beside routes that are older than every lane."""
    labels = f"labels: {{swimlane-group: test}}, {CREATED % 2}"
    own = routes("own", f"[{', '.join(written)}]", AT_DOOR)
    return mesh(
        own.replace("name: own", f"name: own, {CREATED % 1}"),
        service("c"),
        group=group().replace("{name: test}", f"{{name: test, {CREATED % 2}}}"),
        s1=lane("s1", "{version: v1}", rule("s1"), labels),
        s2=lane(
            "s2",
            "{version: v2}",
            rule("s9", match="{headers: {x-lane: {exact: s9}, x-own: {exact: y}}}"),
            labels,
        ),
    )


CLAIMS = [
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
                "entry rule r1 of lane s1 never matches: route http[0] of VirtualService "
                "default/own matches all its requests first"
            )
        ],
        "ASMSwimLane s1",
        ("spec", "ingressRules", 0),
        mesh(routes("own", "[{route: [{destination: {host: b}}]}]", AT_DOOR)),
    ),
    Claim(
        "a user's older route takes requests of a lane's rule and names no lane",
        "LW1331",
        dated(to("host: b")),
        [
            (
                "route http[0] of VirtualService default/own can take requests of "
                "entry rule r1 of lane s1, and leads them to default/b whatever the lane"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0),
        dated(to("host: c")),
    ),
    Claim(
        "a user's older route takes all requests of a lane's rule and leads them out of the lane",
        "LW1331",
        dated(to("host: b", "headers: {x-lane: {prefix: s1}}")),
        [
            (
                "route http[0] of VirtualService default/own can take requests of "
                "entry rule r1 of lane s1, and leads them to default/b whatever the lane"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0),
        dated(to("host: a, subset: s1", "headers: {x-lane: {prefix: s1}}")),
    ),
    Claim(
        "a route behind another of the user's that takes its requests leads none out of a lane",
        "LW1331",
        dated(to("host: c", "uri: {prefix: /own/far}"), to("host: b")),
        [
            (
                "route http[1] of VirtualService default/own can take requests of "
                "entry rule r1 of lane s1, and leads them to default/b whatever the lane"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 1),
        dated(to("host: c"), to("host: b")),
    ),
    Claim(
        "a route that stands before any lane's rule for every request takes some of them",
        "LW1331",
        mesh(
            routes(
                "own", BY_PREFIX.format("route: [{destination: {host: a, subset: s2}}]"), AT_DOOR
            ),
            s1=lane("s1", "{version: v1}", rule("", match="{}")),
        ),
        [
            (
                "route http[0] of VirtualService default/own can take requests of "
                "entry rule r1 of lane s1, and leads them to default/a subset s2"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0),
        mesh(
            routes(
                "own", BY_PREFIX.format("route: [{destination: {host: a, subset: s1}}]"), AT_DOOR
            ),
            s1=lane("s1", "{version: v1}", rule("", match="{}")),
        ),
    ),
    Claim(
        "a gateway's host for another namespace is not among the lanes' routes",
        "LW1330",
        mesh(
            routes("own", TO_B, AT_ONE_HOST, "istio-system"),
            door=gateway("[./one.test, 'default/*']"),
        ),
        [
            (
                "requests for host one.test on port 80 of istio-system/door do not meet "
                "entry rule r1 of lane s1 and entry rule r1 of lane s2: "
                "route http[0] of VirtualService istio-system/own has that host there"
            )
        ],
        "VirtualService istio-system/own",
        ("spec", "http", 0),
        mesh(
            routes("own", TO_B, AT_ONE_HOST, "istio-system"),
            door=gateway("[./one.test, 'istio-system/*']"),
        ),
    ),
    Claim(
        "a gateway takes no route of a namespace that its hosts are not for",
        "LW1327",
        mesh(routes("own", TO_B, AT_DOOR), door=gateway("['./*']")),
        ["gateway istio-system/door accepts no routes from namespace default for *"],
        "VirtualService default/own",
        ("spec", "hosts", 0),
        mesh(routes("own", TO_B, AT_DOOR), door=gateway("['default/*']")),
    ),
    Claim(
        "an entry cannot stand in two namespaces",
        "LW1328",
        mesh(door=gateway("[shop/a.test, team/b.test, team/c.test]")),
        [
            (
                "the entry of group test has no route for a.test at istio-system/door from "
                "namespace team"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "ingress", "gateway"),
        mesh(door=gateway("[shop/a.test, shop/b.test]")),
    ),
    Claim(
        "a route of the Gateway API into lanes is not followed",
        "LW1329",
        mesh(api_route("{name: edge}", backend="b")),
        [
            (
                "HTTPRoute default/own leads to default/b at gateway default/edge, "
                "and routes of the Gateway API are not followed"
            )
        ],
        "HTTPRoute default/own",
        ("spec", "parentRefs", 0),
        mesh(api_route("{name: edge}", backend="c")),
    ),
    Claim(
        "a route of the Gateway API at a gateway of lanes is not followed",
        "LW1329",
        mesh(api_route("{name: door, namespace: istio-system}", "TCPRoute", backend="c")),
        [
            (
                "TCPRoute default/own is bound at gateway istio-system/door, "
                "and routes of the Gateway API are not followed"
            )
        ],
        "TCPRoute default/own",
        ("spec", "parentRefs", 0),
        mesh(api_route("{name: door, namespace: team}", "TCPRoute", backend="c")),
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
                "the name trafficlabel-dr-test-default-a is taken by DestinationRule "
                "default/trafficlabel-dr-test-default-a, so an object of group test is named "
                "trafficlabel-dr-test-default-a-5941fcd5"
            )
        ],
        "DestinationRule default/trafficlabel-dr-test-default-a",
        ("metadata", "name"),
        mesh(policy("trafficlabel-dr-test-default-c", "{host: c}")),
    ),
    Claim(
        "a user's narrower host ends the lanes' rules for a wider one",
        "LW1325",
        mesh(routes("own", split(100), "hosts: [x.test]\n  gateways: [istio-system/door]")),
        [
            (
                "requests for host x.test at port 80 of istio-system/door match no rule of the "
                "lanes of test: VirtualService default/own has that host"
            )
        ],
        "VirtualService default/own",
        ("spec", "http", 0),
        mesh(
            routes("own", split(100), "hosts: [x.test]\n  gateways: [istio-system/door]"),
            s1=lane("s1", "{version: v1}", rule("s1", "hosts: [x.test], ")),
        ),
    ),
    *claims_into_permissive.CLAIMS,
]
