"""The strict example in a folder of its own, whole or spoiled, and the mesh it becomes.

Comes in: changes to objects by name, and objects to add. Goes out: a folder; or a mesh that runs
while a module's tests do, in a state folder of its own.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from laneway.apps.local.record.outside import bring_down
from laneway.apps.local.record.state import MeshFolder, mesh_folder
from tests.wire.laneway_up import Up

EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"
NUMBERS = count()
Change = Callable[[dict[str, Any]], None]


def strict_folder(path: Path, changes: Mapping[str, Change], *added: str) -> Path:
    """Write the example's objects, each changed as its name asks, and further ones."""
    shutil.copytree(EXAMPLE, path, ignore=shutil.ignore_patterns("*.md"))
    unknown = set(changes)
    for file in path.glob("*.yaml"):
        objects = list(yaml.load_all(file.read_text(), yaml.CSafeLoader))
        for item in objects:
            if change := changes.get(item["metadata"]["name"]):
                change(item)
                unknown.discard(item["metadata"]["name"])
        file.write_text(yaml.safe_dump_all(objects))
    assert unknown == set()
    (path / "own.yaml").write_text("\n---\n".join(added))
    return path


def unique_name() -> str:
    """Return a name no other mesh on this machine has: places are worked out from it."""
    return f"verify-{os.getpid()}-{next(NUMBERS)}"


def with_label(name: str, value: str) -> Change:
    """Set a label of a Deployment's pods."""

    def change(item: dict[str, Any]) -> None:
        item["spec"]["template"]["metadata"]["labels"][name] = value

    return change


@contextmanager
def strict_mesh(path: Path, *arguments: str) -> Iterator[MeshFolder]:
    """Run a mesh of a folder, and end it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(path.parent / "state"))
        folder = mesh_folder(unique_name(), os.environ)
        up = Up(*arguments, "--name", folder.name, str(path))
    try:
        up.ready()
        yield folder
    finally:
        up.stop()
        bring_down(folder)
