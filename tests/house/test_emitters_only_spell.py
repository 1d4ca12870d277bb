"""What is decided is decided in one module: emitters spell it, and everybody else reads it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "laneway"
ENVOY = SOURCE / "core" / "emit" / "envoy"
MESH = "core/mesh/mesh.py"
STAND_INS = "core/routing/plan/stand_ins.py"
DECIDERS = {
    "service_targets": {MESH},
    "answering_last": {MESH, STAND_INS},
    "falls_back": {MESH, STAND_INS},
    "policy_from": {"core/routing/plan/policies.py"},
}
"""Which modules read a field or call a method that a decision is made from."""

TELLERS = {
    "service_targets": {"core/views/mesh.py"},
    "falls_back": {"core/views/mesh.py", "core/rules/routing/fallback_block.py"},
}
"""The modules that tell a user what is written, and decide nothing by it."""


UNDECIDED = {
    *("groups", "owner_of", "baseline", "lane_subsets"),
    *("virtual_services", "destination_rules", "traffic_policy"),
}
"""What the plan is made from: whoever spells it for Envoy looks at none of this."""


def attributes(source: str) -> set[str]:
    """Return the attributes that a module reads."""
    return {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}


@cache
def modules() -> dict[Path, set[str]]:
    """Return what each module reads."""
    return {path: attributes(path.read_text()) for path in SOURCE.rglob("*.py")}


@pytest.mark.parametrize("name", DECIDERS)
def test_a_decision_is_made_in_one_module(name: str) -> None:
    readers = {str(path.relative_to(SOURCE)) for path, read in modules().items() if name in read}

    assert readers == DECIDERS[name] | TELLERS.get(name, set())


@pytest.mark.parametrize("path", sorted(ENVOY.glob("*.py")), ids=lambda path: path.stem)
def test_what_spells_for_envoy_asks_the_plan_alone(path: Path) -> None:
    assert modules()[path] & UNDECIDED == set()


def test_a_decision_elsewhere_would_be_found() -> None:
    source = "def others(group):\n    return group.baseline if group.falls_back else None"

    assert attributes(source) & DECIDERS.keys() == {"falls_back"}
    assert attributes(source) & UNDECIDED == {"baseline"}
