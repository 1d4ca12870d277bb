"""A version on real Envoy: its share grows and goes back to nothing, and a group ends."""

import http.client
import re
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.wire.laneway_up import Answer, Up
from tests.wire.saving import save

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]

STAGES = {
    "beginning": (60, 30, 10),
    "growing": (40, 30, 30),
    "leading": (10, 10, 80),
    "alone": (0, 0, 100),
    "rolled back": (50, 50, 0),
}
REQUESTS = 400


def _add_version(sample: Path) -> None:
    """Write the third version's lane and its Deployments."""
    pods = (sample / "mock-v2.yaml").read_text().replace("v2", "v3")
    lane = (sample / "lanes.yaml").read_text().split("---")[2].replace("v2", "v3")
    save(sample / "v3.yaml", f"{pods}\n---{lane}")


def _share_out(sample: Path, weights: tuple[int, ...]) -> None:
    """Write the entry's weights, one for each version."""
    shares = "".join(
        "        - destination: {host: mocka.default.svc.cluster.local, subset: "
        f"v{number}}}\n          weight: {weight}\n"
        for number, weight in enumerate(weights, 1)
    )
    route = sample / "route.yaml"
    save(route, re.sub(r"(?s)(?<=route:\n).*", shares, route.read_text()))


def _met(mesh: Up, count: int = REQUESTS) -> Counter[tuple[str, ...]]:
    """Count the versions that requests meet, hop by hop."""
    found: Counter[tuple[str, ...]] = Counter()
    with closing(http.client.HTTPConnection("127.0.0.1", mesh.port, timeout=10)) as connection:
        for _ in range(count):
            connection.request("GET", "/mock")
            response = connection.getresponse()
            answer = Answer(response.status, response.read().decode())
            found[tuple(hop.version for hop in answer.hops)] += 1
    return found


def test_each_stage_of_a_release_keeps_its_shares_and_every_request_its_version(
    up: Start, sample: Path
) -> None:
    mesh = up(sample).ready()
    _add_version(sample)
    mesh.until("added: live after")

    for stage, weights in STAGES.items():
        _share_out(sample, weights)
        mesh.until("VirtualService istio-system/mock changed: live after")
        found = _met(mesh)

        wanted = {(f"v{number}",) * 3: share for number, share in enumerate(weights, 1) if share}
        assert set(found) == set(wanted), stage
        for chain, share in wanted.items():  # five deviations: once in a million runs
            spread = 5 * (REQUESTS * share * (100 - share) / 10_000) ** 0.5
            assert found[chain] == pytest.approx(REQUESTS * share / 100, abs=spread), stage


def test_where_a_group_is_gone_nothing_leads_in_and_no_lane_is_left(
    up: Start, tmp_path: Path
) -> None:
    folder = shutil.copytree(
        Path(__file__).parents[2] / "examples" / "weighted-entry", tmp_path / "sample"
    )
    mesh = up(folder).ready()
    assert all(len(set(chain)) == 1 for chain in _met(mesh, 20))

    (folder / "lanes.yaml").unlink()
    mesh.until("live after")

    assert _met(mesh, 20) == {(): 20}
    assert mesh.ask().status == 404
