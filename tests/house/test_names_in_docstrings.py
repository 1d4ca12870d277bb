"""What a docstring puts in backticks is there: names that were renamed do not live on in words.

A name is there if the code of the package or of the tests knows it, as an identifier, a module or a
string. Words with other characters (commands, paths, values) are not looked at.
"""

import ast
import re
from collections.abc import Iterator

from tests.house.trees import OURS, ROOT, SOURCES, nodes, tree

OWNERS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstrings(module: ast.Module) -> Iterator[tuple[int, ast.Constant]]:
    """Yield every docstring of a module, also those below attributes, with its line."""
    for node in nodes(module):
        for one in getattr(node, "body", []) if isinstance(node, OWNERS) else []:
            match one:
                case ast.Expr(value=ast.Constant(value=str()) as text):
                    yield one.lineno, text
                case _:
                    pass


def known_names() -> set[str]:
    """Return every word of the code that is no docstring."""
    found = {part for path in SOURCES for part in (*path.parts, path.stem)}
    for module in map(tree, SOURCES):
        told = {id(text) for _, text in docstrings(module)}
        for node in nodes(module):
            match node:
                case ast.ImportFrom(module=str(name)):
                    found |= set(name.split("."))
                case ast.Name(id=name) | ast.arg(arg=name) | ast.alias(name=name):
                    found |= set(name.split("."))
                case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                    found.add(name)
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found.add(name)
                case ast.ClassDef(name=name):
                    found.add(name)
                case ast.Constant(value=str(text)) if id(node) not in told:
                    found |= set(re.findall(r"\w+", text))
                case _:
                    pass
    return found


def test_names_in_docstrings_exist() -> None:
    known = known_names()
    lost = [
        f"{path.relative_to(ROOT)}:{line}: `{name}`"
        for path in OURS
        for line, text in docstrings(tree(path))
        for name in re.findall(r"`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)`", str(text.value))
        if not set(name.split(".")) <= known
    ]

    assert lost == []
