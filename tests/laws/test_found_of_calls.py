"""Law: what is said to be found of calls alone does not depend on what lanes ask of gateways.

A mesh is judged as it is drawn, and without the weights and entry rules of its lanes: an edit of
these leaves such findings as they are, so that compiling it may keep them.
"""

from __future__ import annotations

from hypothesis import given

from laneway.core.rules.all import CHECKS, check_calls
from tests.laws.compiling import compile_mesh
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object

ASKED = ("ingressRules", "ingressWeight")


def asking_nothing(item: Object) -> Object:
    """Return a lane that asks nothing of gateways; another object as it is."""
    if item["kind"] != "ASMSwimLane":
        return item
    return {**item, "spec": {key: one for key, one in item["spec"].items() if key not in ASKED}}


@given(shared_meshes())
def test_what_is_found_of_calls_stays_whatever_lanes_ask_of_gateways(mesh: list[Object]) -> None:
    asking, silent = compile_mesh(mesh), compile_mesh([asking_nothing(item) for item in mesh])

    assert check_calls(asking.mesh, asking.plan) == check_calls(silent.mesh, silent.plan)


def test_rules_of_entries_are_not_among_them() -> None:
    rooms = {check.run.__module__.split(".")[3] for check in CHECKS if check.of_calls}

    assert rooms <= {"lanes", "permissive", "routing", "services", "workloads"}
