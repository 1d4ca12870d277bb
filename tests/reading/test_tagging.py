"""The vendor's kinds that write headers: what is read, and the smallest share that is lost."""

from __future__ import annotations

import pytest

from laneway.core.resources.lanes.tagging import HashRule, HashTagging, HeaderPropagation
from laneway.core.resources.read import read_file
from laneway.core.resources.readings import FileReading

TAGGING = """apiVersion: istio.alibabacloud.com/v1
kind: ASMHashTagging
metadata: {name: users, namespace: istio-system}
spec:
  workloadSelector: {istio: ingressgateway}
  rules:
    - name: users
      match: {host: '*'}
      header: X-User-Id
      modulo: 100
      tagHeader: x-asm-prefer-tag
      partitions:
        - {partitionSize: 20, tagValue: s2}
        - {partitionSize: 80, tagValue: s1}
"""


def read(text: str) -> FileReading:
    return read_file("a.yaml", text.encode())


def test_a_hash_rule_is_read_whole() -> None:
    (found,) = read(TAGGING).resources

    assert isinstance(found, HashTagging)
    assert found.workload_selector == (("istio", "ingressgateway"),)
    assert found.rules == (
        HashRule(
            "users", 0, "x-user-id", 100, "x-asm-prefer-tag", ((20, "s2"), (80, "s1")), host="*"
        ),
    )


@pytest.mark.parametrize(
    ("good", "bad", "code"),
    [
        ("      modulo: 100\n", "", "LW1102"),
        ("modulo: 100", "modulo: 0", "LW1111"),
        ("header: X-User-Id", "header: 'X User'", "LW1107"),
        ("      tagHeader: x-asm-prefer-tag\n", "", "LW1102"),
        ("partitionSize: 80", "partitionSize: 90", "LW1111"),
        ("partitionSize: 80", "partitionSize: -1", "LW1111"),
        ("tagValue: s1", "tagValue: 's1,s2'", "LW1108"),
        ("modulo: 100", "modulo: 1000000000", "LW1111"),
        ("tagValue: s1", f"tagValue: {'s' * 900}", "LW1111"),
        ("host: '*'", "host: 'bücher.example'", "LW1111"),
    ],
)
def test_a_rule_that_cannot_be_read_is_left_out_alone(good: str, bad: str, code: str) -> None:
    second = TAGGING.partition("  rules:\n")[2]
    reading = read(TAGGING.replace(good, bad, 1) + second)

    (found,) = reading.resources
    assert isinstance(found, HashTagging)
    assert [rule.index for rule in found.rules] == [1]
    assert [one.code.id for one in reading.findings] == [code]


def test_header_propagation_is_read_and_kept() -> None:
    text = """apiVersion: istio.alibabacloud.com/v1beta1
kind: ASMHeaderPropagation
metadata: {name: version-propagation, namespace: default}
spec: {headers: [version], headerPrefix: [appver]}
"""
    (found,) = read(text).resources

    assert isinstance(found, HeaderPropagation)
    assert (found.headers, found.prefixes) == (("version",), ("appver",))
