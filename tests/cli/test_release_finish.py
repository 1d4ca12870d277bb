"""`laneway release finish`: two commits that take away what a release has left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, Command, edit
from tests.cli.test_release import commit, files, git, tree, weights

__all__ = ["tree"]


@pytest.fixture
def released(laneway: Command, tree: Path) -> Path:
    """The lanes of the guide, of which v3 has taken the place."""
    laneway("release", "add-lane", "v3", "--from", "v2")
    laneway("release", "set", "v1=0", "v2=0", "v3=100")
    commit(tree, "All to v3")
    return tree


def text(folder: Path) -> str:
    return b"".join(files(folder).values()).decode()


def titles(folder: Path, count: int) -> list[str]:
    return git(folder, "log", f"-{count}", "--format=%s").splitlines()


def test_routes_name_the_old_lanes_no_more_and_then_these_go(
    laneway: Command, released: Path
) -> None:
    first = laneway("release", "finish", "v3", "--commit")
    between = text(released)
    second = laneway("release", "finish", "v3", "--commit")
    third = laneway("release", "finish", "v3", "--commit")

    assert (first.code, second.code, third.code) == (0, 0, 0)
    assert "run it again" in first.err
    assert weights(released) == [100]
    assert "name: mocka-v1" in between
    assert set(files(released)) == {
        "deploy/gateway.yaml",
        "deploy/lanes.yaml",
        "deploy/mock-v3.yaml",
        "deploy/route.yaml",
        "deploy/services.yaml",
    }
    assert "v1" not in text(released).replace("apps/v1", "").replace("/v1", "").replace(": v1", "")
    assert "Nothing to change" in third.out
    assert titles(released, 2) == [
        "Remove 2 lanes, whose place v3 has taken",
        "Finish v3: routes name v1, v2 no more",
    ]
    assert laneway("check", released).code == 0


def test_what_still_has_requests_is_not_finished(laneway: Command, released: Path) -> None:
    laneway("release", "set", "v1=10", "v3=90")
    before = files(released)

    ended = laneway("release", "finish", "v3")

    assert ended.code == 1
    assert "LW2026" in ended.err
    assert "v1 10 %, v3 90 %" in ended.err
    assert files(released) == before


def test_a_lane_that_is_kept_keeps_its_part(laneway: Command, released: Path) -> None:
    for _ in range(2):
        assert laneway("release", "finish", "v3", "--keep", "v2").code == 0

    assert weights(released) == [0, 100]
    assert "mocka-v2" in text(released)
    assert "mocka-v1" not in text(released)


def test_a_lane_that_is_entered_by_rules_stays(laneway: Command, released: Path) -> None:
    rule = "{name: r1, online: true, match: {uri: {prefix: /v1}}, route: {destination: {host: a}}}"
    edit(
        released / "deploy",
        "  labelSelector:\n    version: v1\n",
        f"  labelSelector:\n    version: v1\n  ingressRules: [{rule}]\n",
    )
    assert laneway("release", "finish", "v3").code == 0
    ended = laneway("release", "finish", "v3")

    assert "lane v1 stays: rules of its own lead requests into it" in ended.err
    assert "mocka-v1" in text(released)
    assert "mocka-v2" not in text(released)


ROUTE_TO_OLD = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: inside, namespace: default}
spec: {hosts: [mocka], http: [{route: [{destination: {host: mocka, subset: old}}]}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: inside, namespace: default}
spec: {host: mocka, subsets: [{name: old, labels: {version: v1}}]}
"""
CALLER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: sender, namespace: default}
spec:
  selector: {matchLabels: {app: sender}}
  template:
    metadata: {labels: {app: sender, version: v1}}
    spec: {containers: [{name: main, image: sender}]}
"""
FOREIGN = """\
apiVersion: example.com/v1
kind: Fleet
metadata: {name: senders, namespace: default}
spec: {template: {metadata: {labels: {version: v1}}, spec: {containers: [{name: main}]}}}
"""


@pytest.mark.parametrize(
    ("text_of", "way"),
    [
        (CALLER, "Deployment default/sender wears its labels"),
        (FOREIGN, "Fleet default/senders may make pods with its labels"),
        (ROUTE_TO_OLD, "VirtualService default/inside leads to subset old of mocka.default"),
    ],
    ids=["a caller by its labels", "pods of a foreign kind", "a subset of another name"],
)
def test_a_lane_that_is_reached_inside_the_mesh_stays_and_it_is_said_how(
    laneway: Command, released: Path, text_of: str, way: str
) -> None:
    (released / "deploy" / "inside.yaml").write_text(text_of)
    first = laneway("release", "finish", "v3")
    second = laneway("release", "finish", "v3")

    assert (first.code, second.code, weights(released)) == (0, 0, [0, 100])
    assert "info[LW2028] lane v1 stays: " in first.err
    assert way in first.err
    assert "mocka-v1" in text(released)
    assert "mocka-v2" not in text(released)


def test_a_lane_that_gets_copies_of_requests_stays(laneway: Command, released: Path) -> None:
    copies = "      mirror: {host: mocka.default.svc.cluster.local, subset: v1}\n      route:\n"
    edit(released / "deploy", "      route:\n", copies, "route.yaml")
    laneway("release", "finish", "v3")
    ended = laneway("release", "finish", "v3")

    assert "VirtualService istio-system/mock sends copies or connections to it" in ended.err
    assert "mocka-v1" in text(released)
    assert "mocka-v2" not in text(released)


def test_lanes_that_requests_choose_by_a_header_stay(laneway: Command, released: Path) -> None:
    permissive = (
        "  isPermissive: true\n  permissiveModeConfiguration:\n    fallbackTarget: v3\n"
        "    routeHeader: x-lane\n    traceHeader: x-lane\n  services:\n"
    )
    edit(released / "deploy", "  services:\n", permissive)
    before = files(released)

    ended = laneway("release", "finish", "v3")

    assert ended.code == 0
    assert "requests with `x-lane: v1` come into it" in ended.err
    assert files(released) == before
    assert laneway("release", "remove-lane", "v1").code == 0


@pytest.mark.parametrize(
    ("lane", "code"), [("v9", "LW2001"), ("v1", "LW2026")], ids=["unknown", "without requests"]
)
def test_a_lane_without_requests_is_no_winner(
    laneway: Command, released: Path, lane: str, code: str
) -> None:
    ended = laneway("release", "finish", lane, released)

    assert ended.code == 1
    assert code in ended.err


def test_lanes_without_any_split_are_taken_away_one_by_one(laneway: Command, lanes: Path) -> None:
    ended = laneway("release", "finish", "s2", lanes)

    assert ended.code == 1
    assert "LW2027" in ended.err


def test_lanes_of_a_weighted_group_go_with_their_weights(laneway: Command, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "weighted-entry", tmp_path / "weighted")
    folder = tmp_path / "weighted"
    assert laneway("release", "promote", "stable", folder).code == 0

    ended = laneway("release", "finish", "stable", folder)

    assert ended.code == 0
    assert "remove ASMSwimLane canary" in ended.out
    assert "run it again" not in ended.err


@pytest.mark.parametrize(
    "words",
    [("--live",), ("--name", "shop"), ("--live", "--commit", "--dry-run")],
    ids=["no commit", "no waiting", "in vain"],
)
def test_waiting_is_for_commits_alone(
    laneway: Command, released: Path, words: tuple[str, ...]
) -> None:
    assert laneway("release", "finish", "v3", *words, released).code == 2
