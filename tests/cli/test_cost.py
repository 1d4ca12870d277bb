"""`laneway cost`: layouts side by side, counted and weighed."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml

from tests.cli.conftest import EXAMPLES, Command

STRICT = EXAMPLES / "strict-lanes"


def data(text: str) -> dict[str, dict[str, Any]]:
    return {one["layout"]: one for one in yaml.safe_load(text)["layouts"]}


def of(layout: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (one for one in layout["proxies"] if one["of"] == name)
    return dict(found)


def test_a_lane_of_three_services_is_counted_in_every_layout(laneway: Command) -> None:
    ended = laneway("cost", "-o", "yaml", STRICT)
    found = data(ended.out)

    # three services, the API server's, three clusters of every sidecar and an inbound one; a lane
    # is a subset of each service, two in layout asm
    assert ended.code == 0
    assert {name: of(one, "lane s1")["clusters"] for name, one in found.items()} == {
        "none": 4 + 4,
        "istio": 4 + 4 + 9,
        "asm": 4 + 4 + 18,
        "scoped": 4 + 4 + 4,
    }
    assert {of(one, "lane s1")["routes"] for one in found.values()} == {4}
    assert {of(one, "lane s1")["count"] for one in found.values()} == {3}


def test_objects_are_those_that_render_prints(laneway: Command) -> None:
    found = data(laneway("cost", "-o", "yaml", STRICT).out)

    for layout in ("istio", "asm", "scoped"):
        printed = list(yaml.safe_load_all(laneway("render", "--layout", layout, STRICT).out))
        assert found[layout]["objects"] == len(printed)
    assert found["none"]["objects"] == found["none"]["objectBytes"] == 0


def test_a_gateway_holds_no_inbound_clusters_and_a_route_for_each_rule(laneway: Command) -> None:
    found = data(laneway("cost", "-o", "yaml", STRICT).out)
    gateway = of(found["istio"], "gateway istio=ingressgateway")

    assert (gateway["clusters"], gateway["routes"], gateway["count"]) == (1 + 4 + 9, 3, 1)


def test_a_fleet_of_another_size_is_shared_out_alike(laneway: Command) -> None:
    found = data(laneway("cost", "-o", "yaml", "--proxies", "1000", STRICT).out)["istio"]

    assert {one["of"]: one["count"] for one in found["proxies"]} == {
        "gateway istio=ingressgateway": 100,
        "lane s1": 300,
        "lane s2": 300,
        "lane s3": 300,
        "callers in no lane": 0,
    }
    assert found["memoryBytes"] > 60_000_000_000


def test_what_lanes_add_to_each_proxy_is_told_beside_what_it_holds(laneway: Command) -> None:
    found = data(laneway("cost", "-o", "yaml", STRICT).out)

    for layout in ("istio", "asm", "scoped"):
        gateway, before = (
            of(found[one], "gateway istio=ingressgateway") for one in (layout, "none")
        )
        assert gateway["ofLanes"]["clusters"] == gateway["clusters"] - before["clusters"] > 0
        each = gateway["ofEachLane"]["clusters"]
        assert each * 3 == pytest.approx(gateway["ofLanes"]["clusters"], abs=0.2)
    assert set(of(found["none"], "lane s1")["ofLanes"].values()) == {0}


@pytest.mark.parametrize("off", ["mtls", "telemetry"])
def test_what_is_switched_off_is_not_sent(laneway: Command, off: str) -> None:
    usual = data(laneway("cost", "-o", "yaml", STRICT).out)["istio"]
    less = data(laneway("cost", "-o", "yaml", "--without", off, STRICT).out)["istio"]

    assert of(less, "lane s1")["configurationBytes"] < of(usual, "lane s1")["configurationBytes"]
    assert of(less, "lane s1")["clusters"] == of(usual, "lane s1")["clusters"]


def test_lanes_alike_are_one_block_of_a_table_that_fits(laneway: Command) -> None:
    out = laneway("cost", STRICT).out

    assert "lane s1 and 2 more (9)" in out
    assert "lane s2" not in out
    assert max(map(len, out.splitlines())) <= 88


def test_a_users_own_sidecar_makes_its_pods_smaller(laneway: Command, lanes: Path) -> None:
    (lanes / "own.yaml").write_text(
        "apiVersion: networking.istio.io/v1\nkind: Sidecar\n"
        "metadata: {name: narrow, namespace: default}\n"
        "spec: {egress: [{hosts: [./mockb.default.svc.cluster.local]}]}\n"
    )
    found = data(laneway("cost", "-o", "yaml", lanes).out)["istio"]

    assert of(found, "lane s1")["clusters"] == 4 + 1 + 3


def test_a_host_outside_counts_by_its_ports(laneway: Command, lanes: Path) -> None:
    (lanes / "outside.yaml").write_text(
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\n"
        "metadata: {name: pay, namespace: default}\n"
        "spec: {hosts: [pay.example.com], location: MESH_EXTERNAL, resolution: DNS, ports: "
        "[{number: 443, name: https, protocol: TLS}, {number: 8080, name: http, protocol: HTTP}]}\n"
    )
    found = data(laneway("cost", "-o", "yaml", lanes).out)["none"]

    # the port for HTTP is a route, and its table ends in one for what is left
    assert of(found, "lane s1")["clusters"] == 4 + 4 + 2
    assert of(found, "lane s1")["routes"] == 4 + 2


def test_without_a_group_there_is_no_cost(laneway: Command) -> None:
    ended = laneway("cost", STRICT / "gateway.yaml")

    assert (ended.code, ended.out) == (0, "")
    assert "lanes cost nothing" in ended.err


def test_a_held_group_ends_with_1(laneway: Command, lanes: Path) -> None:
    (lanes / "broken.yaml").write_text("kind: ASMSwimLane\nspec: [")

    ended = laneway("cost", "-o", "yaml", lanes)

    assert ended.code == 1
    assert data(ended.out)["istio"]["objects"] == 0


MORE = """---
apiVersion: v1
kind: Service
metadata: {name: mockd, namespace: default}
spec: {selector: {app: mockd}, ports: [{name: http, port: 8000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mockd, namespace: default}
spec:
  template:
    metadata: {labels: {app: mockd, ASM_TRAFFIC_TAG: v1}}
    spec: {containers: [{name: mockd, image: laneway/mock}]}
"""
LISTED = "    - {name: mockc, namespace: default}\n"


def test_what_sparse_saves_stands_beside_the_layouts_where_it_does(
    laneway: Command, tmp_path: Path
) -> None:
    folder = copytree(EXAMPLES / "permissive-lanes", tmp_path / "lanes")
    (folder / "more.yaml").write_text(MORE)
    lanes = folder / "lanes.yaml"
    both = LISTED + LISTED.replace("mockc", "mockd")  # in the group, and in its baseline
    lanes.write_text(lanes.read_text().replace(LISTED, both, 2))
    found = data(laneway("cost", "-o", "yaml", folder).out)

    assert found["sparse"]["objects"] < found["istio"]["objects"]
    assert "sparse" not in data(laneway("cost", "-o", "yaml", STRICT).out)
