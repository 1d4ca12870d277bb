"""The syntax trees of the project's code, parsed once for all tests of the house."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for folder in ("src", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
TREES = {path: ast.parse(path.read_text()) for path in SOURCES}
PACKAGE = {path: tree for path, tree in TREES.items() if path.is_relative_to(ROOT / "src")}
