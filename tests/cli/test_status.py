"""`laneway status`: what each group and lane comes to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from tests.cli.conftest import EXAMPLES, Command, edit

PERMISSIVE = """apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {name: test}
spec:
  ingress: {gateway: {name: ingressgateway, namespace: istio-system, type: ASM}}
  services: [{name: mocka, namespace: default}, {name: mockb, namespace: default}]
  isPermissive: true
  permissiveModeConfiguration:
    {traceHeader: x-asm-prefer-tag, routeHeader: x-asm-prefer-tag, fallbackTarget: %s}
"""

LONELY = """---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {name: bare}
spec: {services: []}
---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {name: s1, labels: {swimlane-group: bare}}
spec: {labelSelector: {version: v1}}
"""


POD = """---
apiVersion: v1
kind: Pod
metadata:
  name: {name}-7c
  namespace: default
  labels: {{app: {name}, ASM_TRAFFIC_TAG: v1, pod-template-hash: 7c, controller-revision-hash: 7c}}
spec: {{containers: [{{name: a, image: a}}]}}
"""


def make_permissive(lanes: Path, baseline: str) -> None:
    """Put a permissive group in the place of the strict one, which stands first in its file."""
    file = lanes / "lanes.yaml"
    own = file.read_text().split("---\n")
    kept = [document for document in own if "kind: ASMSwimLaneGroup" not in document]
    file.write_text("---\n".join([PERMISSIVE % baseline, *kept]))


def told(text: str) -> dict[str, Any]:
    items = yaml.load(text, yaml.CSafeLoader)["items"]
    return {f"{one['kind']} {one['metadata']['name']}": one["status"] for one in items}


def test_a_healthy_group_is_ready_and_says_what_its_lanes_have(laneway: Command) -> None:
    ended = laneway("status", EXAMPLES / "strict-lanes")

    assert ended.code == 0
    assert ended.out.split("\n")[:2] == [
        "GROUP  MODE    BASELINE  LANES  SERVICES  STATUS",
        "test   strict  -         3      3         Ready",
    ]
    assert "s2    test   mocka, mockb, mockc  -                   Ready" in ended.out


def test_a_lane_without_pods_has_the_vendors_code(laneway: Command, lanes: Path) -> None:
    edit(lanes, "ASM_TRAFFIC_TAG: v3", "ASM_TRAFFIC_TAG: v9", "lanes.yaml")

    status = told(laneway("status", "-o", "yaml", lanes).out)["ASMSwimLane s3"]

    (message,) = status["validationMessage"]
    assert message["code"] == "CODE_UNEFFECTED_SWIMLANE_LABEL"
    assert message["level"] == "warning"
    assert "lane s3" in message["message"]
    assert (status["error"], status["conditions"][0]["status"]) == ("", "True")


def test_a_permissive_lane_says_who_answers_for_it(laneway: Command, lanes: Path) -> None:
    make_permissive(lanes, "s1")
    (lanes / "mock-v2.yaml").write_text((lanes / "mock-v2.yaml").read_text().split("---")[0])

    ended = laneway("status", lanes)

    assert "test   permissive  s1        3      2         Ready" in ended.out
    assert "s2    test   mocka         mockb: s1           Ready" in ended.out


def test_a_held_group_has_failed_and_says_why(laneway: Command, lanes: Path) -> None:
    make_permissive(lanes, "s7")

    ended = laneway("status", "-o", "json", lanes)
    items = {one["metadata"]["name"]: one["status"] for one in json.loads(ended.out)["items"]}

    assert ended.code == 1
    assert (items["test"]["status"], items["test"]["error"]) == (
        "Failed",
        "the fallbackTarget s7 is no lane of the group",
    )


def test_a_group_tells_the_labels_that_could_tell_lanes_apart(laneway: Command) -> None:
    status = told(laneway("status", "-o", "yaml", EXAMPLES / "strict-lanes").out)
    services = status["ASMSwimLaneGroup test"]["servicesInSwimLaneGroup"]

    assert services["commonLabels"]["ASM_TRAFFIC_TAG"] == ["v1", "v2", "v3"]
    assert services["serviceSummaries"]["default/mocka"]["serviceSelector"] == {"app": "mocka"}


def test_labels_that_controllers_write_are_not_told_as_telling_lanes_apart(
    laneway: Command, lanes: Path
) -> None:
    pods = "".join(POD.format(name=name) for name in ("mocka", "mockb", "mockc"))
    (lanes / "pods.yaml").write_text(pods)

    services = told(laneway("status", "-o", "yaml", lanes).out)["ASMSwimLaneGroup test"][
        "servicesInSwimLaneGroup"
    ]

    assert services["commonLabels"].keys() == {"ASM_TRAFFIC_TAG", "app", "version"}
    assert services["serviceSummaries"]["default/mocka"]["podLabels"]["mocka-7c"] == {
        "ASM_TRAFFIC_TAG": "v1",
        "app": "mocka",
        "controller-revision-hash": "7c",
        "pod-template-hash": "7c",
    }


def test_lanes_that_route_nothing_are_listed_too(laneway: Command, lanes: Path) -> None:
    edit(lanes, "name: s2", "name: S2", "lanes.yaml")
    edit(
        lanes,
        "swimlane-group: test\nspec:\n  labelSelector:\n    ASM_TRAFFIC_TAG: v3",
        "swimlane-group: gone\nspec:\n  labelSelector:\n    ASM_TRAFFIC_TAG: v3",
        "lanes.yaml",
    )

    ended = laneway("status", lanes)

    rows = [line.split() for line in ended.out.split("\n")]
    assert ended.code == 1
    assert ["S2", "test", "-", "-", "1", "error"] in rows
    assert ["s3", "gone", "-", "-", "1", "error"] in rows


def test_nobody_is_ready_whose_service_no_pod_carries(laneway: Command, lanes: Path) -> None:
    edit(lanes, "selector:\n    app: mockb", "selector:\n    app: mock-b", "services.yaml")

    ended = laneway("status", lanes)

    assert ended.code == 1
    assert "test   strict  -         3      3         Failed" in ended.out
    assert "s1    test   mocka, mockc  -                   1 error" in ended.out
    assert "group test is not ready: service default/mockb selects app: mock-b" in ended.out


def test_nothing_at_all_is_not_ready(laneway: Command, tmp_path: Path) -> None:
    file = tmp_path / "lanes.yaml"
    file.write_text(PERMISSIVE.replace("isPermissive: true", "") % "s1" + LONELY)

    status = told(laneway("status", "-o", "yaml", file).out)
    conditions = {name: one["conditions"][0] for name, one in status.items()}

    assert conditions["ASMSwimLaneGroup bare"]["reason"] == "Empty"
    assert (
        conditions["ASMSwimLane s1"]["message"] == "the lane has no service, so it routes nothing"
    )


def test_errors_that_no_row_shows_are_counted_below_the_table(
    laneway: Command, lanes: Path
) -> None:
    (lanes / "own.yaml").write_text(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
        "metadata: {name: own, namespace: default}\n"
        "spec: {hosts: [mockb], http: [{route: [{destination: {host: mockb}}]}]}\n"
    )

    ended = laneway("status", lanes)

    assert ended.code == 1
    assert "test   strict  -         3      3         Ready" in ended.out
    assert "1 error is about other objects: LW1401.\nlaneway check " in ended.out


def test_errors_that_a_row_shows_are_not_counted_again(laneway: Command, lanes: Path) -> None:
    edit(lanes, "selector:\n    app: mockb", "selector:\n    app: mock-b", "services.yaml")

    assert "about other objects" not in laneway("status", lanes).out
