"""Who sees what is asked of one room: nothing else reads exportTo or the listeners of a Sidecar."""

from __future__ import annotations

import ast

from tests.house.trees import CODE, OURS, nodes, tree

ROOM = "core/mesh"
READERS = {f"{ROOM}/visibility.py", f"{ROOM}/sidecars.py", f"{ROOM}/destination_rules.py"}
JUDGES = {f"{ROOM}/refused.py"}
"""What looks at how a field is written, not at who sees what."""
FIELDS = {"export_to", "egress"}


def fields_read(module: ast.Module) -> set[str]:
    """Return which of the fields a module reads."""
    return {node.attr for node in nodes(module) if isinstance(node, ast.Attribute)} & FIELDS


def test_visibility_is_asked_of_one_room() -> None:
    reading = {str(path.relative_to(CODE)) for path in OURS if fields_read(tree(path))}

    assert reading == READERS | JUDGES


def test_a_reader_elsewhere_would_be_found() -> None:
    source = "def spaces(rule):\n    return rule.export_to or ()"

    assert fields_read(ast.parse(source)) == {"export_to"}
