"""What `laneway explain` says in short: the chains a request may pass, each with its true share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command, edit

TO_ALL = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: own, namespace: default}
spec:
  hosts: [all.example]
  gateways: [istio-system/ingressgateway]
  http: [{route: [{destination: {host: mocka}}]}]
"""
CALLS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: default}
spec:
  replicas: COUNT
  selector: {matchLabels: {app: APP}}
  template:
    metadata: {labels: {app: APP, ASM_TRAFFIC_TAG: none}}
    spec: {containers: [{name: main, image: laneway/mock:1, env: [{name: next, value: 'URL'}]}]}
"""


def pods(name: str, app: str, count: int, url: str) -> str:
    words = {"NAME": name, "APP": app, "COUNT": str(count), "URL": url}
    text = CALLS
    for word, value in words.items():
        text = text.replace(word, value)
    return text


def policy(spec: str) -> str:
    return f"""
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: own, namespace: default}}
spec: {{host: mocka, trafficPolicy: {{loadBalancer: {spec}}}}}
"""


@pytest.fixture
def open_lanes(lanes: Path) -> Path:
    """Strict lanes beside a route of the user's that leads to the pods of all of them."""
    (lanes / "open.yaml").write_text(TO_ALL)
    return lanes


def in_short(laneway: Command, folder: Path) -> list[str]:
    lines = laneway("explain", "--host", "all.example", folder).out.splitlines()
    return [line.strip() for line in lines[lines.index("In short:") + 1 :]]


def test_pods_of_several_lanes_behind_one_route_are_chains_of_their_own(
    laneway: Command, open_lanes: Path
) -> None:
    assert in_short(laneway, open_lanes) == [
        "33.3 %  mocka-v1 > mockb-v1 > mockc-v1",
        "33.3 %  mocka-v2 > mockb-v2 > mockc-v2",
        "33.3 %  mocka-v3 > mockb-v3 > mockc-v3",
    ]


def test_a_lane_of_more_pods_gets_more_of_them(laneway: Command, open_lanes: Path) -> None:
    edit(open_lanes, "replicas: 1", "replicas: 4", "mock-v2.yaml")

    assert [line.split()[0] for line in in_short(laneway, open_lanes)] == ["16.7", "66.7", "16.7"]


def test_shares_behind_shares_are_multiplied(laneway: Command, open_lanes: Path) -> None:
    (open_lanes / "more.yaml").write_text(
        pods("other", "mocka", 3, "http://mockc:8000") + "---" + TO_MOCKC
    )

    assert in_short(laneway, open_lanes) == [
        "16.7 %  mocka-v1 > mockb-v1 > mockc-v1",
        "16.7 %  mocka-v2 > mockb-v2 > mockc-v2",
        "16.7 %  mocka-v3 > mockb-v3 > mockc-v3",
        "10 %  other > mockc-v1",
        "40 %  other > mockc-v2",
    ]


TO_MOCKC = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: split, namespace: default}
spec:
  hosts: [mockc]
  http:
    - match: [{sourceLabels: {ASM_TRAFFIC_TAG: none}}]
      route:
        - {destination: {host: mockc, subset: s1}, weight: 20}
        - {destination: {host: mockc, subset: s2}, weight: 80}
    - match: [{sourceLabels: {ASM_TRAFFIC_TAG: v1}}]
      route: [{destination: {host: mockc, subset: s1}}]
    - match: [{sourceLabels: {ASM_TRAFFIC_TAG: v2}}]
      route: [{destination: {host: mockc, subset: s2}}]
    - route: [{destination: {host: mockc, subset: s3}}]
"""


def test_pods_behind_which_nothing_is_called_are_one_chain(
    laneway: Command, open_lanes: Path
) -> None:
    for version in ("v1", "v2", "v3"):
        edit(open_lanes, "http://mockb:8000/", "nobody", f"mock-{version}.yaml")
    told = laneway("explain", "--host", "all.example", open_lanes).out

    assert "In short" not in told


@pytest.mark.parametrize(
    ("balancer", "why"),
    [
        ("{consistentHash: {httpHeaderName: x-user}}", "a hash of the request chooses the pod"),
        ("{simple: PASSTHROUGH}", "the address that is dialed is the pod's"),
        ("{localityLbSetting: {enabled: true}}", "where the caller runs chooses the pod"),
    ],
)
def test_a_share_that_cannot_be_known_is_not_made_up(
    laneway: Command, open_lanes: Path, balancer: str, why: str
) -> None:
    (open_lanes / "policy.yaml").write_text(policy(balancer))

    assert in_short(laneway, open_lanes) == [
        "<= 100 %  mocka-v1 > mockb-v1 > mockc-v1",
        "<= 100 %  mocka-v2 > mockb-v2 > mockc-v2",
        "<= 100 %  mocka-v3 > mockb-v3 > mockc-v3",
        f"<= is the most it can be: {why}",
    ]


def test_an_even_balancer_leaves_shares_known(laneway: Command, open_lanes: Path) -> None:
    (open_lanes / "policy.yaml").write_text(policy("{simple: ROUND_ROBIN}"))

    assert in_short(laneway, open_lanes)[0] == "33.3 %  mocka-v1 > mockb-v1 > mockc-v1"


def test_a_headless_service_is_dialed_by_address(laneway: Command, open_lanes: Path) -> None:
    edit(open_lanes, "  ports:", "  clusterIP: None\n  ports:", "services.yaml")

    assert in_short(laneway, open_lanes)[-1].endswith("the caller dials the address of a pod")


def test_of_very_many_chains_the_largest_are_told(laneway: Command, open_lanes: Path) -> None:
    many = [pods(f"n{at}", "mocka", 1 + (at == 9), f"http://leaf{at}:8000") for at in range(14)]
    leaves = [pods(f"leaf{at}-0", f"leaf{at}", 1, "none") for at in range(14)]
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: NAME, namespace: default}\n"
    service += "spec: {selector: {app: NAME}, ports: [{name: http, port: 8000}]}\n"
    known = [service.replace("NAME", f"leaf{at}") for at in range(14)]
    (open_lanes / "many.yaml").write_text("\n---\n".join([*many, *leaves, *known]))

    found = in_short(laneway, open_lanes)

    assert found[0] == "11.1 %  n9 > leaf9-0"
    assert len(found) == 13
    assert found[-1] == "and 5 chains more (-o json)"
