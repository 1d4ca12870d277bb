"""A question has one answer, and one module that gives it: everybody else asks that module.

Each question is known by what a module would write to answer it by itself. A finding in words and
a plan as routes agree because both ask; nobody finds out by reading that they still do.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

import pytest
from msgspec import Struct

from tests.house.trees import CODE, OURS, nodes, tree


class Question(Struct, frozen=True):
    """What is asked, the modules that answer, and how an answer looks in the source.

    One of the `words` stands in every source that might answer: the others need not be walked.
    """

    asked: str
    words: tuple[str, ...]
    owners: frozenset[str]
    is_answer: Callable[[ast.AST], bool]
    examples: tuple[str, ...]

    def answered_in(self, source: str, module: ast.Module) -> bool:
        """Whether a module answers by itself."""
        return any(word in source for word in self.words) and any(
            map(self.is_answer, nodes(module))
        )


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


def _takes(node: ast.AST, module: str, name: str) -> bool:
    """Whether a node imports a name from a module of the core."""
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == f"laneway.core.{module}"
        and name in (alias.name for alias in node.names)
    )


HOLDING = {
    "core/mesh/membership.py": "lanes",
    "core/mesh/unknown_pods.py": "services",
    "core/rules/workloads/job_behind_service.py": "services",
    "core/mesh/access.py": "policies",
    "core/mesh/sidecars.py": "Sidecars",
    "core/routing/ask/unfollowed.py": "Sidecars and policies",
    "core/proof/undecidable.py": "filters and Sidecars",
    "core/routing/plan/scoped_callers.py": "gateways",
    "core/routing/plan/narrowing.py": "Sidecars",
    "core/cost/classes.py": "gateways",
    "core/cost/held.py": "subsets and gateways",
    "core/routing/ask/walk.py": "subsets",
    "core/routing/ask/reach.py": "subsets",
    "core/proof/landing.py": "subsets",
    "core/proof/replay.py": "subsets",
    "core/rules/routing/subset_with_other_labels.py": "subsets",
    "core/rules/questions/carried.py": "whatever a finding speaks of",
    "core/views/pods_down.py": "gateways",
    "core/proof/callers.py": "pods nobody wrote, which must not wear two values of a label",
}
"""Who holds labels against a selector, and whose selector it is: a lane's in one place only."""


def _finds_owner(node: ast.AST) -> bool:
    """Whether a node looks a host up among the owners, or seeks the group that has it."""
    match node:
        case ast.Call(ast.Attribute(ast.Attribute(attr="owner_of"), "items" | "values")):
            return True
        case ast.comprehension(iter=ast.Attribute(attr="groups"), ifs=conditions):
            return any(_is_in_hosts(one) for condition in conditions for one in ast.walk(condition))
        case _:
            return _looks_up(node, "owner_of")


def _is_in_hosts(node: ast.AST) -> bool:
    """Whether a node asks if something is among the hosts of something."""
    return (
        isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.In)
        and _ends(node.comparators[0], "hosts")
    )


def _holds_labels(node: ast.AST) -> bool:
    """Whether a node takes what holds labels against a selector, or does so by itself."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.LtE):
        words = ast.unparse(node)
        return "selector" in words and "labels" in words
    return _takes(node, "mesh.members", "meets")


def _is_first_lane(node: ast.AST) -> bool:
    """Whether a node takes the oldest lane: `group.lanes[0]`, `iter(group.lanes)`."""
    match node:
        case ast.Subscript(ast.Attribute(ast.Name(owner), "lanes"), ast.Constant(0)):
            return owner != "self"
        case ast.Call(ast.Name("iter"), [ast.Attribute(attr="lanes")]):
            return True
        case _:
            return False


def _compares_subset(node: ast.AST) -> bool:
    """Whether a node holds a part of a selector against a subset's name."""
    if not isinstance(node, ast.Compare):
        return False
    words = [ast.unparse(one) for one in (node.left, *node.comparators)]
    return any("selector" in one for one in words) and any("subset" in one for one in words)


def _names_rule(node: ast.AST) -> bool:
    """Whether a node puts the name of a rule together."""
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    text = "".join(str(one.value) for one in parts if isinstance(one, ast.Constant))
    return any(words in text for words in ("entry rule ", "callers of lane "))


def _takes_member_apart(node: ast.AST) -> bool:
    """Whether a node parts what stands before the first semicolon at an equals sign."""
    return isinstance(node, ast.Call) and (
        re.fullmatch(
            r".*\.(partition|split)\(';'.*\)\[0\]\.(partition|split)\('='.*\)", ast.unparse(node)
        )
        is not None
    )


QUESTIONS = (
    Question(
        "which group routes a host",
        ("owner_of", ".groups"),
        frozenset({"core/mesh/membership.py"}),
        _finds_owner,
        (
            "mesh.group(mesh.owner_of.get(host, ''))",
            "next(name for known, name in mesh.owner_of.items() if known == host)",
            "next((group for group in mesh.groups if host in group.hosts), None)",
        ),
    ),
    Question(
        "which lanes a pod or a caller is in",
        ("meets", "selector"),
        frozenset(HOLDING),
        _holds_labels,
        (
            "from laneway.core.mesh.members import is_present, meets",
            "set(lane.selector) <= set(pod.labels.items())",
        ),
    ),
    Question(
        "which lane the name of a subset means",
        ("subset",),
        frozenset({"core/mesh/membership.py"}),
        _compares_subset,
        ("lane.selector[0][1] == to.subset",),
    ),
    Question(
        "which lane everybody else is in",
        (".lanes[0]", ".lanes)"),
        frozenset({"core/mesh/membership.py"}),
        _is_first_lane,
        ("group.baseline or group.lanes[0].name", "next(iter(group.lanes)).name"),
    ),
    Question(
        "what stands behind a hop",
        ("otherwise",),
        frozenset({"core/routing/plan/route_plan.py", "core/views/plan.py"}),
        lambda node: _ends(node, "otherwise"),
        ("link = link.otherwise",),
    ),
    Question(
        "which labels tell callers apart",
        ("selecting",),
        frozenset({"core/routing/plan/told_apart.py"}),
        lambda node: _takes(node, "mesh.sidecars", "selecting"),
        ("from laneway.core.mesh.sidecars import selecting",),
    ),
    Question(
        "what a member of baggage says",
        ('(";"', "(';'"),
        frozenset({"core/routing/plan/members.py"}),
        _takes_member_apart,
        ("part.partition(';')[0].partition('=')", "part.split(';', 1)[0].split('=', 1)"),
    ),
    Question(
        "what a rule is called",
        ("entry rule ", " of lane "),
        frozenset({"core/routing/plan/rule_names.py"}),
        _names_rule,
        ("f'entry rule {rule.name} of lane {lane.name}'",),
    ),
)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.asked)
def test_a_question_is_answered_by_its_owner_alone(question: Question) -> None:
    answering = {
        str(path.relative_to(CODE))
        for path in OURS
        if question.answered_in(path.read_text(), tree(path))
    }

    assert answering == question.owners


@pytest.mark.parametrize(
    ("question", "example"), [(one, example) for one in QUESTIONS for example in one.examples]
)
def test_an_answer_elsewhere_would_be_found(question: Question, example: str) -> None:
    assert question.answered_in(example, ast.parse(example))
