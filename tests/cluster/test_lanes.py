"""Lanes hold on a real control plane: API server, istiod, stock Envoys, unchanged programs.

Each pod is a process in a network of its own with an Envoy that istiod configures; nothing of
Laneway's is at work but the objects it has rendered.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.lanes import running

pytestmark = pytest.mark.cluster

EXAMPLES = Path(__file__).parents[2] / "examples"
TAG = "x-asm-prefer-tag"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_weighted_entry_keeps_its_shares_and_every_request_its_version(
    plane: ControlPlane, entry: int, version: str
) -> None:
    with running(plane, entry, EXAMPLES / "gitops", version) as lanes:
        one, other = ("v1",) * 3, ("v2",) * 3
        lanes.until((one, other), {})
        lanes.shares(2000, {one: 0.5, other: 0.5})
        assert lanes.ask(20, {}, "/elsewhere") == {404: 20}


@pytest.mark.parametrize("version", VERSIONS)
def test_each_strict_lane_keeps_its_requests(plane: ControlPlane, entry: int, version: str) -> None:
    with running(plane, entry, EXAMPLES / "strict-lanes", version) as lanes:
        for number in "123":
            lane, headers = (f"v{number}",) * 3, {TAG: f"s{number}"}
            lanes.until([lane], headers)
            assert lanes.ask(100, headers) == {lane: 100}
        assert lanes.ask(20, {TAG: "s4"}) == {404: 20}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_baseline_stands_in_and_the_lane_goes_on_behind_it(
    plane: ControlPlane, entry: int, version: str
) -> None:
    chains = {"s1": ("v1",) * 3, "s2": ("v2", "v1", "v2"), "s3": ("v1", "v3", "v1")}
    with running(plane, entry, EXAMPLES / "permissive-lanes", version) as lanes:
        for lane, chain in chains.items():
            lanes.until([chain], {TAG: lane})
        for lane, chain in chains.items():
            assert lanes.ask(100, {TAG: lane}) == {chain: 100}
