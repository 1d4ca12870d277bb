"""Copies of an example, in folders and in work trees, and edits of them by forms."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

from msgspec.structs import replace

from laneway.adapters.files import Reader
from laneway.apps.console.editing.git import GitEditing, git_editing
from laneway.apps.console.editing.work_tree import Committing
from laneway.apps.console.seams import EditingWay
from laneway.core.edits.forms.showing import shown_lane
from laneway.core.edits.forms.values import FormEdit, LaneForm, ShownForm
from laneway.core.mesh.mesh import Mesh
from laneway.core.views.form_outcome import EditOutcome

EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"
NEW = LaneForm("s4", "test", "ASM_TRAFFIC_TAG", "v4")


def mesh_of(way: EditingWay) -> Mesh:
    return asyncio.run(way.mesh())


def write(way: EditingWay, edit: FormEdit, by: str = "ann") -> EditOutcome:
    return asyncio.run(way.write(edit, by))


def lane_shown(way: EditingWay, name: str = "s1") -> ShownForm:
    found = shown_lane(mesh_of(way), name)
    assert found is not None
    return found


def tagged(shown: ShownForm, value: str) -> FormEdit:
    assert isinstance(shown.form, LaneForm)
    return FormEdit(replace(shown.form, label_value=value), shown, despite_errors=True)


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, check=True, text=True
    ).stdout


def in_git(folder: Path) -> Path:
    """Make a folder a work tree with one commit."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    known_as(folder, "Ann")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Lanes")
    return folder


def known_as(tree: Path, name: str) -> None:
    """Say who commits."""
    git(tree, "config", "user.name", name)
    git(tree, "config", "user.email", f"{name.lower()}@example.com")


def remote_of(tree: Path) -> Path:
    path = tree.parent / "remote.git"
    git(tree, "init", "--quiet", "--bare", "--initial-branch=main", str(path))
    git(tree, "remote", "add", "origin", str(path))
    git(tree, "push", "--quiet", "--set-upstream", "origin", "main")
    return path


def clone_of(remote: Path, folder: Path, name: str = "Bob") -> Path:
    """Give somebody else a work tree."""
    git(remote.parent, "clone", "--quiet", str(remote), str(folder))
    known_as(folder, name)
    return folder


def git_way(tree: Path, committing: Committing = Committing()) -> GitEditing:  # noqa: B008 - frozen
    return git_editing(Reader([str(tree)]), committing)
