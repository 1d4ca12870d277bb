"""Lanes by `kubectl apply` alone: the operator keeps a real cluster as they say.

A real API server with its garbage collector, istiod, stock Envoys and unchanged programs; the
operator is a process beside it. What it does is judged by answers of the gateway, by what lies in
the cluster, and by what `kubectl get` shows.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.lanes import Lanes, asked, running
from tests.cluster.operated import Operator, applied, kinds, operator, ours, until, until_live
from tests.cluster.viewer import charts_viewer, viewer
from tests.house.console import commands_of, matches
from tests.wire.laneway_up import laneway

pytestmark = pytest.mark.cluster

EXAMPLES = Path(__file__).parents[2] / "examples"
PAGE = Path(__file__).parents[2] / "docs" / "on-your-cluster.md"
"""What it shows of `kubectl laneway` is what is seen of the strict lanes."""
TAG = "x-asm-prefer-tag"
VERSION = VERSIONS[0]
OWN_ROUTE = ("virtualservice", "mock", "-n=istio-system", "--type=merge")
ANY_POD = {"destination": {"host": "mocka.default.svc.cluster.local"}}
PAST_LANES = {
    "spec": {
        "http": [
            {"match": [{"uri": {"exact": uri}} for uri in ("/mock", "/past")], "route": [ANY_POD]}
        ]
    }
}
"""A user's own route that names no lane any more, as it has to be before these are gone."""


@pytest.fixture(scope="module")
def working(plane: ControlPlane, entry: int) -> Iterator[Operator]:
    """An operator at work on a cluster with a node."""
    assert entry
    with kinds(plane), operator(plane, VERSION) as found:
        yield found


def test_weights_of_a_users_own_routes_hold_and_the_end_of_a_group_leaves_nothing(
    plane: ControlPlane, entry: int, working: Operator
) -> None:
    assert working.children.ended() == {}
    with applied(plane, EXAMPLES / "gitops", VERSION):
        lanes = Lanes(entry)
        one, other = ("v1",) * 3, ("v2",) * 3
        lanes.shares(1000, {one: 0.5, other: 0.5})
        shown = asked(plane, "get", "asmswimlanegroups", "--no-headers").split()
        assert shown[1:6] == ["false", "2", "3", "True", "True"]
        asked(plane, "patch", *OWN_ROUTE, f"-p={json.dumps(PAST_LANES)}")
        until(lambda: lanes.ask(1, {}, "/past") != {404: 1}, "the user's own edit is not live")
        with asking(lanes, {}) as answers:
            asked(plane, "delete", "asmswimlanegroup", "--all")
            until(lambda: ours(plane) == [], f"{ours(plane)} is left")
        assert {len(chain) for chain in answers if isinstance(chain, tuple)} == {3}
        assert not any(isinstance(status, int) for status in answers), answers


def test_strict_lanes_hold_through_edits_kills_and_the_end_of_their_group(
    plane: ControlPlane, entry: int, working: Operator, tmp_path: Path
) -> None:
    with applied(plane, EXAMPLES / "strict-lanes", VERSION):
        until(lambda: _reason(plane, "Live") == "Live", "proxies that came are not asked")
        lanes = Lanes(entry)
        for number in "123":
            assert lanes.ask(100, {TAG: f"s{number}"}) == {(f"v{number}",) * 3: 100}
        with viewer(plane, tmp_path / "viewer", "viewer", charts_viewer()) as person:
            for command in commands_of(PAGE.read_text(), "cluster"):
                said = person.shell(command.text)
                assert matches(command.output, said.stdout.splitlines()), said
        before = ours(plane)
        asked(plane, "delete", "-n=default", before[0].replace(".networking.istio.io", ""))
        until(lambda: ours(plane) == before, "what was deleted by hand is not there again")

        working.kill()
        relabel = {"spec": {"labelSelector": {"ASM_TRAFFIC_TAG": "v3"}}}
        patch = ("patch", "asmswimlane", "s2", "--type=merge", f"-p={json.dumps(relabel)}")
        asked(plane, *patch)
        asked(plane, "delete", "asmswimlane", "s3")
        working.begin()
        until(lambda: _weight(plane) == 2, "the lanes' edits are not seen")
        until_live(plane)
        assert lanes.ask(50, {TAG: "s2"}) == {("v3",) * 3: 50}
        assert lanes.ask(20, {TAG: "s3"}) == {404: 20}

        with asking(lanes, {TAG: "s2"}) as met:
            asked(plane, "delete", "asmswimlanegroup", "test")
            until(lambda: ours(plane) == [], f"{ours(plane)} is left")
        assert set(met) <= {("v3",) * 3, 404}, met


def _weight(plane: ControlPlane) -> int:
    """Return how many lanes the group says it has."""
    group = json.loads(asked(plane, "get", "asmswimlanegroup", "test", "-o=json"))
    found: int = group["status"]["lanes"]
    return found


def test_what_was_applied_by_hand_is_handed_over_though_lanes_have_changed_since(
    plane: ControlPlane, entry: int, working: Operator, tmp_path: Path
) -> None:
    assert working.children.ended() == {}
    example = EXAMPLES / "strict-lanes"
    with running(plane, entry, example, VERSION) as lanes:
        for file in example.glob("*.yaml"):
            (tmp_path / file.name).write_text(file.read_text().replace("exact: s2", "exact: two"))
        asked(plane, "apply", "-f", str(tmp_path / "lanes.yaml"))
        until(lambda: _reason(plane, "Stalled") == "FieldConflict", "nobody minds who applied it")
        rendered = laneway("render", str(tmp_path)).stdout
        hand_over = ("--server-side", "--field-manager=laneway", "--force-conflicts")
        asked(plane, "apply", *hand_over, "-f", "-", told=rendered)
        until(lambda: _reason(plane, "Stalled") == "Nothing", "it is not handed over")
        asked(plane, "delete", "asmswimlane", "s3")
        until(lambda: lanes.ask(1, {TAG: "s3"}) == {404: 1}, "an edit after it is not written")
        assert lanes.ask(20, {TAG: "two"}) == {("v2",) * 3: 20}
        asked(plane, "delete", "asmswimlanegroup,asmswimlane", "--all")
        until(lambda: ours(plane) == [], f"{ours(plane)} is left")


def _reason(plane: ControlPlane, condition: str) -> str:
    """Return the reason of a condition of the group."""
    group = json.loads(asked(plane, "get", "asmswimlanegroup", "test", "-o=json"))
    told = group.get("status", {}).get("conditions", ())
    return "".join(one["reason"] for one in told if one["type"] == condition)


class asking:  # noqa: N801 - used as a word of the test
    """Ask the gateway all the time, and count what comes."""

    def __init__(self, lanes: Lanes, headers: Mapping[str, str]) -> None:
        self._lanes, self._headers = lanes, headers
        self._met: Counter[Any] = Counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Counter[Any]:
        self._thread.start()
        return self._met

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._over.is_set():
            self._met.update(self._lanes.ask(20, self._headers))


def test_the_baseline_stands_in_and_lanes_say_who_does(
    plane: ControlPlane, entry: int, working: Operator, tmp_path: Path
) -> None:
    assert working.children.ended() == {}
    with applied(plane, EXAMPLES / "permissive-lanes", VERSION):
        lanes = Lanes(entry)
        chains = {"s1": ("v1",) * 3, "s2": ("v2", "v1", "v2"), "s3": ("v1", "v3", "v1")}
        for lane, chain in chains.items():
            assert lanes.ask(100, {TAG: lane}) == {chain: 100}
        status = json.loads(asked(plane, "get", "asmswimlane", "s2", "-o=json"))["status"]
        stand_in = {key: status["standIns"][0][key] for key in ("lane", "services")}
        assert stand_in == {"lane": "s1", "services": ["default/mockb"]}
        assert status["pods"] == {"ready": 2, "total": 2}
        with viewer(plane, tmp_path / "viewer", "viewer", charts_viewer()) as person:
            said = person.kubectl("laneway", "status", "--watch", "--timeout", "60")
            assert (said.returncode, ": live: " in said.stdout) == (0, True), said
            row = person.kubectl("laneway", "get", "lanes", "s2", "-o", "wide").stdout
            assert row.rstrip().endswith("mockb: s1")
        with asking(lanes, {TAG: "s2"}) as met:
            asked(plane, "delete", "asmswimlanegroup", "test")
            until(lambda: ours(plane) == [], f"{ours(plane)} is left")
        assert set(met) <= {chains["s2"], 404}, met
