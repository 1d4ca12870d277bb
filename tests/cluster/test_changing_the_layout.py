"""A live mesh changes its layout under load, and no request fails or leaves its lane.

The steps are those that `laneway render --from` prints, applied as a user applies them. One change
each way is tried here; `./dev figures cost --changes 20` does more of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.changing import HEADERS, LANES, change, under_load
from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.lanes import running
from tests.cluster.live import live
from tests.conftest import Had
from tests.engines import engine

pytestmark = pytest.mark.cluster

EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"
LEAST = 30
"""Requests of a lane during a change: few on a busy machine, and still some at every step."""


def test_no_request_notices_that_the_layout_changes(
    plane: ControlPlane, entry: int, had: Had
) -> None:
    had(lambda: engine("crowd"))
    version = VERSIONS[0]
    with running(plane, entry, EXAMPLE, version) as lanes:
        for lane, chain in LANES.items():
            lanes.until([chain], HEADERS[lane])
        with live(plane, version) as watched:
            for there, back in (("scoped", "istio"), ("istio", "scoped")):
                with under_load(lanes, HEADERS) as load:
                    change(plane, watched, EXAMPLE, there, back)
                assert load.wrong(LANES) == {}
                assert min(sum(met.values()) for met in load.met.values()) >= LEAST
