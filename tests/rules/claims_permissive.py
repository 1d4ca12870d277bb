"""Claims on the rules about permissive groups (LW18xx)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.world import gateway, group, lane, mesh, pods, rule, service

HEADERS = "traceHeader: x-asm-prefer-tag, routeHeader: x-asm-prefer-tag"
CREATED = "labels: {swimlane-group: test}, creationTimestamp: '2026-01-0%dT00:00:00Z'"
BY_PAIRS = "traceHeader: sw8-correlation, routeHeader: x-lane"
MAKES_TRACES = "test, annotations: {laneway.dev/entry-trace: unsampled}"


def loose(more: str = ", fallbackTarget: s1", headers: str = HEADERS, name: str = "test") -> str:
    """Return the group of the small mesh as a permissive one."""
    configuration = f"permissiveModeConfiguration: {{{headers}{more}}}"
    return group(name, rest=f"\n  isPermissive: true\n  {configuration}")


AGED = {
    "s1": lane("s1", "{version: v1}", rule("s1"), head=CREATED % 1),
    "s2": lane("s2", "{version: v2}", rule("s2"), head=CREATED % 2),
}


def tagging(selector: str = "{istio: ingressgateway}", tag: str = "s1", space: str = "") -> str:
    """Return hash tagging with one rule that tags every user."""
    return f"""
apiVersion: istio.alibabacloud.com/v1
kind: ASMHashTagging
metadata: {{name: users, namespace: {space or "istio-system"}}}
spec:
  workloadSelector: {selector}
  rules:
    - name: all
      header: x-user
      modulo: 100
      tagHeader: x-lane
      partitions: [{{partitionSize: 100, tagValue: {tag}}}]
"""


ONLY_B = "services: [{name: b, namespace: default}]"
CALLS_B = pods("a", "v1").replace(
    "image: laneway/mock}", "image: laneway/mock, env: [{name: next, value: 'http://b/'}]}"
)


CLAIMS = [
    Claim(
        "a baseline that is no lane is an error, and the nearest name is proposed",
        "LW1801",
        mesh(group=loose(", fallbackTarget: s11")),
        ["fallbackTarget s11 is not a lane of group test"],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "fallbackTarget"),
        mesh(group=loose()),
    ),
    Claim(
        "a group held for its baseline says so",
        "LW1217",
        mesh(group=loose(", fallbackTarget: gone")),
        ["group test is held: the fallbackTarget gone is no lane of the group"],
        "ASMSwimLaneGroup test",
        ("metadata", "name"),
        mesh(group=loose()),
    ),
    Claim(
        "a baseline that nobody names is the oldest lane, and that is said",
        "LW1802",
        mesh(group=loose(""), **AGED),
        ["group test names no fallbackTarget, so its oldest lane s1 is the baseline"],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration"),
        mesh(group=loose(), **AGED),
    ),
    Claim(
        "a baseline that its place in the file made one is warned about",
        "LW1218",
        mesh(group=loose("")),
        [
            (
                "lane s1 is the baseline of group test, only because it comes before lane s2 in "
                "the input"
            )
        ],
        "ASMSwimLaneGroup test",
        ("metadata", "name"),
        mesh(group=loose(""), **AGED),
    ),
    Claim(
        "a header with a meaning of its own carries no lane",
        "LW1803",
        mesh(group=loose(headers="traceHeader: x-request-id, routeHeader: traceparent")),
        [
            (
                "the headers of group test cannot carry a lane: the routeHeader traceparent "
                "already has a meaning and cannot hold a lane's name"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "routeHeader"),
        mesh(group=loose(headers="traceHeader: traceparent, routeHeader: x-lane")),
    ),
    Claim(
        "a list of others' members holds no lane by itself",
        "LW1803",
        mesh(group=loose(headers="traceHeader: sw8, routeHeader: SW8-Correlation")),
        [
            (
                "the headers of group test cannot carry a lane: the routeHeader sw8-correlation "
                "already has a meaning and cannot hold a lane's name"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "routeHeader"),
        mesh(group=loose(headers="traceHeader: SW8-Correlation, routeHeader: x-lane")),
    ),
    Claim(
        "a word that is no header carries no lane",
        "LW1803",
        mesh(group=loose(headers="traceHeader: 'x trace', routeHeader: x-lane")),
        [
            (
                "the headers of group test cannot carry a lane: the traceHeader 'x trace' is no "
                "name of an HTTP header"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "traceHeader"),
        mesh(group=loose(headers="traceHeader: X-Trace, routeHeader: X-Lane")),
    ),
    Claim(
        "a header of the connection carries no lane",
        "LW1803",
        mesh(group=loose(headers="traceHeader: Host, routeHeader: Host")),
        [
            (
                "the headers of group test cannot carry a lane: the routeHeader host belongs to "
                "the connection and does not travel on"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "routeHeader"),
        mesh(group=loose(headers="traceHeader: x-host, routeHeader: x-host")),
    ),
    Claim(
        "a key of baggage is spelled alike by all SDKs",
        "LW1815",
        mesh(group=loose(headers="traceHeader: baggage, routeHeader: 'x!lane*'")),
        [("the routeHeader x!lane* of group test is a key of baggage that SDKs spell anew: ! *")],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "routeHeader"),
        mesh(group=loose(headers="traceHeader: 'x!lane*', routeHeader: 'x!lane*'")),
    ),
    Claim(
        "pairs of SkyWalking go on beside a trace",
        "LW1816",
        mesh(group=loose(headers=BY_PAIRS)),
        [
            (
                "lanes of group test travel in sw8-correlation, which programs pass on only "
                "beside a sw8"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "traceHeader"),
        mesh(group=loose(headers=BY_PAIRS, name=MAKES_TRACES)),
    ),
    Claim(
        "a header's name has an end",
        "LW1803",
        mesh(group=loose(headers=f"traceHeader: x-trace, routeHeader: x-{'l' * 255}")),
        [
            (
                "the headers of group test cannot carry a lane: "
                "the routeHeader has 257 characters, more than 256"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "routeHeader"),
        mesh(group=loose(headers=f"traceHeader: x-trace, routeHeader: x-{'l' * 254}")),
    ),
    Claim(
        "a stand-in is for a service of the group",
        "LW1804",
        mesh(group=loose(", fallbackTarget: s1, serviceLevelFallbackTarget: {shop/b: s2}")),
        ["serviceLevelFallbackTarget shop/b to s2 has no effect: it is no service of the group"],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "serviceLevelFallbackTarget", "shop/b"),
        mesh(group=loose(", fallbackTarget: s1, serviceLevelFallbackTarget: {default/b: s2}")),
    ),
    Claim(
        "a stand-in is a lane of the group",
        "LW1804",
        mesh(group=loose(", fallbackTarget: s1, serviceLevelFallbackTarget: {default/b: s7}")),
        ["serviceLevelFallbackTarget default/b to s7 has no effect: that is no lane of the group"],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "serviceLevelFallbackTarget", "default/b"),
        mesh(group=loose(", fallbackTarget: s1, serviceLevelFallbackTarget: {default/b: s2}")),
    ),
    Claim(
        "a stand-in has pods of the service",
        "LW1804",
        mesh(
            group=loose(", fallbackTarget: s1, serviceLevelFallbackTarget: {default/b: s2}"),
            without="b2",
        ),
        [
            (
                "serviceLevelFallbackTarget default/b to s2 has no effect: that lane does not "
                "have the service"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "serviceLevelFallbackTarget", "default/b"),
        mesh(group=loose(", fallbackTarget: s1, serviceLevelFallbackTarget: {default/b: s2}")),
    ),
    Claim(
        "a baseline without pods of a service cannot answer for it",
        "LW1805",
        mesh(group=loose(), without="b1"),
        ["the baseline s1 of group test has no pods of default/b"],
        "ASMSwimLane s1",
        ("spec", "labelSelector"),
        mesh(group=loose(), without="b2"),
    ),
    Claim(
        "a list of the baseline that leaves a service out is where it is told",
        "LW1805",
        mesh(
            group=loose(),
            s1=lane("s1", "{version: v1}", "services: [{name: a, namespace: default}]"),
        ),
        ["the baseline s1 of group test has no pods of default/b"],
        "ASMSwimLane s1",
        ("spec", "services"),
        mesh(
            group=loose(),
            s2=lane("s2", "{version: v2}", "services: [{name: a, namespace: default}]"),
        ),
    ),
    Claim(
        "TCP of a permissive group does not return to its lane",
        "LW1806",
        mesh(group=loose(), b=service("b", "[{port: 6379, name: tcp-redis}]")),
        [
            (
                "port 6379 of default/b is TCP, and the lanes of the permissive group test are "
                "not isolated there"
            )
        ],
        "Service default/b",
        ("spec", "ports", 0),
        mesh(b=service("b", "[{port: 6379, name: tcp-redis}]")),
    ),
    Claim(
        "a lane of few services is what permissive groups are for",
        "LW1502",
        mesh(without="b2"),
        ["lane s2 has no pod of service default/b (its pods carry version: v1)"],
        "ASMSwimLane s2",
        ("spec", "labelSelector"),
        mesh(pods("b", "v3"), group=loose(), without="b2"),
    ),
    Claim(
        "hash tagging that selects no gateway is warned about",
        "LW1807",
        mesh(tagging("{istio: other}")),
        ["hash tagging istio-system/users selects no gateway (by istio: other)"],
        "ASMHashTagging istio-system/users",
        ("spec", "workloadSelector"),
        mesh(tagging()),
    ),
    Claim(
        "hash tagging may stand beside its Gateway",
        "LW1807",
        mesh(tagging("{istio: other}", space="edge")),
        ["hash tagging edge/users selects no gateway (by istio: other)"],
        "ASMHashTagging edge/users",
        ("spec", "workloadSelector"),
        mesh(
            tagging(space="edge"),
            door=gateway().replace("namespace: istio-system", "namespace: edge"),
            group=group(door="name: door, namespace: edge"),
        ),
    ),
    Claim(
        "hash tagging beside the gateway's namespace selects none of its pods",
        "LW1807",
        mesh(tagging(space="default")),
        ["hash tagging default/users selects no gateway (by istio: ingressgateway)"],
        "ASMHashTagging default/users",
        ("spec", "workloadSelector"),
        mesh(tagging("{}")),
    ),
    Claim(
        "a tag that no route asks for is warned about",
        "LW1808",
        mesh(tagging(tag="s7")),
        ["rule all gives users the tag s7, but no route of the gateway matches x-lane: s7"],
        "ASMHashTagging istio-system/users",
        ("spec", "rules", 0, "partitions", 0, "tagValue"),
        mesh(tagging(tag="s2")),
    ),
    Claim(
        "programs that answer for other lanes and call on have to pass the lane on",
        "LW1809",
        mesh(
            group=loose(), a1=CALLS_B, s2=lane("s2", "{version: v2}", f"{ONLY_B}\n  {rule('s2')}")
        ),
        [
            (
                "default/a-v1 answers for other lanes of group test and calls on: it has to pass "
                "on x-asm-prefer-tag"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "traceHeader"),
        mesh(group=loose(), a1=CALLS_B),
    ),
    Claim(
        "a group that goes by the id of a trace needs the filter on a mesh of Istio",
        "LW1810",
        mesh(group=loose(headers="traceHeader: traceparent, routeHeader: x-lane")),
        [
            (
                "lanes of group test go by the trace in traceparent: in an Istio mesh this needs "
                "the lane filter"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "traceHeader"),
        mesh(group=loose(headers="traceHeader: x-lane, routeHeader: x-lane")),
    ),
    Claim(
        "baggage that is put in order needs the filter on a mesh of Istio",
        "LW1810",
        mesh(group=loose(headers="traceHeader: baggage, routeHeader: x-lane")),
        [
            (
                "baggage that carries lanes of group test is put in order: in an Istio mesh this "
                "needs the lane filter"
            )
        ],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration", "traceHeader"),
        mesh(
            group=loose(headers="traceHeader: baggage, routeHeader: x-lane").replace(
                "metadata: {name: test}",
                "metadata: {name: test, annotations: {laneway.dev/tidy-baggage: 'off'}}",
            )
        ),
    ),
    Claim(
        "hash tagging needs the filter on a mesh of Istio",
        "LW1810",
        mesh(tagging()),
        [("users are tagged by istio-system/users: in an Istio mesh this needs the lane filter")],
        "ASMHashTagging istio-system/users",
        ("spec", "rules"),
        mesh(tagging("{istio: other}")),
    ),
]
