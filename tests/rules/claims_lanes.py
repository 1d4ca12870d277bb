"""Claims on the rules about groups and lanes (LW12xx)."""

from __future__ import annotations

from tests.rules import claims_patches
from tests.rules.claim import Claim
from tests.rules.world import group, lane, mesh, namespace, pods, policy, rule, service

CREATED = "labels: {swimlane-group: test}, creationTimestamp: '2026-01-0%dT00:00:00Z'"
LONG = "a-name-that-goes-on-and-on-until-it-is-far-too-long-for-a-label-value"
BOTH = "{routeHeader: x-lane, traceHeader: x-request-id}"
BY_BAGGAGE = """
  isPermissive: true
  permissiveModeConfiguration: {traceHeader: baggage, routeHeader: x-lane, fallbackTarget: s1}"""
WEIGHTED = "ingressRouting: {ingressRoutingStrategy: weighted}"
SHARE = "ingressWeight: {destination: {host: a.default.svc.cluster.local}, weight: 100}"
LATE = (
    service("c"),
    group("late", services="[{name: c, namespace: default}]"),
    lane(
        "l1",
        "{version: v1}",
        rule("late", where="{host: c.default.svc.cluster.local}"),
        "labels: {swimlane-group: late}",
    ),
)

BY_THE_VENDOR = "labels: {provider: asm, asm-system: 'true'}"
CARRIER = """
apiVersion: istio.alibabacloud.com/v1
kind: TrafficLabel
metadata: {{namespace: default, name: {name}}}
spec: {{rules: [{{labels: [{{name: v, valueFrom: [$getLabel(version)]}}], protocols: ['*']}}]}}
"""

STRANGER = pods("stranger", "v9").replace(
    "laneway/mock}", "laneway/mock, env: [{name: next, value: 'http://a/'}]}"
)

CLAIMS = [
    Claim(
        "kinds that are absent are unknown and named once",
        "LW1201",
        mesh(without="default door"),
        [
            (
                "the input contains no Namespaces and no Gateways; not checked: sidecar injection "
                "by namespace and the hosts and ports of the entry"
            )
        ],
        "",
        None,
        mesh(),
    ),
    Claim(
        "a lane without the group label is an error",
        "LW1202",
        mesh(s2=lane("s2", "{version: v2}", head="labels: {team: x}")),
        ["lane s2 has no lane group"],
        "ASMSwimLane s2",
        ("metadata", "labels"),
        mesh(),
    ),
    Claim(
        "a lane of a group that is not there is an error, and the nearest name is proposed",
        "LW1203",
        mesh(s2=lane("s2", "{version: v2}", head="labels: {swimlane-group: tset}")),
        ["lane s2 belongs to group tset, which is not in the input"],
        "ASMSwimLane s2",
        ("metadata", "labels", "swimlane-group"),
        mesh(),
    ),
    Claim(
        "a group without lanes is warned about",
        "LW1204",
        mesh(group("quiet", services="[]")),
        ["group quiet has no lanes"],
        "ASMSwimLaneGroup quiet",
        ("metadata", "name"),
        mesh(
            group("quiet", services="[]"),
            lane("Q", "{version: v1}", head="labels: {swimlane-group: quiet}"),
        ),
    ),
    Claim(
        "a lane name that is no DNS label is an error",
        "LW1205",
        mesh(s2=lane("S.2", "{version: v2}")),
        ["lane name S.2 is not a DNS label"],
        "ASMSwimLane S.2",
        ("metadata", "name"),
        mesh(s2=lane("s-2", "{version: v2}")),
    ),
    Claim(
        "a group name that is no label value is an error",
        "LW1206",
        mesh(group(LONG, services="[]")),
        [f"the name of group {LONG} has 69 characters, more than 63"],
        f"ASMSwimLaneGroup {LONG}",
        ("metadata", "name"),
        mesh(group(LONG[:63], services="[]")),
    ),
    Claim(
        "a lane without a selector is an error",
        "LW1207",
        mesh(s2=lane("s2", "{}")),
        ["lane s2 selects every pod"],
        "ASMSwimLane s2",
        ("spec", "labelSelector"),
        mesh(),
    ),
    Claim(
        "a lane whose pods are all another lane's is an error",
        "LW1208",
        mesh(s2=lane("s2", "{app: a, version: v1}")),
        ["every pod of lane s2 is also a pod of lane s1"],
        "ASMSwimLane s2",
        ("spec", "labelSelector"),
        mesh(s2=lane("s2", "{app: a, version: v2}")),
    ),
    Claim(
        "of two equal selectors the younger lane is named, once",
        "LW1208",
        mesh(s2=lane("s2", "{version: v1}")),
        ["every pod of lane s2 is also a pod of lane s1"],
        "ASMSwimLane s2",
        ("spec", "labelSelector"),
        mesh(),
    ),
    Claim(
        "a service of a lane that the group lacks is warned about",
        "LW1209",
        mesh(s2=lane("s2", "{version: v2}", "services: [{name: c, namespace: default}]")),
        ["lane s2 lists service default/c, which is not in its group test"],
        "ASMSwimLane s2",
        ("spec", "services", 0),
        mesh(s2=lane("s2", "{version: v2}", "services: [{name: b, namespace: default}]")),
    ),
    Claim(
        "a strict lane's list that leaves a service out is an error",
        "LW1210",
        mesh(s2=lane("s2", "{version: v2}", "services: [{name: b, namespace: default}]")),
        ["lane s2 does not list default/a"],
        "ASMSwimLane s2",
        ("spec", "services"),
        mesh(
            s2=lane(
                "s2",
                "{version: v2}",
                "services: [{name: b, namespace: default}, {name: a, namespace: default}]",
            )
        ),
    ),
    Claim(
        "a service of two groups is an error of the younger",
        "LW1211",
        mesh(group("late", services="[{name: b, namespace: default}]")),
        ["service default/b already belongs to group test, which is older"],
        "ASMSwimLaneGroup late",
        ("spec", "services", 0),
        mesh(group("late", services="[]")),
    ),
    Claim(
        "fallback settings of a strict group have no effect",
        "LW1212",
        mesh(group=group(rest=f"\n  permissiveModeConfiguration: {BOTH}")),
        ["permissiveModeConfiguration of the strict group test has no effect"],
        "ASMSwimLaneGroup test",
        ("spec", "permissiveModeConfiguration"),
        mesh(group=group(rest=f"\n  isPermissive: true\n  permissiveModeConfiguration: {BOTH}")),
    ),
    Claim(
        "a permissive group without its headers is an error",
        "LW1213",
        mesh(group=group(rest="\n  isPermissive: true")),
        ["the permissive group test has no traceHeader and no routeHeader"],
        "ASMSwimLaneGroup test",
        ("spec", "isPermissive"),
        mesh(group=group(rest=f"\n  isPermissive: true\n  permissiveModeConfiguration: {BOTH}")),
    ),
    Claim(
        "autoUpdate is read and changes nothing",
        "LW1214",
        mesh(group=group(rest="\n  autoUpdate: true")),
        ["autoUpdate of group test has no effect"],
        "ASMSwimLaneGroup test",
        ("spec", "autoUpdate"),
        mesh(group=group(rest="\n  autoUpdate: false")),
    ),
    Claim(
        "the cluster of a service is read and changes nothing",
        "LW1214",
        mesh(
            group=group(
                services="[{name: a, namespace: default}, "
                "{name: b, namespace: default, cluster: {id: c1}}]"
            )
        ),
        ["services[].cluster of group test has no effect"],
        "ASMSwimLaneGroup test",
        ("spec", "services", 1, "cluster"),
        mesh(),
    ),
    Claim(
        "the vendor's own carriers of a lane are read and change nothing",
        "LW1224",
        mesh(CARRIER.format(name="labels-of-a-team")),
        ["TrafficLabel default/labels-of-a-team has no effect"],
        "TrafficLabel default/labels-of-a-team",
        ("kind",),
        mesh(CARRIER.format(name=f"asm-trafficlabel-a, {BY_THE_VENDOR}")),
    ),
    Claim(
        "an annotation with a misspelled name or value is warned about",
        "LW1225",
        mesh(
            group=group(
                "test, annotations: {laneway.dev/delegte: default/a, "
                "laneway.dev/lane-header: 'x y', laneway.dev/runtime-fallback: 'no', "
                "laneway.dev/tidy-baggage: 'on'}"
            )
        ),
        [
            f"annotation laneway.dev/{name} of group test has no effect: {reason}"
            for name, reason in (
                ("delegte", "no such annotation is known"),
                ("lane-header", "its value 'x y' is not a valid header name"),
                ("runtime-fallback", "its value 'no' is neither on nor off"),
                ("tidy-baggage", "lanes of this group do not travel by baggage"),
            )
        ],
        "ASMSwimLaneGroup test",
        ("metadata", "annotations", "laneway.dev/delegte"),
        mesh(
            group=group(
                "test, annotations: {team.dev/delegte: default/a, "
                "laneway.dev/lane-header: X-Lane, laneway.dev/runtime-fallback: 'off'}"
            )
        ),
    ),
    Claim(
        "whether baggage is put in order is a switch",
        "LW1225",
        mesh(group=group("test, annotations: {laneway.dev/tidy-baggage: 'no'}", rest=BY_BAGGAGE)),
        [
            (
                "annotation laneway.dev/tidy-baggage of group test has no effect: its value 'no' "
                "is neither on nor off"
            )
        ],
        "ASMSwimLaneGroup test",
        ("metadata", "annotations", "laneway.dev/tidy-baggage"),
        mesh(group=group("test, annotations: {laneway.dev/tidy-baggage: 'on'}", rest=BY_BAGGAGE)),
    ),
    Claim(
        "which part of new traces is to be recorded is said in one of three ways",
        "LW1225",
        mesh(group=group("test, annotations: {laneway.dev/entry-trace: '120%'}", rest=BY_BAGGAGE)),
        [
            (
                "annotation laneway.dev/entry-trace of group test has no effect: its value '120%' "
                "says no part of all traces"
            )
        ],
        "ASMSwimLaneGroup test",
        ("metadata", "annotations", "laneway.dev/entry-trace"),
        mesh(group=group("test, annotations: {laneway.dev/entry-trace: '2.5%'}", rest=BY_BAGGAGE)),
    ),
    Claim(
        "a second carrier is the header of a trace",
        "LW1225",
        mesh(group=group("test, annotations: {laneway.dev/second-carrier: x-a}", rest=BY_BAGGAGE)),
        [
            (
                "annotation laneway.dev/second-carrier of group test has no effect: its value "
                "'x-a' is no header in which the id of a trace is found"
            )
        ],
        "ASMSwimLaneGroup test",
        ("metadata", "annotations", "laneway.dev/second-carrier"),
        mesh(group=group("test, annotations: {laneway.dev/second-carrier: B3}", rest=BY_BAGGAGE)),
    ),
    Claim(
        "a strict group needs no traces of the entry's",
        "LW1225",
        mesh(group=group("test, annotations: {laneway.dev/entry-trace: sampled}")),
        [
            (
                "annotation laneway.dev/entry-trace of group test has no effect: its programs need "
                "no trace of the entry's"
            )
        ],
        "ASMSwimLaneGroup test",
        ("metadata", "annotations", "laneway.dev/entry-trace"),
        mesh(group=group("test, annotations: {laneway.dev/entry-trace: sampled}", rest=BY_BAGGAGE)),
    ),
    Claim(
        "selectors of several labels are pointed out, all of a group at once",
        "LW1215",
        mesh(
            s1=lane("s1", "{version: v1, app: a}"),
            s2=lane("s2", "{version: v2, app: a}"),
        ),
        ["the pods of lanes s1 and s2 are selected by several labels, which must all match"],
        "ASMSwimLane s1",
        ("spec", "labelSelector"),
        mesh(),
    ),
    Claim(
        "a label value that is another lane's name is pointed out",
        "LW1216",
        mesh(s1=lane("s1", "{version: v1}"), s2=lane("v1", "{version: v2}")),
        ["the label value v1 of lane s1 is also the name of another lane"],
        "ASMSwimLane s1",
        ("spec", "labelSelector", "version"),
        mesh(s1=lane("v1", "{version: v1}"), s2=lane("v2", "{version: v2}")),
    ),
    Claim(
        "a file that cannot be read holds every group",
        "LW1217",
        mesh(unread="lost.yaml"),
        [
            (
                "group test is held: what lost.yaml holds is not known in full, so objects of the "
                "group may be missing"
            )
        ],
        "ASMSwimLaneGroup test",
        ("metadata", "name"),
        mesh(),
    ),
    Claim(
        "a lane chosen for strangers by its place in a file is warned about",
        "LW1218",
        mesh(STRANGER),
        [
            (
                "calls of default/stranger-v9, in no lane, go to lane s1, only because it comes "
                "before lane s2 in the input"
            )
        ],
        "ASMSwimLaneGroup test",
        ("metadata", "name"),
        mesh(
            STRANGER,
            s1=lane("s1", "{version: v1}", head=CREATED % 1),
            s2=lane("s2", "{version: v2}", head=CREATED % 2),
        ),
    ),
    Claim(
        "a group that owns a service by its place in a file is warned about",
        "LW1218",
        mesh(group("late", services="[{name: b, namespace: default}]")),
        ["group test has service default/b, only because it comes before group late in the input"],
        "ASMSwimLaneGroup late",
        ("spec", "services", 0),
        mesh(group("late", services="[]")),
    ),
    Claim(
        "an entry rule that wins by its place in a file is warned about",
        "LW1218",
        mesh(s2=lane("s2", "{version: v2}", rule("", match="{uri: {prefix: /new}}"))),
        [
            (
                "entry rule r1 of lane s1 decides requests that entry rule r1 of lane s2 matches "
                "too, only because the former comes before the latter in the input"
            )
        ],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0),
        mesh(
            s1=lane("s1", "{version: v1}", rule("", match="{uri: {regex: '/old/[0-9]+'}}")),
            s2=lane("s2", "{version: v2}", rule("", match="{uri: {prefix: /new}}")),
        ),
    ),
    Claim(
        "weights of a group that win by its place in a file are warned about",
        "LW1218",
        mesh(*LATE, group=group(rest=WEIGHTED), s1=lane("s1", "{version: v1}", SHARE)),
        [
            (
                "the weighted entry of group test decides requests that entry rule r1 of lane l1 "
                "matches too, only because the former comes before the latter in the input"
            )
        ],
        "ASMSwimLane l1",
        ("spec", "ingressRules", 0),
        mesh(*LATE),
    ),
    Claim(
        "pods in no lane are told where their calls go",
        "LW1219",
        mesh(STRANGER),
        ["calls from default/stranger-v9, in no lane of group test, go to its first lane s1"],
        "ASMSwimLaneGroup test",
        ("metadata", "name"),
        mesh(pods("stranger", "v2")),
    ),
    Claim(
        "of pods that call nothing of the lanes nobody speaks",
        "LW1219",
        mesh(STRANGER),
        ["calls from default/stranger-v9, in no lane of group test, go to its first lane s1"],
        "ASMSwimLaneGroup test",
        ("metadata", "name"),
        mesh(STRANGER.replace("http://a/", "http://elsewhere/")),
    ),
    Claim(
        "of pods without a sidecar, which ask no route, nobody speaks",
        "LW1219",
        mesh(STRANGER),
        ["calls from default/stranger-v9, in no lane of group test, go to its first lane s1"],
        "ASMSwimLaneGroup test",
        ("metadata", "name"),
        mesh(STRANGER, default=namespace(labels="{}")),
    ),
    Claim(
        "a service in no lane is an error",
        "LW1220",
        mesh(pods("b", "v9"), without="b1 b2"),
        ["service default/b is in no lane of group test"],
        "ASMSwimLaneGroup test",
        ("spec", "services", 1),
        mesh(pods("b", "v9"), without="b2"),
    ),
    Claim(
        "a service whose pods nobody knows is in every lane",
        "LW1220",
        mesh(pods("b", "v9"), without="b1 b2"),
        ["service default/b is in no lane of group test"],
        "ASMSwimLaneGroup test",
        ("spec", "services", 1),
        mesh(without="b1 b2"),
    ),
    Claim(
        "generated objects in the input are said to be replaced",
        "LW1221",
        mesh(
            policy("ours", "{host: a}").replace(
                "name: ours", "labels: {app.kubernetes.io/managed-by: laneway}, name: ours"
            )
        ),
        [
            (
                "1 generated object(s) in the input are ignored and generated again: "
                "DestinationRule default/ours"
            )
        ],
        "",
        (),
        mesh(policy("mine", "{host: a}")),
    ),
    *claims_patches.CLAIMS,
    Claim(
        "rules of a path alone in two lanes name no lane",
        "LW1226",
        mesh(
            s1=lane("s1", "{version: v1}", rule("", match="{uri: {exact: /mock}}")),
            s2=lane("s2", "{version: v2}", rule("", match="{uri: {exact: /mock}}")),
        ),
        [("lanes s1 and s2 of group test have the same entry rule: every request enters lane s1")],
        "ASMSwimLane s2",
        ("spec", "ingressRules", 0, "match"),
        mesh(
            s1=lane("s1", "{version: v1}", rule("", match="{uri: {exact: /mock}}")),
            s2=lane("s2", "{version: v2}", rule("", match="{uri: {exact: /pay}}")),
        ),
    ),
]
