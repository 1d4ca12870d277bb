"""The two lane kinds: every published field, and what is lost when one cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from laneway.core.findings.locate import locate
from laneway.core.resources.lanes.swim_lanes import (
    EntryDestination,
    IngressRule,
    IngressWeight,
    Lane,
    LaneGroup,
    PermissiveConfiguration,
    ServiceReference,
    WeightedEntry,
)
from laneway.core.resources.matching import Match, StringMatch
from laneway.core.resources.read import read_file
from laneway.core.resources.readings import FileReading

GROUP = """apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata:
  name: g
  creationTimestamp: "2024-01-01T00:00:00Z"
spec:
"""
LANE = """apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata:
  name: s1
  labels: {swimlane-group: g}
spec:
"""
RULE = """  ingressRules:
  - name: r1
    online: true
    hosts: ["*"]
    match: {uri: {exact: /mock}}
    route: {destination: {host: mocka.default.svc.cluster.local}}
  - name: r2
"""


def read(text: str) -> FileReading:
    return read_file("a.yaml", text.encode())


def group(spec: str) -> LaneGroup:
    (resource,) = read(GROUP + spec).resources
    assert isinstance(resource, LaneGroup)
    return resource


def lane(spec: str) -> Lane:
    (resource,) = read(LANE + spec).resources
    assert isinstance(resource, Lane)
    return resource


def marks(text: str) -> list[str]:
    """Return the findings as `code line:column`."""
    found = []
    for finding in read(text).findings:
        assert finding.place is not None
        position = locate(finding.place)
        found.append(f"{finding.code.id} {position.line}:{position.column}")
    return found


def test_every_field_of_a_group_has_its_place() -> None:
    text = """  isPermissive: true
  autoUpdate: true
  permissiveModeConfiguration:
    fallbackTarget: s1
    serviceLevelFallbackTarget: {default/mockb: s3}
    traceHeader: x-request-id
    routeHeader: x-asm-prefer-tag
  defaultTrafficPolicyPatch: {tls: {mode: DISABLE}}
  defaultHttpRoutePatch: {timeout: 2s}
  ingress:
    gateway: {name: gw, namespace: infra, type: ingress}
    ingressRouting:
      ingressRoutingStrategy: weighted
      weightedRoutingRule:
        hosts: [a.example]
        requestMatches:
        - uri: {prefix: /a}
          headers: {X-A: {regex: "b.*"}}
  services:
  - name: mocka
    namespace: default
    cluster: {name: c, id: i, region: r}
    trafficPolicyPatch: {a: 1}
    httpRoutePatch: {b: 2}
"""
    assert read(GROUP + text).findings == ()
    found = group(text)
    match = Match(uri=StringMatch("prefix", "/a"), headers=(("x-a", StringMatch("regex", "b.*")),))
    assert found == LaneGroup(
        meta=found.meta,
        services=(
            ServiceReference(
                "mocka", "default", 0, {"name": "c", "id": "i", "region": "r"}, {"a": 1}, {"b": 2}
            ),
        ),
        gateway_name="gw",
        gateway_namespace="infra",
        gateway_type="ingress",
        strategy="weighted",
        weighted=WeightedEntry(("a.example",), (match,)),
        is_permissive=True,
        permissive=PermissiveConfiguration(
            "s1", {"default/mockb": "s3"}, "x-request-id", "x-asm-prefer-tag"
        ),
        default_traffic_policy_patch={"tls": {"mode": "DISABLE"}},
        default_http_route_patch={"timeout": "2s"},
        auto_update=True,
    )
    assert str(found.meta.ref) == "ASMSwimLaneGroup g"
    assert found.meta.created == "2024-01-01T00:00:00Z"


def test_what_a_group_leaves_out_has_the_vendors_defaults() -> None:
    found = group("  services: []\n")
    assert (found.gateway_namespace, found.gateway_type) == ("istio-system", "ASM")
    assert (found.strategy, found.strategy_known) == ("rule_based", True)
    assert not found.is_permissive


@pytest.mark.parametrize("spelled", ["rule_based", "rule-based"])
def test_both_spellings_of_a_strategy_are_read(spelled: str) -> None:
    found = group(f"  ingress: {{ingressRouting: {{ingressRoutingStrategy: {spelled}}}}}\n")
    assert (found.strategy, found.strategy_known) == ("rule_based", True)


def test_both_spellings_of_the_default_route_patch_are_read() -> None:
    assert group("  defaultHTTPRoutePatch: {a: 1}\n").default_http_route_patch == {"a": 1}


def test_an_unknown_strategy_is_told_and_not_guessed_at() -> None:
    spec = "  ingress: {ingressRouting: {ingressRoutingStrategy: weigthed}}\n"
    assert not group(spec).strategy_known
    assert marks(GROUP + spec) == ["LW1110 7:54"]


def test_a_fallback_key_that_is_no_namespaced_name_is_left_out_alone() -> None:
    spec = (
        "  permissiveModeConfiguration:\n"
        "    serviceLevelFallbackTarget: {mocka: s1, a/b: s2, a/b/c: s3}\n"
    )
    found = group(spec).permissive
    assert found is not None
    assert found.service_level_fallback_target == {"a/b": "s2"}
    assert [mark[:6] for mark in marks(GROUP + spec)] == ["LW1112", "LW1112"]


def test_every_field_of_a_lane_has_its_place() -> None:
    found = lane(
        """  labelSelector: {version: v1, ASM_TRAFFIC_TAG: t}
  services: [{name: mocka, namespace: default}]
  ingressWeight: {weight: 40, destination: {host: mocka, portNum: 8000}}
  ingressRules:
  - name: r1
    online: true
    hosts: ["*", a.example]
    match:
      uri: {regex: "/a/.*"}
      headers: {x-b: {exact: c}, X-A: {}}
    route: {destination: {host: mocka.default.svc.cluster.local, portNum: 0}}
"""
    )
    assert found.group == "g"
    assert found.selector == (("ASM_TRAFFIC_TAG", "t"), ("version", "v1"))
    assert found.services == (ServiceReference("mocka", "default"),)
    assert found.weight is not None
    assert (found.weight.weight, found.weight.destination) == (40, EntryDestination("mocka", 8000))
    headers = (("x-a", StringMatch("present")), ("x-b", StringMatch("exact", "c")))
    assert found.rules == (
        IngressRule(
            "r1",
            0,
            online=True,
            hosts=("*", "a.example"),
            match=Match(uri=StringMatch("regex", "/a/.*"), headers=headers),
            destination=EntryDestination("mocka.default.svc.cluster.local"),
        ),
    )


def test_a_rule_without_online_is_off() -> None:
    assert [rule.online for rule in lane(RULE).rules] == [True, False]


def test_mappings_that_nobody_filled_say_nothing() -> None:
    written = lane(
        "  ingressWeight: {destination: {}}\n"
        "  ingressRules: [{match: {uri: {}}, route: {destination: {}}}]\n"
    )
    assert written.weight is None
    assert written.rules == (IngressRule("", 0),)
    spec = (
        "  ingress: {gateway: {}, ingressRouting: {weightedRoutingRule: {}}}\n"
        "  permissiveModeConfiguration: {}\n"
        "  services: [{name: a, cluster: {}, trafficPolicyPatch: null}]\n"
    )
    unfilled = group(spec)
    assert (unfilled.weighted, unfilled.permissive) == (None, None)
    assert marks(LANE + "  ingressRules: [{match: {uri: {}}}]\n") == []
    assert marks(GROUP + spec) == []


def test_a_weight_without_a_destination_is_one() -> None:
    assert lane("  ingressWeight: {weight: 0, destination: {}}\n").weight == IngressWeight(0)


@pytest.mark.parametrize(
    ("written", "instead", "mark"),
    [
        ("uri: {exact: /mock}", "uri: {exact: /mock, prefix: /}", "LW1104 11:13"),
        ("uri: {exact: /mock}", "uri: {exact: }", "LW1105 11:13"),
        ("uri: {exact: /mock}", "uri: {exacct: /mock}", "LW1114 11:27"),
        ("uri: {exact: /mock}", "uri: /mock", "LW1101 11:18"),
        ("uri: {exact: /mock}", "uri: {exact: 12}", "LW1101 11:26"),
        ("uri: {exact: /mock}", "uri: {regex: '(?=a)'}", "LW1106 11:26"),
        ("uri: {exact: /mock}", "uri: {regex: ''}", "LW1113 11:26"),
        ("uri: {exact: /mock}", "uri: {regex: '" + "a" * 1025 + "'}", "LW1106 11:26"),
        ("uri: {exact: /mock}", "headers: {a b: {exact: c}}", "LW1107 11:23"),
        ("uri: {exact: /mock}", 'headers: {a: {exact: "b\\n"}}', "LW1108 11:34"),
        ("uri: {exact: /mock}", "headers: {a: }", "LW1105 11:23"),
        ("online: true", "online: 'yes'", "LW1101 9:13"),
        ('hosts: ["*"]', "hosts: '*'", "LW1101 10:12"),
        ('hosts: ["*"]', "hosts: [1]", "LW1101 10:13"),
        ("host: mocka.default.svc.cluster.local", "host: ''", "LW1102 12:33"),
        ("cluster.local", "cluster.local, portNum: 70000", "LW1111 12:75"),
        ("route: {destination", "route: {destination: 3, destinatoin", "LW1101 12:26"),
    ],
)
def test_a_rule_that_cannot_be_read_is_left_out_alone(
    written: str, instead: str, mark: str
) -> None:
    spec = RULE.replace(written, instead)
    rules = lane(spec).rules
    assert [(rule.name, rule.valid) for rule in rules] == [("r1", False), ("r2", True)]
    assert mark in marks(LANE + spec)


def test_a_label_that_is_no_text_is_told_and_kept_as_written() -> None:
    spec = "  labelSelector: {version: 1}\n"
    assert lane(spec).selector == (("version", "1"),)
    (finding,) = read(LANE + spec).findings
    assert finding.code.id == "LW1103"
    assert finding.fix == 'Put the value in quotes: "1".'


def test_an_unknown_field_is_told_with_the_one_that_was_meant() -> None:
    (finding,) = read(LANE + "  autoUpdates: true\n  selector: {version: v1}\n").findings[:1]
    assert finding.level == "info"
    (finding,) = read(GROUP + "  autoUpdates: true\n").findings
    assert finding.level == "info"
    assert finding.message.endswith("did you mean autoUpdate?")


def test_a_selector_of_a_wrong_type_is_empty_and_told() -> None:
    assert lane("  labelSelector: [version]\n").selector == ()
    assert marks(LANE + "  labelSelector: [version]\n") == ["LW1101 7:3"]


@pytest.mark.parametrize("spec", ["", "  3\n", "  []\n"])
def test_a_lane_with_a_broken_spec_stays_a_lane(spec: str) -> None:
    assert lane(spec).selector == ()


@pytest.mark.parametrize("weight", ["40.0", "40"])
def test_a_weight_may_be_written_as_a_fraction_that_is_whole(weight: str) -> None:
    found = lane(f"  ingressWeight: {{weight: {weight}}}\n").weight
    assert found is not None
    assert found.weight == 40


def test_a_negative_weight_is_read_as_it_is() -> None:
    found = lane("  ingressWeight: {weight: -1}\n").weight
    assert found is not None
    assert found.weight == -1


def of_kind(api_version: str, kind: str, **head: Any) -> FileReading:
    name = head.get("name", "a")
    return read(f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: {name}}}\n")


def test_another_version_of_a_known_kind_is_told_and_leaves_the_file_unread() -> None:
    reading = of_kind("istio.alibabacloud.com/v2", "ASMSwimLane")
    assert [finding.code.id for finding in reading.findings] == ["LW1019"]
    assert reading.unread


def test_a_kind_of_the_same_name_in_another_group_passes_by() -> None:
    reading = of_kind("gateway.networking.k8s.io/v1", "Gateway")
    assert (reading.resources, reading.findings) == ((), ())
    assert reading.other_kinds == {"Gateway": 1}


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: istio.alibabacloud.com/v1\nkind: ASMSwimLane\n",
        "apiVersion: istio.alibabacloud.com/v1\nkind: ASMSwimLane\nmetadata: {name: ''}\n",
        "apiVersion: istio.alibabacloud.com/v1\nmetadata: {name: a}\n",
        "kind: ASMSwimLane\nmetadata: {name: a}\n",
    ],
)
def test_half_an_object_leaves_its_file_unread(text: str) -> None:
    reading = read(text)
    assert [finding.code.id for finding in reading.findings] == ["LW1016"]
    assert reading.unread


def test_lists_that_no_proxy_would_take_are_errors() -> None:
    rules = "  ingressRules: [" + "{}, " * 1001 + "]\n"
    assert "LW1111 7:3" in marks(LANE + rules)
    headers = ", ".join(f"h{number}: {{}}" for number in range(101))
    spec = f"  ingressRules: [{{match: {{headers: {{{headers}}}}}}}]\n"
    assert [rule.valid for rule in lane(spec).rules] == [False]
    assert [mark.partition(" ")[0] for mark in marks(LANE + spec)] == ["LW1111"]


@pytest.mark.parametrize(
    ("kind", "spec", "code"),
    [
        ("TrafficLabel", "rules: [{labels: [{name: 1}]}]", "LW1101"),
        ("TrafficLabel", "rules: [{protocols: ['*']}]", "LW1101"),
        ("TrafficLabel", "rules: [{http: [{labels: [{overwrite: 1}]}]}]", "LW1101"),
        ("TrafficLabel", "hosts: '*'", "LW1101"),
        ("TrafficLabel", "rulez: []", "LW1109"),
        ("ASMHashTagging", "rules: [], workloadselector: {}", "LW1109"),
        ("ASMHeaderPropagation", "workloadSelector: {matchLabels: {a: b}}", "LW1109"),
    ],
)
def test_kinds_that_write_headers_are_held_against_their_fields(
    kind: str, spec: str, code: str
) -> None:
    head = f"apiVersion: istio.alibabacloud.com/v1beta1\nkind: {kind}\nmetadata: {{name: a}}\n"
    assert [mark.partition(" ")[0] for mark in marks(f"{head}spec: {{{spec}}}\n")] == [code]
