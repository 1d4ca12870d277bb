"""Meshes of a test, and their certain end."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from laneway.apps.local.outside import bring_down
from laneway.apps.local.state import mesh_folders
from tests.wire.laneway_up import Up

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A folder of its own with a weighted entry, two lanes and three services."""
    return Path(shutil.copytree(EXAMPLES / "gitops", tmp_path / "sample"))


@pytest.fixture
def up() -> Iterator[Callable[..., Up]]:
    """Start meshes; whatever still runs in the end is ended."""
    started: list[Up] = []

    def start(*arguments: str | Path, cwd: Path | None = None) -> Up:
        started.append(Up(*map(str, arguments), cwd=cwd))
        return started[-1]

    yield start
    for one in started:
        one.stop()
    for folder in mesh_folders(os.environ):
        bring_down(folder)
