"""`laneway prove`: verdicts, exit codes, and what is shown of a counter-example."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, Command

FILTER = """
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: tweak, namespace: default}
spec: {workloadSelector: {labels: {app: mocka}}, configPatches: [{applyTo: CLUSTER}]}
"""

OWN = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: default}
spec:
  hosts: [mockb]
  http: [{route: [{destination: {host: mockb}}]}]
"""


def rendered(laneway: Command, folder: Path) -> Path:
    """Put what is rendered from a folder of lanes into it."""
    written = folder / "rendered.yaml"
    written.write_text(laneway("render", folder).out)
    return written


def test_sound_lanes_are_proven(laneway: Command) -> None:
    for example in ("strict-lanes", "permissive-lanes", "gitops", "two-gateways"):
        ended = laneway("prove", EXAMPLES / example)

        assert (ended.code, ended.err) == (0, ""), example
        assert "isolated   proven" in ended.out


def test_a_counter_example_ends_with_1_and_shows_route_and_line(
    laneway: Command, lanes: Path
) -> None:
    written = rendered(laneway, lanes)
    written.write_text(written.read_text().replace("ASM_TRAFFIC_TAG: v2", "ASM_TRAFFIC_TAG: v3", 1))

    ended = laneway("prove", lanes)

    assert ended.code == 1
    assert "counter-example to isolated: GET /" in ended.out
    assert "default/mocka-v2" in ended.out
    assert f"{written}:" in "".join(ended.out.split())
    assert "7 Istio objects" in ended.out


@pytest.mark.parametrize(
    ("route", "lane"),
    [("no-lane", "s1, which requests that name no lane are in"), ("lane-s2", "s2")],
)
def test_of_a_lane_nobody_names_it_is_said_why_it_is_that_one(
    laneway: Command, lanes: Path, route: str, lane: str
) -> None:
    written = rendered(laneway, lanes)
    elsewhere = re.sub(
        rf"(?s)(name: {route}\n.*?subset: )s\d", r"\g<1>s3", written.read_text(), count=1
    )
    written.write_text(elsewhere)

    assert f"  lane   {lane}\n" in laneway("prove", lanes).out


def test_a_filter_over_the_workloads_ends_with_4_and_is_named(
    laneway: Command, lanes: Path
) -> None:
    (lanes / "filter.yaml").write_text(FILTER)

    ended = laneway("prove", lanes)

    assert ended.code == 4
    assert "EnvoyFilter default/tweak" in ended.out
    assert f"{lanes}/filter.yaml:4:" in "".join(ended.out.split())


def test_objects_by_hand_alone_are_judged_and_the_other_way_is_named(
    laneway: Command, lanes: Path
) -> None:
    (lanes / "own.yaml").write_text(OWN)

    ended = laneway("prove", lanes)

    assert ended.code == 1
    told = " ".join(ended.out.split())
    assert told.startswith("judged: the 1 Istio object in the input alone, since VirtualService")
    assert "--judge plan judges what Laneway makes of the lanes, beside yours." in told
    assert told.count("judged: ") == 1
    data = json.loads(laneway("prove", "-o", "json", lanes).out)
    assert (data["judged"], data["judgedBecause"].split()[0]) == ("objects", "VirtualService")


def test_routes_for_connections_alone_do_not_stand_for_all_routes(
    laneway: Command, lanes: Path
) -> None:
    (lanes / "own.yaml").write_text(OWN.replace("http:", "tcp:"))

    ended = laneway("prove", lanes)

    assert ended.code == 0
    assert "judged: what Laneway makes of the lanes, beside 1 Istio object" in ended.out


def test_what_is_judged_can_be_settled(laneway: Command, lanes: Path) -> None:
    assert "what Laneway makes of the lanes" in laneway("prove", lanes).out

    ended = laneway("prove", "--judge", "objects", lanes)

    assert ended.code == 1
    assert "the 0 Istio objects" in ended.out


def test_a_proof_is_data_too(laneway: Command, lanes: Path) -> None:
    written = rendered(laneway, lanes)
    written.write_text(written.read_text().replace("name: no-lane", "name: last", 1))
    proven = json.loads(laneway("prove", "-o", "json", lanes).out)
    written.write_text(written.read_text().replace("- destination", "- directions", 1))
    spoiled = json.loads(laneway("prove", "-o", "json", lanes).out)

    assert proven["verdict"] == "proven"
    assert proven["claims"] == {
        "isolated": {"verdict": "proven"},
        "delivered": {"verdict": "proven"},
    }
    assert spoiled["undecided"]


def test_lanes_that_are_nobodys_promise_nothing(laneway: Command, tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: default}\n"
        "spec: {ports: [{port: 80}]}\n"
    )

    ended = laneway("prove", tmp_path)

    assert ended.code == 4
    assert "nothing is promised" in ended.out
