"""What is decided is decided in one module: emitters spell it, and everybody else reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.house.trees import CODE, OURS, nodes, tree

ENVOY = CODE / "core" / "emit" / "envoy"
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

CLUSTER_NAMES = "core/emit/envoy/cluster_names.py"
PREFIX = re.compile(r"((out|in)bound|alone)\|")
APART = ("split", "partition", "rpartition")


def doubles(node: ast.AST) -> bool:
    """Whether something is doubled as often as something else says."""
    match node:
        case ast.BinOp(ast.Constant(2), ast.Pow(), right):
            return not isinstance(right, ast.Constant)
        case _:
            return False


def has_units(node: ast.AST) -> bool:
    """Whether a text tells the units of durations apart."""
    return isinstance(node, ast.Constant) and "|ms|" in str(node.value)


FINDS_THE_SAME = ("unified_diff", "SequenceMatcher")
"""What compares lines or items, of which one is the same as another or is not."""


def counts_slips(node: ast.AST) -> bool:
    """Whether words are compared that are not the same."""
    match node:
        case ast.FunctionDef(name="_distance"):
            return True
        case ast.ImportFrom(module="difflib", names=names):
            return any(alias.name not in FINDS_THE_SAME for alias in names)
        case ast.Import(names=names):
            return any(alias.name == "difflib" for alias in names)
        case _:
            return False


ONCE = {
    "back-off": (doubles, "core/fleet/standing.py"),
    "durations": (has_units, "core/resources/istio/durations.py"),
    "did you mean": (counts_slips, "core/resources/yaml/nearness.py"),
}


@cache
def attributes(module: ast.Module) -> set[str]:
    """Return the attributes that a module reads."""
    return {node.attr for node in nodes(module) if isinstance(node, ast.Attribute)}


def handles_cluster_names(module: ast.Module) -> bool:
    """Whether a module holds how a cluster's name begins, or takes apart what has bars."""
    for node in nodes(module):
        match node:
            case ast.Constant(str(text)) if PREFIX.match(text):
                return True
            case ast.Call(ast.Attribute(attr=name), [ast.Constant("|"), *_]) if name in APART:
                return True
    return False


def where(is_found: Callable[[ast.Module], bool]) -> set[str]:
    """Return the modules of which something holds."""
    return {str(path.relative_to(CODE)) for path in OURS if is_found(tree(path))}


@pytest.mark.parametrize("name", DECIDERS)
def test_a_decision_is_made_in_one_module(name: str) -> None:
    readers = where(lambda module: name in attributes(module))

    assert readers == DECIDERS[name] | TELLERS.get(name, set())


@pytest.mark.parametrize("path", sorted(ENVOY.glob("*.py")), ids=lambda path: path.stem)
def test_what_spells_for_envoy_asks_the_plan_alone(path: Path) -> None:
    assert attributes(tree(path)) & UNDECIDED == set()


def test_names_of_clusters_are_spelled_and_read_back_in_one_module() -> None:
    assert where(handles_cluster_names) == {CLUSTER_NAMES}


@pytest.mark.parametrize(("is_found", "owner"), ONCE.values(), ids=ONCE)
def test_a_reckoning_is_done_in_one_module(is_found: Callable[[ast.AST], bool], owner: str) -> None:
    assert where(lambda module: any(map(is_found, nodes(module)))) == {owner}


def test_a_decision_elsewhere_would_be_found() -> None:
    source = ast.parse(
        "def others(group):\n    return group.baseline if group.falls_back else None"
    )

    assert attributes(source) & DECIDERS.keys() == {"falls_back"}
    assert attributes(source) & UNDECIDED == {"baseline"}


@pytest.mark.parametrize("source", ["name.split('|', 3)", "f'outbound|{port}'", "'inbound|' in x"])
def test_a_name_taken_apart_elsewhere_would_be_found(source: str) -> None:
    assert handles_cluster_names(ast.parse(source))


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("back-off", "pause = min(0.1 * 2 ** (attempt - 1), 10.0)"),
        ("durations", "PART = re.compile('(h|m|ms|us)')"),
        ("did you mean", "from difflib import get_close_matches"),
        ("did you mean", "import difflib"),
    ],
)
def test_a_second_reckoning_would_be_found(question: str, source: str) -> None:
    is_found, _ = ONCE[question]

    assert any(map(is_found, ast.walk(ast.parse(source))))
