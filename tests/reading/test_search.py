"""What a folder is searched for, and what is left out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from laneway.adapters.files import Reader, read_paths
from laneway.adapters.files.tree import Tree
from tests.reading.test_files import LANE, codes, names

CHART = "apiVersion: v2\nname: shop\nversion: 0.1.0\n"
OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"


def plant(folder: Path, files: dict[str, str]) -> Path:
    """Write files; a text of one word becomes a lane of that name."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if " " in text or not text.isalpha() else LANE % text)
    return folder


def read_names(*paths: Path, all_files: bool = False) -> list[str]:
    return sorted(names(read_paths([str(path) for path in paths], all_files=all_files)))


@pytest.mark.parametrize(
    ("ignored", "left"),
    [
        ("build/\n", ["top"]),
        ("build\n", ["top"]),
        ("/build/*\n!/build/kept/\n", ["deep", "top"]),
        ("*.yaml\n!a.yaml\n", ["top"]),
        ("# build/\n\n[z-a]\n!\n", ["deep", "out", "top"]),
    ],
)
def test_what_git_ignores_is_left_out(tmp_path: Path, ignored: str, left: list[str]) -> None:
    files = {"a.yaml": "top", "build/b.yaml": "out", "build/kept/c.yaml": "deep"}
    plant(tmp_path, {**files, ".gitignore": ignored})

    assert read_names(tmp_path) == left
    assert read_names(tmp_path, all_files=True) == ["deep", "out", "top"]


def test_an_ignore_file_deeper_down_wins(tmp_path: Path) -> None:
    plant(tmp_path, {".gitignore": "out/\n", "a.yaml": "top", "out/b.yaml": "out"})
    plant(tmp_path, {"sub/.gitignore": "!out/\n*.json\n", "sub/out/c.yaml": "back"})
    plant(tmp_path, {"sub/d.json": "x"})

    assert read_names(tmp_path) == ["back", "top"]


def test_the_ignore_file_of_the_repository_counts_where_a_part_is_searched(tmp_path: Path) -> None:
    plant(tmp_path, {".gitignore": "gen/\n", "sub/gen/a.yaml": "out", "sub/b.yaml": "top"})
    outside = read_names(tmp_path / "sub")
    (tmp_path / ".git").mkdir()

    assert outside == ["out", "top"]
    assert read_names(tmp_path / "sub") == ["top"]


@pytest.mark.parametrize("ignored", ["gen/\n", "gen/*\n"])
def test_a_path_given_by_name_is_always_read(tmp_path: Path, ignored: str) -> None:
    (tmp_path / ".git").mkdir()
    plant(tmp_path, {".gitignore": ignored, "gen/a.yaml": "named", "gen/.gitignore": "*\n"})

    assert read_names(tmp_path / "gen") == ["named"]
    assert read_names(tmp_path / "gen" / "a.yaml") == ["named"]


@pytest.mark.parametrize("folder", [".git", ".venv", "node_modules", "vendor", "sub/node_modules"])
def test_folders_of_other_tools_are_left_out(tmp_path: Path, folder: str) -> None:
    plant(tmp_path, {"a.yaml": "top", f"{folder}/b.yaml": "out"})

    assert read_names(tmp_path) == ["top"]
    assert read_names(tmp_path, all_files=True) == ["out", "top"]
    assert read_names(tmp_path / folder) == ["out"]


def test_what_is_left_out_is_told_once_and_counted(tmp_path: Path) -> None:
    plant(tmp_path, {"a.yaml": "top", ".gitignore": "gen*/\nlocal.yaml\n", "local.yaml": OBJECT})
    for number in range(5):
        plant(tmp_path, {f"gen{number}/c.yaml": OBJECT, f"bare{number}/node_modules/x.js": "x"})

    found = read_paths([str(tmp_path)]).findings

    assert [one.code.id for one in found] == ["LW1026"]
    assert found[0].message.startswith("5 folders and 1 file are ignored")


def test_what_is_left_out_and_holds_lanes_is_named(tmp_path: Path) -> None:
    plant(tmp_path, {"a.yaml": "top", ".gitignore": "gen/\n", "gen/sub/lanes.yaml": "lost"})

    found = {one.code.id: one for one in read_paths([str(tmp_path)]).findings}

    assert found["LW1027"].level == "warning"
    assert "gen/sub/lanes.yaml" in found["LW1027"].message


@pytest.mark.parametrize("named", ["gen", "gen/lane.yaml"])
def test_what_is_read_because_it_is_named_is_not_left_out(tmp_path: Path, named: str) -> None:
    plant(tmp_path, {"a.yaml": "top", ".gitignore": "gen/\n", "gen/lane.yaml": "named"})

    for paths in ([tmp_path, tmp_path / named], [tmp_path / named, tmp_path]):
        assert codes(read_paths([str(path) for path in paths])) == []


def test_what_lies_beside_a_named_file_is_still_left_out(tmp_path: Path) -> None:
    files = {"a.yaml": "top", ".gitignore": "gen/\n", "gen/b.yaml": "named", "gen/c.yaml": "lost"}
    plant(tmp_path, files)

    found = read_paths([str(tmp_path), str(tmp_path / "gen" / "b.yaml")]).findings

    assert [one.code.id for one in found] == ["LW1026", "LW1027"]
    assert "gen/c.yaml" in found[1].message


def test_a_folder_without_manifests_is_left_out_without_a_word(tmp_path: Path) -> None:
    plant(tmp_path, {"a.yaml": "top", ".git/config": "x", "node_modules/x.js": "x"})

    assert codes(read_paths([str(tmp_path)])) == []


def test_templates_of_a_chart_are_never_parsed_and_it_is_said_how(tmp_path: Path) -> None:
    template = "kind: Service\nmetadata: {{ .Values.head }}\n"
    chart = plant(tmp_path / "chart", {"Chart.yaml": CHART, "templates/a.yaml": template})
    plant(tmp_path, {"a.yaml": "top", "templates/b.yaml": "own"})

    for all_files in (False, True):
        snapshot = read_paths([str(tmp_path)], all_files=all_files)
        assert (sorted(names(snapshot)), snapshot.unread) == (["own", "top"], ())
        told = next(one for one in snapshot.findings if one.code.id == "LW1025")
        assert f"`helm template {chart} | laneway check -`" in told.fix
        assert codes(snapshot) == ["LW1025"]
    assert read_names(chart / "templates") == []


def test_patches_of_a_kustomization_are_no_objects(tmp_path: Path) -> None:
    patch = (LANE % "a").replace("v1}}", "v2}}")
    kustomization = "patches: [{path: patch.yaml}, {patch: 'kind: X'}]\nresources: [../base]\n"
    plant(tmp_path, {"base/a.yaml": "a", "base/kustomization.yaml": "resources: [a.yaml]\n"})
    plant(tmp_path, {"dev/kustomization.yaml": kustomization, "dev/patch.yaml": patch})

    snapshot = read_paths([str(tmp_path)])

    assert names(snapshot) == ["a"]
    assert codes(snapshot) == ["LW1025", "LW1024"]
    told = snapshot.findings[0]
    assert told.message.startswith(f"{tmp_path}/dev is a kustomize overlay")
    assert f"`kubectl kustomize {tmp_path}/dev | laneway check -`" in told.fix
    assert snapshot.findings[1].message.endswith(f" in {tmp_path}/base/kustomization.yaml")


def test_a_component_is_no_overlay_and_its_patches_are_no_objects(tmp_path: Path) -> None:
    component = "kind: Component\npatchesStrategicMerge: [patch.yaml]\nnamespace: shop\n"
    plant(tmp_path, {"a.yaml": "a", "part/kustomization.yaml": component, "part/patch.yaml": "a"})

    snapshot = read_paths([str(tmp_path)])

    assert (names(snapshot), codes(snapshot)) == (["a"], ["LW1024"])


def test_a_kustomization_that_only_gathers_files_is_not_spoken_of(tmp_path: Path) -> None:
    gathering = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
    plant(tmp_path, {"a.yaml": "a", "kustomization.yaml": gathering + "resources: [a.yaml]\n"})

    assert codes(read_paths([str(tmp_path)])) == ["LW1024"]


def test_what_was_read_is_read_on_when_it_is_ignored_later(tmp_path: Path) -> None:
    plant(tmp_path, {"a.yaml": "a", "sub/b.yaml": "b"})
    reader = Reader([str(tmp_path)])
    before = reader.read()
    plant(tmp_path, {".gitignore": "sub/\n"})

    for _ in range(2):
        after = reader.read()
        assert after.resources == before.resources
        assert codes(after) == ["LW1026", "LW1028"]
    (tmp_path / "sub" / "b.yaml").unlink()
    assert names(reader.read()) == ["a"]
    plant(tmp_path, {"sub/b.yaml": "b"})
    assert names(reader.read()) == ["a", "b"]


def test_a_new_start_leaves_out_what_is_ignored(tmp_path: Path) -> None:
    plant(tmp_path, {"a.yaml": "a", "sub/b.yaml": "b", ".gitignore": "sub/\n"})

    assert codes(read_paths([str(tmp_path)])) == ["LW1026", "LW1027"]


def test_the_folders_that_are_watched_are_those_that_are_read(tmp_path: Path) -> None:
    plant(tmp_path, {"a.yaml": "a", "sub/b.yaml": "b", "node_modules/c.yaml": "c"})
    plant(tmp_path, {".gitignore": "gen/\n", "gen/d.yaml": "d", "chart/Chart.yaml": CHART})
    plant(tmp_path, {"chart/templates/e.yaml": "e"})

    tree = Tree([str(tmp_path)])

    assert tree.folders == {str(tmp_path / name) for name in ("", "sub", "chart")}
    assert tree.matters(str(tmp_path), ".gitignore", is_folder=False)
    assert Tree([str(tmp_path)], all_files=True).folders > tree.folders
