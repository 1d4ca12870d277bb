"""Names say what a thing is: the words that say nothing are refused.

A file or class called by one of them collects whatever has no home; the shorthand for a resource
hides which resource it is from everyone who reads the line for the first time.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for folder in ("src", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
SAYS_NOTHING = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc"}
SAYS_NOTHING |= {"context", "data"}
SHORTHAND = {"vs", "dr", "cfg", "mgr"}


def words_of(name: str) -> set[str]:
    """Take a name apart: `RouteManager` and `route_manager` are both `route`, `manager`."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def named_things(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name a module gives away: functions, classes, parameters and variables."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case _:
                pass


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_is_named_for_what_it_holds(path: Path) -> None:
    assert words_of(path.stem) & SAYS_NOTHING == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_classes_and_variables_are_named_in_full(path: Path) -> None:
    tree = ast.parse(path.read_text())
    classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]

    vague = [name for name in classes if words_of(name) & SAYS_NOTHING]
    short = [f"{line}: {name}" for line, name in named_things(tree) if words_of(name) & SHORTHAND]

    assert vague + short == []


def test_words_are_found_in_both_spellings() -> None:
    assert words_of("RouteManager") == words_of("route_manager") == {"route", "manager"}
