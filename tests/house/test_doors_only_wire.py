"""What touches nothing lives in the core: a door only wires.

A module is pure if all it imports, near or far, is the core and what the core may import. Under
`apps/` only the texts of the terminal may be so, and a package's own `__init__`.
"""

import ast
import tomllib
from functools import cache
from pathlib import Path

from tests.house.trees import OURS, ROOT, nodes, tree

SOURCE = ROOT / "src"
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
WORLD = {
    name
    for contract in TOOLS["importlinter"]["contracts"]
    if "laneway.core" in contract.get("source_modules", ())
    for name in contract["forbidden_modules"]
}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def _imports(module: ast.Module) -> set[str]:
    found = set()
    for node in nodes(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@cache
def imports() -> dict[str, set[str]]:
    """Return what each module of the package imports."""
    return {_name(path): _imports(tree(path)) for path in OURS}


def _touches_the_world() -> set[str]:
    touching = {
        name
        for name, found in imports().items()
        if name.startswith("laneway.adapters") or {one.partition(".")[0] for one in found} & WORLD
    }
    while more := {name for name, found in imports().items() if found & touching} - touching:
        touching |= more
    return touching


def test_no_module_of_a_door_is_pure() -> None:
    touching = _touches_the_world()
    pure = [
        name
        for name in imports()
        if name.startswith("laneway.apps.")
        and not name.startswith("laneway.apps.terminal")
        and name not in touching
        and not (SOURCE / Path(*name.split(".")) / "__init__.py").exists()
    ]

    assert pure == []


def test_the_core_is_told_apart_from_what_touches_the_world() -> None:
    touching = _touches_the_world()

    assert "laneway.apps.local.mesh.supervisor" in touching
    assert not any(name.startswith("laneway.core") for name in touching)
