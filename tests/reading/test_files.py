"""Paths: which files they mean, and what happens to those that mean none."""

from __future__ import annotations

from pathlib import Path

from laneway.adapters.files import read_paths
from laneway.core.mesh.snapshot import Snapshot

LANE = """apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {name: %s, labels: {swimlane-group: g}}
spec: {labelSelector: {version: v1}}
"""


def names(snapshot: Snapshot) -> list[str]:
    return [resource.meta.name for resource in snapshot.resources]


def codes(snapshot: Snapshot) -> list[str]:
    return [finding.code.id for finding in snapshot.findings]


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("_json", ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_folder_is_read_with_its_subfolders_but_not_the_hidden_ones(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=LANE % "a", sub__b_yaml=LANE % "b")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "c.yaml").write_text(LANE % "c")
    (tmp_path / ".d.yaml").write_text(LANE % "d")
    assert names(read_paths([str(tmp_path)])) == ["a", "b"]


def test_a_file_reached_by_two_paths_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=LANE % "a")
    snapshot = read_paths([str(tmp_path), str(tmp_path / "a.yaml")])
    assert names(snapshot) == ["a"]
    assert codes(snapshot) == []


def test_a_missing_path_is_a_finding_and_leaves_everything_unread(tmp_path: Path) -> None:
    missing = str(tmp_path / "nowhere")
    snapshot = read_paths([missing])
    assert codes(snapshot) == ["LW1001"]
    assert snapshot.unread == (missing,)


def test_a_pattern_means_the_files_it_matches(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=LANE % "a", b_yaml=LANE % "b", c_json="{}")
    assert names(read_paths([str(tmp_path / "*.yaml")])) == ["a", "b"]


def test_standard_input_is_read_under_the_name_of_a_dash() -> None:
    snapshot = read_paths(["-"], stdin=(LANE % "a").encode())
    assert [resource.meta.source.path for resource in snapshot.resources] == ["-"]
