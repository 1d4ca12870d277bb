"""What was not understood stands on every page, not on that of the doctor alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from laneway.adapters.files import read_paths
from tests.console.asking import told


def _misread(tmp_path: Path, files: Path) -> Any:
    return told(tmp_path / "keys", read_paths([str(files)]), "/about")["misread"]


def test_a_file_that_cannot_be_read_is_told_of_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "lanes.yaml").write_text("kind: ASMSwimLaneGroup\n bad: [\n")

    found = _misread(tmp_path, tmp_path)

    assert found["errors"] == 1
    assert found["first"].endswith("lanes.yaml:2)")


def test_a_folder_that_holds_nothing_or_is_not_there_is_told_of(tmp_path: Path) -> None:
    assert "contains no .yaml" in _misread(tmp_path, tmp_path)["first"]
    assert "nothere" in _misread(tmp_path, tmp_path / "nothere")["first"]


def test_nothing_is_told_of_what_was_understood(tmp_path: Path) -> None:
    (tmp_path / "namespace.yaml").write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    )

    assert _misread(tmp_path, tmp_path) is None
