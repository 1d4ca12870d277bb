"""The syntax trees of the project's code, parsed once for all tests of the house that ask."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ROOT / "src" / "laneway"
SOURCES = sorted(
    path for folder in ("src", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
OURS = [path for path in SOURCES if path.is_relative_to(CODE)]


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text())


@cache
def nodes(module: ast.Module) -> tuple[ast.AST, ...]:
    """Return every node of a tree."""
    return tuple(ast.walk(module))
