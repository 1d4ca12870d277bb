"""Behind "live" no request meets the old routing: a drawn sample on real Envoys, under load.

The whole figure is `./dev figures live right`.
"""

from __future__ import annotations

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.live.rightness import rightness

pytestmark = pytest.mark.cluster

SEED = 15
CHANGES = 12


def test_no_request_behind_live_meets_the_old_routing(plane: ControlPlane, entry: int) -> None:
    found = rightness(plane, entry, "1.31", CHANGES, SEED)
    said = f"seed {SEED}: {found}"
    assert all(one.liveness.is_live for one in found.changes), said
    assert found.judged > CHANGES, said
    assert (found.wrong, found.failed) == ([], 0), said
