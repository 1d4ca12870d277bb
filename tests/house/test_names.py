"""Names say what a thing is: the words that say nothing are refused.

A file or class called by one of them collects whatever has no home; the shorthand for a resource
hides which resource it is from everyone who reads the line for the first time.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tests.house.trees import OURS, ROOT, SOURCES, nodes, tree

SAYS_NOTHING = {"util", "utils", "helper", "helpers", "common", "manager", "base", "misc"}
SAYS_NOTHING |= {"data"}
SHORTHAND = {"vs", "dr", "cfg", "mgr"}


def words_of(name: str) -> set[str]:
    """Take a name apart: `RouteManager` and `route_manager` are both `route`, `manager`."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def named_things(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name a module gives away: functions, classes, parameters and variables."""
    for node in nodes(module):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case _:
                pass


def vague_names(module: ast.Module) -> list[str]:
    """Name each class that says nothing and each shorthand of a module, as `line: name`."""
    classes = [(node.lineno, node.name) for node in nodes(module) if isinstance(node, ast.ClassDef)]
    vague = [thing for thing in classes if words_of(thing[1]) & SAYS_NOTHING]
    short = [thing for thing in named_things(module) if words_of(thing[1]) & SHORTHAND]
    return [f"{line}: {name}" for line, name in sorted(vague + short)]


def test_files_are_named_for_what_they_hold() -> None:
    assert [str(path) for path in SOURCES if words_of(path.stem) & SAYS_NOTHING] == []


def test_classes_and_variables_are_named_in_full() -> None:
    found = {str(path.relative_to(ROOT)): vague_names(tree(path)) for path in SOURCES}

    assert SOURCES
    assert {name: names for name, names in found.items() if names} == {}


def test_a_vague_name_is_recognized() -> None:
    source = "class RouteManager: ...\ndef f(vs): ...\nmesh_cfg = 1"

    assert vague_names(ast.parse(source)) == ["1: RouteManager", "2: vs", "3: mesh_cfg"]


def test_words_are_found_in_both_spellings() -> None:
    assert words_of("RouteManager") == words_of("route_manager") == {"route", "manager"}


def test_a_name_of_a_type_means_one_type() -> None:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for path in OURS:
        for node in nodes(tree(path)):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(str(path.relative_to(ROOT)))

    assert {name: where for name, where in homes.items() if len(where) > 1} == {}
