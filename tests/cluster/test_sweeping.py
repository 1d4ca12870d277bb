"""What a failed test leaves does not reach the next one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.cluster.control_plane import VERSIONS, ControlPlane
from tests.cluster.dry_runs import make_known
from tests.cluster.lanes import NAMESPACES, asked, label
from tests.cluster.operated import objects_of
from tests.cluster.sweeping import ISTIOS, PROGRAMS, sweep

pytestmark = pytest.mark.cluster

EXAMPLE = Path(__file__).parents[2] / "examples" / "weighted-entry"


def test_nothing_is_left_of_an_example_but_what_was_there_at_first(plane: ControlPlane) -> None:
    make_known(plane)
    label(plane, {"istio-injection": "enabled", "istio.io/rev": VERSIONS[0].replace(".", "-")})
    asked(plane, "apply", "-f", "-", told=yaml.dump_all(objects_of(EXAMPLE)))
    assert asked(plane, "get", "lanegroups", "-o=name")

    sweep(plane)

    kinds = f"{PROGRAMS},{ISTIOS},pods"
    left = [asked(plane, "get", kinds, f"-n={one}", "-o=name").split() for one in NAMESPACES]
    assert left == [["service/kubernetes"], []]
    assert "lanegroups" not in asked(plane, "api-resources", "--cached=false")
