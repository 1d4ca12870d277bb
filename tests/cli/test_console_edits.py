"""What is said of edits in the console: words that do not go together, and where no Git is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["console", "lanes", "--work-tree", "."], "--work-tree takes commits"),
        (["console", "lanes", "--work-tree", ".", "--push"], "PATH is where edits go"),
        (["console", "--context", "c", "--push"], "in a work tree: --work-tree"),
        (
            ["console", "--proxied", "--public-origin", "https://a.test", "--commit"],
            "one person's",
        ),
        (["up", "lanes", "--push"], "add --console"),
        (["up", "lanes", "--console", "--work-tree", ".", "--push"], "PATH is where edits go"),
    ],
)
def test_words_that_do_not_go_together_are_wrong_usage(
    laneway: Command, words: list[str], told: str
) -> None:
    ended = laneway(*words)

    assert ended.code == 2
    assert told in ended.err


def test_files_in_no_work_tree_are_not_committed(laneway: Command, lanes: Path) -> None:
    ended = laneway("console", lanes, "--commit")

    assert ended.code == 3
    assert "is in no work tree of Git" in ended.err


def test_what_is_followed_is_edited_in_a_work_tree_that_is_named(
    laneway: Command, tmp_path: Path
) -> None:
    app = tmp_path / "app.yaml"
    app.write_text(
        "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a}, spec: "
        "{source: {repoURL: 'https://git.test/a.git', targetRevision: main, path: lanes}, "
        "destination: {namespace: default}}}"
    )

    ended = laneway("sync", "--app", app, "--console", "--push")

    assert ended.code == 2
    assert "say --work-tree FOLDER" in ended.err
