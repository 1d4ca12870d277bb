"""Paths: which files they mean, and what happens to those that mean none."""

from __future__ import annotations

import os
from pathlib import Path

from laneway.adapters.files import Reader, read_paths
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


def test_an_empty_folder_is_worth_a_warning(tmp_path: Path) -> None:
    snapshot = read_paths([str(tmp_path)])
    assert codes(snapshot) == ["LW1015"]
    assert snapshot.unread == ()


def test_a_file_that_cannot_be_read_is_told_and_counts_as_unread(tmp_path: Path) -> None:
    link = tmp_path / "a.yaml"
    link.symlink_to(tmp_path / "nowhere.yaml")
    snapshot = read_paths([str(tmp_path)])
    assert codes(snapshot) == ["LW1002"]
    assert snapshot.unread == (str(link),)


def test_pipes_in_a_folder_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    write(tmp_path, b_yaml=LANE % "b")
    assert names(read_paths([str(tmp_path)])) == ["b"]


def test_files_of_other_programs_pass_by(tmp_path: Path) -> None:
    write(
        tmp_path,
        base__kustomization_yaml="resources: [a.yaml]\n",
        base__a_yaml=LANE % "a",
        values_yaml="replicas: 3\n",
        overlay__kustomization_yaml="apiVersion: kustomize.config.k8s.io/v1\nkind: Kustomization\n",
    )
    snapshot = read_paths([str(tmp_path)])
    assert names(snapshot) == ["a"]
    assert {finding.level for finding in snapshot.findings} == {"info"}
    assert snapshot.other_kinds == {}


def test_one_broken_document_leaves_its_file_unread_and_its_neighbors_read(tmp_path: Path) -> None:
    write(tmp_path, a_yaml=LANE % "a" + "---\nkind: [\n", b_yaml=LANE % "b")
    snapshot = read_paths([str(tmp_path)])
    assert names(snapshot) == ["a", "b"]
    assert snapshot.unread == (str(tmp_path / "a.yaml"),)


def test_reading_again_gives_the_same_objects_for_files_that_did_not_change(
    tmp_path: Path,
) -> None:
    write(tmp_path, a_yaml=LANE % "a", b_yaml=LANE % "b")
    reader = Reader([str(tmp_path)])
    before = reader.read().resources
    write(tmp_path, b_yaml=LANE % "c")
    after = reader.read().resources
    assert after[0] is before[0]
    assert [resource.meta.name for resource in after] == ["a", "c"]


def test_an_edit_is_seen_although_the_time_of_writing_says_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(LANE % "a")
    os.utime(file, (1, 1))
    reader = Reader([str(tmp_path)])
    before = reader.read()
    status = file.stat()
    file.write_text(LANE % "b")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert names(reader.read()) == ["b"]
    assert names(before) == ["a"]
