"""Who sees what is asked of one room: nothing else reads exportTo or the listeners of a Sidecar."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "laneway"
ROOM = "core/mesh"
READERS = {f"{ROOM}/visibility.py", f"{ROOM}/sidecars.py", f"{ROOM}/destination_rules.py"}
JUDGES = {f"{ROOM}/refused.py"}
"""What looks at how a field is written, not at who sees what."""
FIELDS = {"export_to", "egress"}


def fields_read(source: str) -> set[str]:
    """Return which of the fields a module reads."""
    nodes = ast.walk(ast.parse(source))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} & FIELDS


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_visibility_is_asked_of_one_room(path: Path) -> None:
    read = fields_read(path.read_text())

    assert bool(read) == (str(path.relative_to(PACKAGE)) in READERS | JUDGES)


def test_a_reader_elsewhere_would_be_found() -> None:
    assert fields_read("def spaces(rule):\n    return rule.export_to or ()") == {"export_to"}
