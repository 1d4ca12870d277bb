"""A question has one answer, and one module that gives it: everybody else asks that module.

Each question is known by what a module would write to answer it by itself. A finding in words and
a plan as routes agree because both ask; nobody finds out by reading that they still do.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "laneway"
SOURCES = {
    str(path.relative_to(PACKAGE)): path.read_text() for path in sorted(PACKAGE.rglob("*.py"))
}


@dataclass(frozen=True)
class Question:
    """What is asked, the modules that answer, and how an answer looks in the source.

    `word` stands in every source that might answer: the others need not be parsed.
    """

    asked: str
    word: str
    owners: frozenset[str]
    is_answer: Callable[[ast.AST], bool]
    example: str

    def answered_in(self, source: str) -> bool:
        """Whether a module answers by itself."""
        return self.word in source and any(map(self.is_answer, ast.walk(ast.parse(source))))


def _ends(node: ast.AST, name: str) -> bool:
    """Whether a node is an attribute of this name, of whatever it is."""
    return isinstance(node, ast.Attribute) and node.attr == name


def _looks_up(node: ast.AST, table: str) -> bool:
    """Whether a node takes one value out of a table: `x.table[key]` or `x.table.get(key)`."""
    if isinstance(node, ast.Subscript):
        return _ends(node.value, table)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "get" and _ends(node.func.value, table)
    return False


QUESTIONS = (
    Question(
        "which group routes a host",
        "owner_of",
        frozenset({"core/mesh/membership.py"}),
        lambda node: _looks_up(node, "owner_of"),
        "mesh.group(mesh.owner_of.get(host, ''))",
    ),
)


LEAVING = {"core/emit/envoy/clusters.py", "core/emit/envoy/traffic_policy.py"}
"""What still answers by itself, until what it decides is part of the plan."""


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.asked)
def test_a_question_is_answered_by_its_owner_alone(question: Question) -> None:
    answering = {name for name, source in SOURCES.items() if question.answered_in(source)}

    assert question.owners <= answering <= question.owners | LEAVING


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.asked)
def test_an_answer_elsewhere_would_be_found(question: Question) -> None:
    assert question.answered_in(question.example)
