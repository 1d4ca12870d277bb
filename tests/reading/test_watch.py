"""Watching: when a change is spoken of, and when it is not yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from laneway.adapters.files.reader import Reader
from laneway.adapters.files.watch import FileChange, Watch, follow
from laneway.core.mesh.snapshot import Snapshot
from tests.reading.test_files import LANE, names

QUIET = 0.05


def changes(
    folder: Path, script: Callable[[Callable[[], Awaitable[FileChange]]], Awaitable[None]]
) -> None:
    """Run a script with a function that awaits the next change under a folder."""

    async def run() -> None:
        with Watch([str(folder)], QUIET) as watch:
            async with aclosing(watch.changes()) as stream:

                async def following() -> FileChange:
                    async with asyncio.timeout(10):
                        return await anext(stream)

                await script(following)

    asyncio.run(run())


def test_a_written_file_is_spoken_of_when_it_is_closed_and_when_all_is_quiet(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.yaml"

    async def script(following: Callable[[], Awaitable[FileChange]]) -> None:
        file.write_text(LANE % "a")
        assert await following() == FileChange(frozenset({str(file)}), settled=False)
        assert await following() == FileChange(frozenset({str(file)}), settled=True)

    changes(tmp_path, script)


def test_nothing_is_spoken_of_while_a_file_is_being_written(tmp_path: Path) -> None:
    half, whole = tmp_path / "half.yaml", tmp_path / "whole.yaml"

    async def script(following: Callable[[], Awaitable[FileChange]]) -> None:
        with half.open("w") as file:
            file.write("kind: ")
            file.flush()
            whole.write_text(LANE % "a")
            first = await following()
        assert first.settled  # only the quiet, not the closing of the other file
        assert await following() == FileChange(frozenset({str(half)}), settled=False)

    changes(tmp_path, script)


def test_a_file_renamed_over_another_is_spoken_of_at_once(tmp_path: Path) -> None:
    file, fresh = tmp_path / "a.yaml", tmp_path / ".a.yaml.new"
    file.write_text(LANE % "a")

    async def script(following: Callable[[], Awaitable[FileChange]]) -> None:
        fresh.write_text(LANE % "b")
        fresh.rename(file)
        assert await following() == FileChange(frozenset({str(file)}), settled=False)

    changes(tmp_path, script)


def test_a_removed_file_is_spoken_of_only_when_all_is_quiet(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(LANE % "a")

    async def script(following: Callable[[], Awaitable[FileChange]]) -> None:
        file.unlink()
        assert await following() == FileChange(frozenset({str(file)}), settled=True)

    changes(tmp_path, script)


def test_a_folder_that_appears_is_watched_from_then_on(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "deep"

    async def script(following: Callable[[], Awaitable[FileChange]]) -> None:
        folder.mkdir(parents=True)
        assert (await following()).settled
        (folder / "a.yaml").write_text(LANE % "a")
        assert str(folder / "a.yaml") in (await following()).paths

    changes(tmp_path, script)


def test_files_that_are_no_manifests_are_not_spoken_of(tmp_path: Path) -> None:
    async def script(following: Callable[[], Awaitable[FileChange]]) -> None:
        (tmp_path / "notes.txt").write_text("x")
        (tmp_path / ".hidden.yaml").write_text("x")
        (tmp_path / "a.yaml").write_text(LANE % "a")
        assert (await following()).paths == {str(tmp_path / "a.yaml")}

    changes(tmp_path, script)


def followed(
    paths: list[str], script: Callable[[Callable[[], Awaitable[Snapshot]]], Awaitable[None]]
) -> None:
    """Run a script with a function that awaits the next snapshot of paths."""

    async def run() -> None:
        async with aclosing(follow(Reader(paths), QUIET)) as stream:

            async def following() -> Snapshot:
                async with asyncio.timeout(10):
                    return await anext(stream)

            await script(following)

    asyncio.run(run())


def test_every_edit_gives_the_snapshot_it_leads_to(tmp_path: Path) -> None:
    async def script(following: Callable[[], Awaitable[Snapshot]]) -> None:
        assert names(await following()) == []
        (tmp_path / "a.yaml").write_text(LANE % "a")
        assert names(await following()) == ["a"]
        (tmp_path / "b.yaml").write_text(LANE % "b")
        assert names(await following()) == ["a", "b"]
        (tmp_path / "a.yaml").unlink()
        assert names(await following()) == ["b"]

    followed([str(tmp_path)], script)


def test_a_file_removed_and_written_anew_loses_nothing_on_the_way(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(LANE % "a")

    async def script(following: Callable[[], Awaitable[Snapshot]]) -> None:
        assert names(await following()) == ["a"]
        file.unlink()
        (tmp_path / "b.yaml").write_text(LANE % "b")
        file.write_text(LANE % "a" + "# edited\n")
        assert names(await following()) == ["a", "b"]

    followed([str(tmp_path)], script)


def test_an_edit_that_changes_no_meaning_gives_no_snapshot(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(LANE % "a")

    async def script(following: Callable[[], Awaitable[Snapshot]]) -> None:
        first = await following()
        file.write_text(LANE % "a")
        (tmp_path / "b.yaml").write_text(LANE % "b")
        second = await following()
        assert names(second) == ["a", "b"]
        assert second.resources[0] is first.resources[0]

    followed([str(tmp_path)], script)


def test_a_path_that_is_missing_at_first_is_read_when_it_appears(tmp_path: Path) -> None:
    file = tmp_path / "later" / "a.yaml"

    async def script(following: Callable[[], Awaitable[Snapshot]]) -> None:
        assert (await following()).unread == (str(file),)
        file.parent.mkdir()
        file.write_text(LANE % "a")
        assert names(await following()) == ["a"]

    followed([str(file)], script)


def test_a_linked_file_is_watched_where_it_lies(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    real = elsewhere / "real.yaml"
    real.write_text(LANE % "a")
    (folder / "a.yaml").symlink_to(real)

    async def script(following: Callable[[], Awaitable[Snapshot]]) -> None:
        assert names(await following()) == ["a"]
        real.write_text(LANE % "b")
        assert names(await following()) == ["b"]

    followed([str(folder)], script)


def test_an_ignore_file_takes_nothing_away_and_gives_back(tmp_path: Path) -> None:
    for folder in ("sub", "gen"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.yaml").write_text(LANE % folder)
    rules = tmp_path / ".gitignore"
    rules.write_text("gen/\n")

    async def script(following: Callable[[], Awaitable[Snapshot]]) -> None:
        assert names(await following()) == ["sub"]
        rules.write_text("sub/\n")
        assert names(await following()) == ["gen", "sub"]
        (tmp_path / "sub" / "a.yaml").write_text(LANE % "edited")
        assert names(await following()) == ["gen", "edited"]
        (tmp_path / "gen" / "b.yaml").write_text(LANE % "new")
        assert names(await following()) == ["gen", "new", "edited"]

    followed([str(tmp_path)], script)
