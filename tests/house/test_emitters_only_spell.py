"""What is decided is decided in one module: emitters spell it, and everybody else reads it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "laneway"
MESH = "core/mesh/mesh.py"
STAND_INS = "core/routing/plan/stand_ins.py"
DECIDERS = {
    "service_targets": {MESH},
    "answering_last": {MESH, STAND_INS},
    "falls_back": {MESH, STAND_INS},
}
"""Which modules read a field or call a method that a decision is made from."""

TELLERS = {
    "service_targets": {"mesh_object.py"},
    "falls_back": {"mesh_object.py", "fallback_block.py"},
}
"""The files that tell a user what is written, and decide nothing by it."""


def attributes(source: str) -> set[str]:
    """Return the attributes that a module reads."""
    return {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}


@cache
def modules() -> dict[Path, set[str]]:
    """Return what each module reads."""
    return {path: attributes(path.read_text()) for path in SOURCE.rglob("*.py")}


@pytest.mark.parametrize("name", DECIDERS)
def test_a_decision_is_made_in_one_module(name: str) -> None:
    readers = {
        str(path.relative_to(SOURCE))
        for path, read in modules().items()
        if name in read and path.name not in TELLERS.get(name, ())
    }

    assert readers == DECIDERS[name]


def test_a_decision_elsewhere_would_be_found() -> None:
    source = "def others(group):\n    return group.baseline if group.falls_back else None"

    assert attributes(source) & DECIDERS.keys() == {"falls_back"}
